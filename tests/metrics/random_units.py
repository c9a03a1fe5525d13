"""The units of every metric on one random institution, each question compiled once."""

from __future__ import annotations

from datetime import date
from functools import cache, partial

import duckdb
import ibis
import numpy as np
import pandas as pd
import pyarrow as pa

from data.facts import Facts
from data.scope import EVERY_CAMPUS, Filters, Period, Scope
from metrics import load_all
from metrics.foundation.registry import REGISTRY
from metrics.foundation.units import GROUPS, rollup, rows
from tests.journeys import moment
from tests.metrics.random_facts import copied, known_at, of_campus, random_store

load_all()
AS_OF = "2026-08-15T10:00"
UNITS = (
    "grain", "unit_id", "person_id", "campus_id", "channel_id", "campaign", "material",
    "course_line", "unit_on", "numerator", "denominator", "mature_at", "channel_root",
    "channel_level2", "amount", "censored", "apart",
)  # fmt: skip
_RNG = np.random.default_rng(20260815)
PAIRS = [tuple(str(name) for name in _RNG.choice(GROUPS, 2, replace=False)) for _ in range(3)]
_CHANNELS = tuple(str(name) for name in _RNG.choice(["sem", "feed", "organic"], 2, replace=False))
FILTERS = [  # a period, channels, course lines
    (Period(start=date(2025, 5, 1), end=date(2026, 8, 1)), (), ()),
    (Period(start=date(2025, 5, 11), end=date(2026, 5, 1)), _CHANNELS, ()),
    (Period(start=date(2025, 5, 4), end=date(2026, 7, 1)), (), ("maths",)),
]


def viewer(
    campuses: tuple[str, ...] = EVERY_CAMPUS, role: str = "manager", staff_id: str = ""
) -> Facts:
    """The facts as a viewer has them at the as-of time."""
    return Facts(
        Scope(user="test", role=role, campuses=campuses, staff_id=staff_id, as_of=moment(AS_OF))
    )


@cache
def cursor(which: str = "main") -> duckdb.DuckDBPyConnection:
    """The institution whole, shuffled, of one campus, cut at a time, or without a row."""
    store = random_store()
    opened = store.cursor()
    if which == "main":
        return opened
    cuts = {
        "shuffled": lambda fact: "ORDER BY hash(rowid + 5)",
        "north": partial(of_campus, campus="north"),
        "known": partial(known_at, at=moment(AS_OF)),
        "nothing": lambda fact: "WHERE false",
    }
    copied(store, which, cuts[which], names="WHERE false" if which == "nothing" else "")
    opened.execute(f"SET schema = '{which}'")
    if which == "shuffled":
        opened.execute("SET threads = 4")
        opened.execute("PRAGMA verify_parallelism")  # few rows are spread over threads too
    return opened


@cache
def units_sql(
    name: str,
    campuses: tuple[str, ...] = EVERY_CAMPUS,
    role: str = "manager",
    staff_id: str = "",
) -> str:
    """The SQL of a metric's units for a viewer."""
    return str(ibis.to_sql(REGISTRY[name](viewer(campuses, role, staff_id)), dialect="duckdb"))


@cache
def units_of(name: str, which: str = "main", campuses: tuple[str, ...] = EVERY_CAMPUS) -> pa.Table:
    """A metric's units."""
    return cursor(which).sql(units_sql(name, campuses)).to_arrow_table()


@cache
def placed(name: str, which: str = "main") -> pa.Table:
    """The units with the levels of the channel tree; columns that any metric may have."""
    opened = cursor(which)
    opened.register("units", units_of(name, which))
    found = opened.sql(
        "SELECT u.*, c.root_id AS channel_root, c.level2_id AS channel_level2"
        " FROM units u LEFT JOIN dim_channel c USING (channel_id)"
    ).to_arrow_table()
    opened.unregister("units")
    return found.select([column for column in UNITS if column in found.column_names])


@cache
def mature_units(name: str, chosen: int | None = None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The units that a filter names and those of them that are old enough, told by pandas."""
    if chosen is None:
        frame = placed(name).to_pandas().astype({"numerator": float, "denominator": float})
    else:
        frame, _ = mature_units(name)
        days, channels, lines = FILTERS[chosen]
        on = pd.to_datetime(frame["unit_on"]).dt.date
        frame = frame[(on >= days.start) & (on < days.end)]
        frame = frame[frame["channel_id"].isin(channels)] if channels else frame
        frame = frame[frame["course_line"].isin(lines)] if lines else frame
    return frame, frame[frame["mature_at"] <= moment(AS_OF)]


# Compiling takes far longer than summing a few rows: once a question, whatever the metric.
@cache
def _figures_sql(schema: ibis.Schema, kind: str, by: tuple[str, ...], chosen: int | None) -> str:
    units = _filtered(schema, chosen)
    return str(ibis.to_sql(rollup(units, kind=kind, as_of=viewer().as_of, by=by), dialect="duckdb"))


@cache
def _rows_sql(schema: ibis.Schema, chosen: int | None) -> str:
    return str(ibis.to_sql(rows(_filtered(schema, chosen), as_of=viewer().as_of), dialect="duckdb"))


def _filtered(schema: ibis.Schema, chosen: int | None) -> ibis.Table:
    units = ibis.table(schema, name="units")
    if chosen is None:
        return units
    period, channels, lines = FILTERS[chosen]
    filters = Filters(period=period, channels=channels, course_lines=lines)
    return viewer().filtered(filters).picked(units, on="unit_on")


def _over(units: pa.Table, sql: str) -> pd.DataFrame:
    opened = cursor()
    opened.register("units", units)
    return opened.execute(sql).df()


def figures(
    name: str, *, by: tuple[str, ...] = (), chosen: int | None = None, which: str = "main"
) -> pd.DataFrame:
    """A metric's figures, of the units that a filter names."""
    units = placed(name, which)
    schema = ibis.Schema.from_pyarrow(units.schema)
    return _over(units, _figures_sql(schema, REGISTRY[name].kind, by, chosen))


def rows_behind(name: str, chosen: int | None = None) -> pd.DataFrame:
    """The rows behind a metric's figure, of the units that a filter names."""
    units = placed(name)
    return _over(units, _rows_sql(ibis.Schema.from_pyarrow(units.schema), chosen))


def comparable(units: pa.Table) -> pd.DataFrame:
    """Units in an order of their own."""
    frame = units.to_pandas().astype({"numerator": float, "denominator": float})
    return frame.sort_values(list(frame.columns), ignore_index=True)
