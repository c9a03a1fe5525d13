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
from metrics.foundation.registry import Metric
from metrics.foundation.tally import ELSEWHERE, KERNELS, STRETCHES, channel_tally, figures
from metrics.foundation.units import rollup
from tests.within import within

AS_OF = datetime(2026, 11, 21, 10, 0)  # noqa: DTZ001  # UTC without zone
NOVEMBER = Filters(
    period=Period(start=date(2026, 11, 1), end=date(2026, 11, 22)),
    comparison=Period(start=date(2026, 10, 1), end=date(2026, 10, 22)),
)
FIGURES = ["numerator", "denominator", "value", "low", "high", "n", "immature"]
PATHS = {"sem": ["online", "sem"], "feed": ["online", "feed"], "word": ["word"]}


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

    def arrow(self, expr):
        return self.connection.sql(ibis.to_sql(expr, dialect="duckdb")).to_arrow_table()

    def execute(self, expr) -> pd.DataFrame:
        return self.arrow(expr).to_pandas()


@pytest.fixture
def engine():
    opened = Engine()
    yield opened
    opened.connection.close()


@pytest.fixture
def tallied(monkeypatch, engine, facts):
    """A function from a kind to its figures, over made-up units."""

    def make(kind: str, filters: Filters = NOVEMBER, **options):
        engine.fill(kind)
        entry = Metric(
            name="made_up", title="", kind=kind, unit="ratio", grain="lead", family="",
            units=lambda facts: engine.units, sources=(), better=1,
        )  # fmt: skip
        tally = channel_tally(facts.filtered(filters), metric=entry, **options)
        return KERNELS[kind](engine.arrow(tally))

    return make


@pytest.mark.parametrize("kind", ["count", "sum", "proportion", "ratio"])
def test_channel_figures_equal_the_rollup_of_the_units(tallied, engine, facts, kind):
    found = tallied(kind)

    def rolled(period: Period, by: tuple[str, ...] = ()) -> pd.DataFrame:
        units = within(engine.units, period=period)
        return engine.execute(rollup(units, kind=kind, as_of=facts.as_of, by=by))

    for shown, asked in (
        (pd.DataFrame([found.total]), rolled(NOVEMBER.period)),
        (pd.DataFrame([found.compared]), rolled(NOVEMBER.comparison)),
        (found.channels(), rolled(NOVEMBER.period, ("channel_id",))),
    ):
        columns = [name for name in asked if name in ("channel_id", *FIGURES)]
        pd.testing.assert_frame_equal(shown[columns], asked[columns], check_dtype=False, rtol=1e-9)


def test_trend_adds_up_to_the_period(tallied):
    found = tallied("count")
    assert len(found.trend) == STRETCHES
    assert sum(found.trend) == found.total["numerator"]


def test_trend_of_a_few_days_has_a_point_a_day_and_none_between(tallied):
    week = Period(start=date(2026, 11, 2), end=date(2026, 11, 9))
    units = units_of("count")
    mature = units[units["mature_at"] <= AS_OF]
    by_day = [
        mature.loc[mature["unit_on"] == week.start + timedelta(days=n), "numerator"].sum()
        for n in range(7)
    ]
    assert tallied("count", Filters(period=week)).trend == by_day


def test_channel_figures_count_a_day_of_both_periods_on_both_sides(tallied):
    overlapping = Filters(
        period=NOVEMBER.period,
        comparison=Period(start=date(2026, 11, 10), end=date(2026, 11, 22)),
    )
    found = tallied("count", overlapping)
    assert found.total == tallied("count", Filters(period=NOVEMBER.period)).total
    assert 0 < found.compared["n"] < found.total["n"]


def test_nodes_give_each_channel_to_every_branch_above_it(tallied):
    found = tallied("proportion")
    nodes = found.nodes(PATHS).set_index("node")
    leaves = found.channels().set_index("channel_id")
    assert nodes.loc["online", "n"] == leaves.loc[["sem", "feed"], "n"].sum()
    assert nodes.loc[ELSEWHERE, "n"] == leaves.loc["old_2019", "n"]
    assert nodes.loc["word"].equals(leaves.loc["word"])


def test_campaigns_add_up_to_their_channel(tallied):
    found = tallied("proportion", campaigns=True)
    by_channel = found.campaigns().groupby("channel_id")["n"].sum()
    assert by_channel.to_dict() == found.channels().set_index("channel_id")["n"].to_dict()
    assert set(found.campaigns()["campaign"]) == {"a", "b"}


def test_what_must_stay_apart_is_never_added_up(tallied, engine):
    engine.units = engine.units.mutate(apart=engine.units.channel_id)
    found = tallied("proportion")
    assert np.isnan(found.total["value"])
    assert np.isnan(found.nodes(PATHS).set_index("node").loc["online", "numerator"])
    assert found.channels()["value"].notna().all()


def test_channel_figures_of_nothing_have_no_value_and_no_channel(tallied):
    empty = Period(start=date(2020, 1, 1), end=date(2020, 2, 1))
    found = tallied("proportion", Filters(period=empty))
    assert (found.total["numerator"], found.total["n"]) == (0, 0)
    assert np.isnan(found.total["value"])
    assert found.channels().empty
    assert list(found.channels()) == ["channel_id", *FIGURES]


def test_figures_refuse_a_duration():
    with pytest.raises(InvalidOption, match="got 'duration'"):
        figures(np.zeros((1, 9)), "duration", mixed=np.array([False]))
