"""A tally's sums give the same figures as the roll-up of the units themselves."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import duckdb
import ibis
import numpy as np
import pandas as pd
import pytest

from data.errors import InvalidOption
from data.facts import Facts
from data.scope import EVERY_CAMPUS, Filters, Period, Scope
from metrics import channel_tally as module
from metrics.channel_tally import by_branch, channel_tally, stretches, totals
from metrics.registry import Metric
from metrics.units import rollup, within

AS_OF = datetime(2026, 11, 21, 10, 0)  # noqa: DTZ001  # UTC without zone
NOVEMBER = Filters(
    period=Period(start=date(2026, 11, 1), end=date(2026, 11, 22)),
    comparison=Period(start=date(2026, 10, 1), end=date(2026, 10, 22)),
)
FIGURES = ["numerator", "denominator", "value", "low", "high", "n", "immature"]
TREE = pd.DataFrame(
    {
        "channel_id": ["online", "sem", "feed", "word"],
        "path": ["online", "online/sem", "online/feed", "word"],
    }
)


def units_of(kind: str) -> pd.DataFrame:
    """Some 600 units of September to November, spend and leads where it is a ratio."""
    rng = np.random.default_rng(7)
    n = 600
    on = [date(2026, 9, 25) + timedelta(days=int(d)) for d in rng.integers(0, 58, n)]
    cost = rng.random(n) < (0.5 if kind in ("ratio", "sum") else 0.0)
    numerator = np.where(cost, rng.integers(0, 90_000, n) / 100, rng.integers(0, 2, n))
    return pd.DataFrame(
        {
            "grain": np.where(cost, "spend", "lead"),
            "unit_id": np.arange(n).astype(str),
            "channel_id": rng.choice(["sem", "feed", "word", "old_2019"], n),
            "campaign": rng.choice(["a", "b"], n),
            "course_line": "art",
            "unit_on": on,
            "numerator": numerator,
            "denominator": np.where(cost, 0, 1),
            "mature_at": [datetime.combine(d, datetime.min.time()) for d in on]
            + rng.choice([timedelta(0), timedelta(days=20)], n),
        }
    )


@pytest.fixture
def facts() -> Facts:
    return Facts(Scope(user="m", role="manager", campuses=EVERY_CAMPUS, as_of=AS_OF))


class Engine:
    """DuckDB with the made-up units of one kind as the table ``units``."""

    schema = ibis.schema(
        {
            "grain": "string", "unit_id": "string", "channel_id": "string", "campaign": "string",
            "course_line": "string", "unit_on": "date", "numerator": "decimal(18, 2)",
            "denominator": "decimal(18, 2)", "mature_at": "timestamp(6)",
        }
    )  # fmt: skip

    def __init__(self) -> None:
        self.connection = duckdb.connect()
        self.units = ibis.table(self.schema, name="units")

    def fill(self, kind: str) -> None:
        self.connection.register("given", units_of(kind)[list(self.schema.names)])
        kinds = ["VARCHAR"] * 5 + ["DATE", "DECIMAL(18, 2)", "DECIMAL(18, 2)", "TIMESTAMP"]
        columns = [
            f"{name}::{kind} AS {name}" for name, kind in zip(self.schema.names, kinds, strict=True)
        ]
        self.connection.execute(
            f"CREATE OR REPLACE TABLE units AS SELECT {', '.join(columns)} FROM given"
        )

    def execute(self, expr) -> pd.DataFrame:
        return self.connection.sql(ibis.to_sql(expr, dialect="duckdb")).to_arrow_table().to_pandas()


@pytest.fixture
def engine():
    opened = Engine()
    yield opened
    opened.connection.close()


@pytest.fixture
def tallied(monkeypatch, engine, facts):
    """A function from a kind to its tally, over made-up units."""

    def make(kind: str, filters: Filters = NOVEMBER, **options):
        engine.fill(kind)
        entry = Metric(
            name="made_up", title="", kind=kind, unit="ratio", grain="lead", family="",
            units=lambda facts: engine.units, sources=(), better=1,
        )  # fmt: skip
        monkeypatch.setattr(module, "find", lambda name: entry)
        return engine.execute(channel_tally(facts, filters, metric="made_up", **options))

    return make


@pytest.mark.parametrize("kind", ["count", "sum", "proportion", "ratio"])
@pytest.mark.parametrize(("by", "compared"), [((), False), (("channel_id",), True)])
def test_totals_equal_the_rollup_of_the_units(tallied, engine, facts, kind, by, compared):  # noqa: PLR0917
    tally = tallied(kind, points=5)
    period = NOVEMBER.comparison if compared else NOVEMBER.period
    asked = rollup(within(engine.units, period=period), kind=kind, as_of=facts.as_of, by=by)
    found = totals(tally, kind=kind, by=list(by), compared=compared)
    pd.testing.assert_frame_equal(
        found[[*by, *FIGURES]],
        engine.execute(asked)[[*by, *FIGURES]],
        check_dtype=False,
        rtol=1e-9,
    )


def test_stretches_add_up_to_the_period(tallied):
    tally = tallied("count", points=4)
    line = stretches(tally, kind="count", points=4)
    assert len(line) == 4
    assert sum(line) == totals(tally, kind="count")["numerator"].item()


def test_channel_tally_counts_a_day_of_both_periods_on_both_sides(tallied):
    overlapping = Filters(
        period=NOVEMBER.period,
        comparison=Period(start=date(2026, 11, 10), end=date(2026, 11, 22)),
    )
    tally = tallied("count", overlapping)
    alone = tallied("count", Filters(period=NOVEMBER.period))
    assert totals(tally, kind="count").equals(totals(alone, kind="count"))
    assert totals(tally, kind="count", compared=True)["n"].item() > 0


def test_by_branch_gives_each_channel_to_every_branch_above_it(tallied):
    tally = tallied("proportion")
    branches = totals(by_branch(tally, TREE), kind="proportion", by=["node"]).set_index("node")
    leaves = totals(tally, kind="proportion", by=["channel_id"]).set_index("channel_id")
    assert branches.loc["online", "n"] == leaves.loc[["sem", "feed"], "n"].sum()
    assert branches.loc["", "n"] == leaves.loc["old_2019", "n"]
    assert branches.loc["sem"].equals(leaves.loc["sem"])


def test_totals_of_nothing_are_one_row_without_a_value(tallied):
    empty = Period(start=date(2020, 1, 1), end=date(2020, 2, 1))
    tally = tallied("proportion", Filters(period=empty))
    (row,) = totals(tally, kind="proportion").to_dict("records")
    assert (row["numerator"], row["n"]) == (0, 0)
    assert np.isnan(row["value"])


def test_channel_tally_refuses_no_stretch(facts):
    with pytest.raises(InvalidOption, match="points must be at least 1, got 0"):
        channel_tally(facts, NOVEMBER, metric="new_leads", points=0)


def test_totals_refuse_a_duration(tallied):
    tally = tallied("ratio")
    with pytest.raises(InvalidOption, match="got 'duration'"):
        totals(tally, kind="duration")
