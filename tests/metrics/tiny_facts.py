"""A few people whose days are told, and what metrics say of them.

``tell({"lin": ["2026-01-01 lead sem", "2026-01-20 order 5000"]})`` writes raw rows in the
words of `tests.journeys`; the product's own builder makes the facts of them. People's ids
are the names they are told by. A moment without a clock is noon in Shanghai.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

import duckdb
import ibis
import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa

from data.facts import Facts
from data.scope import EVERY_CAMPUS, Period, Scope
from metrics.foundation.registry import Metric
from metrics.foundation.units import rollup, rows
from tests.journeys import CHANNELS, Story, moment
from tests.raw_rows import RawRows, give_back, lend
from tests.within import within

__all__ = ["CHANNELS", "TinyFacts", "moment", "twice_a_week"]


def twice_a_week(enrolment: str, *, lessons: int, last: str) -> list[str]:
    """So many lessons of an enrolment, two a week, the last of them on a day."""
    days = [7 * (n // 2) + 2 * (n % 2) for n in range(lessons)]
    return [
        f"{date.fromisoformat(last) - timedelta(days=day)} seat present enrolment={enrolment}"
        for day in days
    ]


class TinyFacts:
    """What was told, and the facts of it; those are made when they are first read."""

    def __init__(self) -> None:
        self._raw: RawRows | None = None
        self._story = Story()
        self._number = 0

    def tell(self, journeys: dict[str, list[str]], *, campus: str = "north") -> None:
        """What happened to whom: `<moment> <verb> <argument>… [key=value]…`."""
        self._story.tell(journeys, campus=campus)

    def add(self, table: str, /, **values: Any) -> None:
        """One raw row; what is not given is missing."""
        self._story.add(table, **values)

    def add_frame(self, table: str, frame: pd.DataFrame) -> None:
        """Many raw rows at once."""
        for row in frame.astype(object).where(frame.notna(), None).to_dict("records"):
            self._story.add(table, **row)

    def spend(
        self, day: str, channel: str, cost: object, *, campus: str = "north", **more: Any
    ) -> None:
        """One day's cost of a channel, in a row of its own."""
        self._number += 1
        given = {"campaign": "-", "material": f"material-{self._number}", **more}
        self._story.add(
            "spend", campus_id=campus, channel_id=channel, spend_on=date.fromisoformat(day),
            cost_cny=Decimal(str(cost)).quantize(Decimal("0.01")), **given,
        )  # fmt: skip

    def phone(self, person: str, number: str = "") -> str:
        """The phone by which a person is known."""
        return self._story.phone(person, number)

    def facts(
        self,
        as_of: str,
        *,
        campuses: tuple[str, ...] = EVERY_CAMPUS,
        role: str = "manager",
        staff_id: str = "",
    ) -> Facts:
        """The facts as a viewer had them at a time."""
        scope = Scope(
            user="test", role=role, campuses=campuses, staff_id=staff_id, as_of=moment(as_of)
        )
        return Facts(scope)

    def _run(self, sql: str) -> duckdb.DuckDBPyRelation:
        if self._raw is None:
            self._raw = lend(self._story.rows)
        elif self._story.rows:
            self._raw.insert(self._story.rows)
        self._story.rows.clear()
        people = {phone: name for name, phone in self._story.people.items()}
        devices = {f"{name}-device": name for name in self._story.people}
        self._raw.make(sql, people=people | devices)
        return self._raw.connection.sql(sql)

    def close(self) -> None:
        """Give the store back; what was told is gone."""
        if self._raw is not None:
            give_back(self._raw)
            self._raw = None

    def arrow(self, expr: ir.Table) -> pa.Table:
        """The rows of an expression, as kernels take them."""
        return self._run(ibis.to_sql(expr, dialect="duckdb")).to_arrow_table()

    def fetch(self, expr: ir.Table) -> pd.DataFrame:
        """The rows of an expression."""
        return self._run(ibis.to_sql(expr, dialect="duckdb")).df()

    def figures(
        self,
        metric: Metric,
        facts: Facts,
        *,
        by: tuple[str, ...] = (),
        period: Period | None = None,
        **options: Any,
    ) -> pd.DataFrame:
        """A metric's roll-up."""
        return self._run(_figures(metric, facts.scope, by, period, **options)).df()

    def figure(self, metric: Metric, facts: Facts, **options: Any) -> Any:
        """A metric's one row over everything."""
        (row,) = self.figures(metric, facts, **options).itertuples()
        return row

    def behind(self, metric: Metric, facts: Facts, **options: Any) -> pd.DataFrame:
        """The rows behind a metric's figure."""
        return self._run(_behind(metric, facts.scope, **options)).df()


# Compiling takes far longer than a few rows do, and hangs on what is asked alone.
@cache
def _figures(
    metric: Metric, scope: Scope, by: tuple[str, ...], period: Period | None, **options: Any
) -> str:
    facts = Facts(scope)
    units = within(metric(facts, **options), period=period)
    figures = rollup(units, kind=metric.kind, as_of=facts.as_of, by=by)
    return str(ibis.to_sql(figures, dialect="duckdb"))


@cache
def _behind(metric: Metric, scope: Scope, **options: Any) -> str:
    facts = Facts(scope)
    return str(ibis.to_sql(rows(metric(facts, **options), as_of=facts.as_of), dialect="duckdb"))
