"""Fact tables in memory, filled from what happened to whom.

``tell({"lin": ["2026-01-01 lead sem", "2026-01-20 order 5000"]})`` writes the facts those
days leave behind. A moment without a clock is noon in Shanghai. Metrics are tested on
these tables alone, so that a failure names the metric and not the way to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import duckdb
import ibis
import pandas as pd
import pyarrow as pa

from data.facts import DIMENSIONS, FACTS, Facts
from data.scope import EVERY_CAMPUS, Period, Scope, local_day
from metrics.foundation.registry import Metric
from metrics.foundation.units import rollup, rows
from tests.within import within

_TYPES = {
    "string": "VARCHAR", "date": "DATE", "timestamp(6)": "TIMESTAMP", "int64": "BIGINT",
    "float64": "DOUBLE", "boolean": "BOOLEAN", "decimal(18, 2)": "DECIMAL(18,2)",
}  # fmt: skip
CHANNELS = {"sem": True, "feed": True, "street": True, "referral": False, "organic": False}


def moment(text: str) -> datetime:
    """`2026-01-01` (noon in Shanghai) or `2026-01-01T15:30` (UTC)."""
    if "T" in text:
        return datetime.fromisoformat(text)
    return datetime.fromisoformat(text) + timedelta(hours=4)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


@dataclass(frozen=True)
class Step:
    """What happened once to a person."""

    key: str
    person: str
    campus: str
    at: datetime
    words: list[str]
    more: dict[str, str]

    @property
    def who(self) -> dict[str, str]:
        """The columns every fact has."""
        return {"person_id": self.person, "campus_id": self.campus}


class TinyFacts:
    """A store of a few rows."""

    def __init__(self) -> None:
        self.connection = duckdb.connect(":memory:")
        self.connection.execute("SET TimeZone='UTC'")
        self._columns: dict[str, dict[str, str]] = {}
        for name, fact in FACTS.items():
            self._create(name, fact.table, fact.columns)
        for name, columns in DIMENSIONS.items():
            self._create(name, f"dim_{name}", columns)
        self._seen: dict[str, datetime] = {}
        self._number = 0
        for channel, paid in CHANNELS.items():
            self.add(
                "channel",
                channel_id=channel,
                name=channel,
                is_paid=paid,
                level=1,
                root_id=channel,
                level2_id=channel,
                path=channel,
            )

    def _create(self, name: str, table: str, columns: dict[str, str]) -> None:
        self._columns[name] = {"": table, **columns}
        ddl = ", ".join(f'"{column}" {_TYPES[kind]}' for column, kind in columns.items())
        self.connection.execute(f'CREATE TABLE "{table}" ({ddl})')

    def add(self, name: str, /, **values: Any) -> None:
        """One row of a fact or a dimension; what is not given is missing."""
        columns = self._columns[name]
        unknown = set(values) - set(columns)
        assert not unknown, f"{name} has no {unknown}"
        names = ", ".join(f'"{column}"' for column in values)
        marks = ", ".join("?" * len(values))
        self.connection.execute(
            f'INSERT INTO "{columns[""]}" ({names}) VALUES ({marks})', list(values.values())
        )

    def add_frame(self, name: str, rows: pd.DataFrame) -> None:
        """Many rows at once."""
        self.connection.register("given", pa.Table.from_pandas(rows, preserve_index=False))
        self.connection.execute(
            f'INSERT INTO "{self._columns[name][""]}" BY NAME SELECT * FROM given'
        )
        self.connection.unregister("given")

    def tell(self, journeys: dict[str, list[str]], *, campus: str = "north") -> None:
        """What happened to whom: `<moment> <verb> <argument>… [key=value]…`."""
        for person, steps in journeys.items():
            for step in steps:
                when, verb, *rest = step.split()
                words = [word for word in rest if "=" not in word]
                more = dict(word.split("=", 1) for word in rest if "=" in word)
                at = moment(when)
                self._number += 1
                key = more.pop("id", f"{person}-{self._number}")
                where = more.pop("campus", campus)
                getattr(self, f"_{verb}")(Step(key, person, where, at, words, more))
        self.connection.execute("""
            UPDATE fact_order_line SET is_first = first FROM (
              SELECT order_line_id AS id, (is_formal OR is_trial) AND row_number() OVER (
                PARTITION BY person_id, is_formal, is_trial ORDER BY paid_at, order_line_id
              ) = 1 AS first FROM fact_order_line
            ) WHERE order_line_id = id""")

    def _lead(self, step: Step) -> None:
        channel = step.words[0] if step.words and step.words[0] != "-" else None
        first = step.person not in self._seen
        self._seen.setdefault(step.person, step.at)
        self.add(
            "lead",
            lead_id=step.key,
            **step.who,
            channel_id=channel,
            course_line=step.more.get("line", "maths"),
            created_at=step.at,
            created_on=local_day(step.at),
            owner_id=step.more.get("owner"),
            is_first=first,
            is_valid="invalid" not in step.words,
            is_mapped=channel in CHANNELS,
            has_touch="touched" in step.words,
            introducer_person_id=step.more.get("by"),
            material=step.more.get("material"),
        )
        if "by" in step.more:
            self.add(
                "referral",
                lead_id=step.key,
                **step.who,
                channel_id=channel,
                course_line=step.more.get("line", "maths"),
                introducer_person_id=step.more["by"],
                created_at=step.at,
                created_on=local_day(step.at),
                is_first=first,
                code_no=int(step.more.get("code", 1)),
                is_same_person=step.more["by"] == step.person,
                is_same_device="device" in step.words,
            )

    def _line(
        self, step: Step, *, kind: str = "charge", formal: bool = False, trial: bool = False
    ) -> None:
        amount = Decimal(step.words[0]) if step.words else Decimal(0)
        self.add(
            "order_line",
            order_line_id=step.key,
            order_id=step.more.get("order", step.key),
            **step.who,
            course_line=step.more.get("line", "maths"),
            paid_at=step.at,
            paid_on=local_day(step.at),
            kind=kind,
            is_formal=formal,
            is_trial=trial,
            net_cny=-amount if kind == "refund" else amount,
            lead_id=step.more.get("lead"),
        )

    def _order(self, step: Step) -> None:
        self._line(step, formal=True)

    def _trial(self, step: Step) -> None:
        self._line(step, trial=True)

    def _refund(self, step: Step) -> None:
        self._line(step, kind="refund")

    def _seat(self, step: Step) -> None:
        self.add(
            "seat",
            seat_id=step.key,
            **step.who,
            starts_at=step.at,
            held_on=local_day(step.at),
            attendance=step.words[0],
            lesson_no=int(step.more.get("no", 1)),
            lesson_id=step.more.get("lesson_id", step.key),
            lesson_state=step.more.get("lesson", "marked"),
            enrolment_id=step.more.get("enrolment"),
            student_id=step.more.get("student", f"{step.person}-child"),
            course_id=step.more.get("course"),
            class_id=step.more.get("class"),
            teacher_id=step.more.get("teacher"),
            made_up_on=_day(step.more.get("made_up")),
            watched_share=float(step.more["watched"]) if "watched" in step.more else None,
            consumed_lessons=float(step.more.get("consumed", 0)),
        )

    def _enrol(self, step: Step) -> None:
        self.add(
            "enrolment",
            enrolment_id=step.words[0],
            **step.who,
            course_line=step.more.get("line", "maths"),
            started_on=local_day(step.at),
            is_formal=True,
            ends_on=_day(step.more.get("ends")),
            state=step.more.get("state", "active"),
            stopped_on=_day(step.more.get("stopped")),
            student_id=step.more.get("student", f"{step.person}-child"),
            course_id=step.more.get("course"),
            class_id=step.more.get("class"),
            teacher_id=step.more.get("teacher"),
            class_teacher_id=step.more.get("class_teacher"),
            lessons_bought=int(step.more["lessons"]) if "lessons" in step.more else None,
            renewed_from_id=step.more.get("renews"),
        )
        self._due(step)

    def _due(self, step: Step) -> None:
        more = step.more
        ends, stopped = (
            date.fromisoformat(more[name]) if name in more else None for name in ("ends", "stopped")
        )
        self.add(
            "due",
            enrolment_id=step.words[0],
            **step.who,
            student_id=more.get("student", f"{step.person}-child"),
            course_line=more.get("line", "maths"),
            is_school_age="adult" not in step.words,
            started_on=local_day(step.at),
            basis=more.get("basis", "term"),
            due_on=ends,
            ends_on=ends,
            lessons_bought=int(more.get("lessons", 48)),
            lessons_used=0.0,
            due_cny=Decimal(more.get("cny", "5000")),
            paid_on=local_day(step.at),
            order_kind=more.get("kind", "charge"),
            state=more.get("state", "active"),
            stopped_on=stopped,
            renewed_from_id=more.get("renews"),
            term_no=int(more.get("term", 1)),
        )
        if "renews" in more:
            self.connection.execute(
                "UPDATE fact_due SET renewal_id = ?, renewed_on = ?, renewed_cny = ?,"
                " renewal_kind = ?, renewal_starts_on = ?, renewal_refunded_on = ?"
                " WHERE enrolment_id = ?",
                [
                    step.words[0], local_day(step.at), Decimal(more.get("cny", "5000")),
                    more.get("kind", "charge"), local_day(step.at), more.get("back"),
                    more["renews"],
                ],
            )  # fmt: skip

    def _touch(self, step: Step) -> None:
        self.add(
            "touch",
            touch_id=step.key,
            **step.who,
            channel_id=step.words[0],
            kind=step.more.get("kind", "click"),
            touched_at=step.at,
            touched_on=local_day(step.at),
            is_direct=step.words[0] == "organic",
            has_cost="cost" in step.words,
        )

    def _followup(self, step: Step) -> None:
        self.add(
            "followup",
            followup_id=step.key,
            lead_id=step.more.get("lead"),
            **step.who,
            happened_at=step.at,
            happened_on=local_day(step.at),
            is_effective="effective" in step.words,
        )

    def _reward(self, step: Step) -> None:
        self.add(
            "reward",
            reward_id=step.key,
            lead_id=step.more.get("lead"),
            **step.who,
            granted_at=step.at,
            granted_on=local_day(step.at),
            cost_cny=Decimal(step.words[0]),
        )

    def spend(
        self, day: str, channel: str | None, cost: object, *, campus: str = "north", **more: Any
    ) -> None:
        """One day's cost of a channel."""
        self._number += 1
        self.add(
            "spend",
            spend_id=f"spend-{self._number}",
            campus_id=campus,
            channel_id=channel,
            spend_on=date.fromisoformat(day),
            cost_cny=Decimal(str(cost)),
            is_mapped=channel in CHANNELS,
            **more,
        )

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

    def fetch(self, expr: Any) -> pd.DataFrame:
        """The rows of an expression."""
        return self.connection.execute(ibis.to_sql(expr, dialect="duckdb")).df()

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
        units = within(metric(facts, **options), period=period)
        return self.fetch(rollup(units, kind=metric.kind, as_of=facts.as_of, by=by))

    def figure(self, metric: Metric, facts: Facts, **options: Any) -> Any:
        """A metric's one row over everything."""
        (row,) = self.figures(metric, facts, **options).itertuples()
        return row

    def behind(self, metric: Metric, facts: Facts, **options: Any) -> pd.DataFrame:
        """The rows behind a metric's figure."""
        return self.fetch(rows(metric(facts, **options), as_of=facts.as_of))
