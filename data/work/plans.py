"""Plans that people change in the app: checked, kept with who and when, and taken in at once.

A change is two segments that arrive together or not at all: the plan's rows and the lines
of its history. Whoever kills the process in between loses nothing that was acknowledged.
"""

from __future__ import annotations

import secrets
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa

from data.contracts import contract
from data.errors import InvalidInput, NotAllowed
from data.installation.process import Installation
from data.landing.loader import load
from data.scope import role

SOURCE = "app:plans"
MOST_CHANGES = 5_000  # of one edit; more is an import
_LARGEST = 1e12
_SHOWN = 3  # wrong rows that an error names

Key = tuple[Any, ...]

# What can be wrong with an edit, by kind.
_WRONG = {
    "twice": "a figure must be given once, got {got} twice",
    "unknown": "{of} must be a known one, got {got!r}",
    "choice": "{of} must be one of {allowed}, got {got!r}",
    "month": "month must begin on day 1, got {got}",
    "number": "{of} must be a number of at least 0, got {got!r}",
    "whole": "{of} must be a whole number of at least 0, got {got!r}",
    "above": "planned_leads must be at most planned_visits, got {got}",
    "many": "an edit must have at most {allowed} rows, got {got}",
}


@dataclass(frozen=True, kw_only=True)
class Problem:
    """What is wrong with an edit: a kind, of which column, what came and what may."""

    kind: str  # "twice", "unknown", "choice", "month", "number", "whole", "above" or "many"
    got: object
    of: str = ""
    allowed: str = ""

    def __str__(self) -> str:
        return _WRONG[self.kind].format(got=self.got, of=self.of, allowed=self.allowed)


class PlanRefused(InvalidInput):
    """A plan that cannot be stored; ``problems`` says why, one entry a fault."""

    code = "plan_refused"

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        more = f"; and {len(problems) - _SHOWN} more" if len(problems) > _SHOWN else ""
        super().__init__("; ".join(map(str, problems[:_SHOWN])) + more)


@dataclass(frozen=True, kw_only=True)
class TargetEdit:
    """A campus's planned figure of a month; ``metric`` as in the targets contract."""

    month_on: date
    campus_id: str
    metric: str
    value: float


@dataclass(frozen=True, kw_only=True)
class ActivityPlanEdit:
    """What an activity is to bring in a phase by a way of sharing."""

    activity_id: str
    phase: str
    share_channel: str
    planned_visits: int
    planned_leads: int


@dataclass(frozen=True)
class _Change:
    """One figure that differs from what was stored."""

    campus_id: str
    place: Mapping[str, Any]  # columns of the history that say what was changed
    item: str
    before: float | None
    after: float


def edit_targets(opened: Installation, user: str, edits: Sequence[TargetEdit]) -> int:
    """Store changed targets; gives the number of figures that really changed.

    Parameters
    ----------
    opened
        The installation; its store takes the change in before this returns.
    user
        The account that changes; its role and campuses are looked up now.
    edits
        At most `MOST_CHANGES`; either all are stored or none.

    Raises
    ------
    NotAllowed
        If the account may not change plans, or not those of a campus among the edits;
        this is logged.
    PlanRefused
        If an edit names an unknown campus or figure, a day that begins no month, a value
        that is no number of at least 0, or a figure twice.
    """
    known = _campuses(opened)
    problems = [
        *_twice([(e.month_on, e.campus_id, e.metric) for e in edits]),
        *_unknown("campus", [e.campus_id for e in edits], known),
        *(Problem(kind="month", got=e.month_on) for e in edits if e.month_on.day != 1),
        *_not_among("targets", "metric", [e.metric for e in edits]),
        *(problem for e in edits for problem in _no_figure(e.metric, e.value)),
    ]  # fmt: skip
    _check(opened, user, edits, [e.campus_id for e in edits], problems)
    rows = _stored(opened, "SELECT month_on, campus_id, metric, value FROM targets")
    stored = {row[:3]: row[3] for row in rows}
    changed = [e for e in edits if stored.get((e.month_on, e.campus_id, e.metric)) != e.value]
    changes = [
        _Change(
            e.campus_id, {"month_on": e.month_on}, e.metric,
            stored.get((e.month_on, e.campus_id, e.metric)), float(e.value),
        )
        for e in changed
    ]  # fmt: skip
    return _store(opened, user, "targets", [vars(e) for e in changed], changes)


def edit_activity_plans(opened: Installation, user: str, edits: Sequence[ActivityPlanEdit]) -> int:
    """Store changed activity plans; gives the number of figures that really changed.

    Parameters and errors are those of `edit_targets`; whose activity it is decides who
    may change its plan.
    """
    campus_of = dict(_stored(opened, "SELECT activity_id, campus_id FROM activities"))
    figures = ("planned_visits", "planned_leads")
    problems = [
        *_twice([(e.activity_id, e.phase, e.share_channel) for e in edits]),
        *_unknown("activity", [e.activity_id for e in edits], campus_of),
        *_not_among("activity_plans", "phase", [e.phase for e in edits]),
        *_not_among("activity_plans", "share_channel", [e.share_channel for e in edits]),
        *(p for e in edits for name in figures for p in _no_figure(name, getattr(e, name), True)),
        *(Problem(kind="above", got=f"{e.planned_leads} of {e.planned_visits}")
          for e in edits if _is_above(e.planned_leads, e.planned_visits)),
    ]  # fmt: skip
    campuses = [campus_of[e.activity_id] for e in edits if e.activity_id in campus_of]
    _check(opened, user, edits, campuses, problems)
    rows = _stored(
        opened,
        "SELECT activity_id, phase, share_channel, planned_visits, planned_leads"
        " FROM activity_plans",
    )
    stored = {row[:3]: dict(zip(figures, row[3:], strict=True)) for row in rows}
    changed, changes = [], []
    for e in edits:
        was = stored.get((e.activity_id, e.phase, e.share_channel), {})
        differs = [name for name in figures if was.get(name) != getattr(e, name)]
        place = {name: getattr(e, name) for name in ("activity_id", "phase", "share_channel")}
        if differs:
            changed.append(vars(e))
        changes += [
            _Change(campus_of[e.activity_id], place, name, was.get(name), getattr(e, name))
            for name in differs
        ]
    return _store(opened, user, "activity_plans", changed, changes)


def _check(
    opened: Installation,
    user: str,
    edits: Sequence[object],
    campuses: Sequence[str],
    problems: list[Problem],
) -> None:
    """Refuse who may not, then what is wrong."""
    viewer = opened.accounts.viewer(user)
    right = role(viewer.role).plans
    foreign = sorted(set(campuses) - set(viewer.campuses)) if right == "own" else []
    if right not in ("all", "own") or foreign:
        opened.accounts.audit.append(
            actor=user, action="plan_edit_denied", detail={"campuses": sorted(set(campuses))}
        )
        if foreign:
            raise NotAllowed(f"campuses must be among the account's own, got {foreign}")
        raise NotAllowed(f"role must be one that changes plans, {user!r} is {viewer.role!r}")
    if len(edits) > MOST_CHANGES:
        problems = [Problem(kind="many", got=f"{len(edits):,}", allowed=f"{MOST_CHANGES:,}")]
    if problems:
        raise PlanRefused(problems)


def _store(
    opened: Installation,
    user: str,
    table: str,
    rows: Sequence[Mapping[str, Any]],
    changes: Sequence[_Change],
) -> int:
    if not changes:
        return 0
    at = datetime.now(UTC).replace(tzinfo=None)
    batch = secrets.token_hex(8)
    history = [
        {
            "edit_id": f"{batch}-{number}", "edited_at": at, "edited_by": user, "plan": table,
            "campus_id": change.campus_id, **change.place, "item": change.item,
            "before": change.before, "after": float(change.after),
        }
        for number, change in enumerate(changes)
    ]  # fmt: skip
    # No as-of: a plan says nothing of how far the institution's data reaches.
    opened.landing.write_together(
        [(table, [_table(table, rows)]), ("plan_edits", [_table("plan_edits", history)])],
        source=SOURCE,
        actor=user,
    )
    opened.accounts.audit.append(
        actor=user, action="plan_edit", subject=table,
        detail={"figures": len(changes), "campuses": sorted({c.campus_id for c in changes})},
    )  # fmt: skip
    load(opened.store, opened.landing)
    return len(changes)


def _table(name: str, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist([dict(row) for row in rows], schema=contract(name).arrow_schema)


def _stored(opened: Installation, sql: str) -> list[Any]:
    cursor = opened.store.cursor()
    try:
        return cursor.execute(sql).fetchall()
    finally:
        cursor.close()


def _campuses(opened: Installation) -> set[str]:
    return {campus for (campus,) in _stored(opened, "SELECT campus_id FROM campuses")}


def _twice(keys: Sequence[Key]) -> list[Problem]:
    seen: set[Key] = set()
    found = []
    for key in keys:
        if key in seen:
            found.append(Problem(kind="twice", got=" ".join(map(str, key))))
        seen.add(key)
    return found


def _unknown(of: str, values: Sequence[str], known: Container[str]) -> list[Problem]:
    return [Problem(kind="unknown", of=of, got=value) for value in values if value not in known]


def _not_among(table: str, column: str, values: Sequence[str]) -> list[Problem]:
    allowed = [choice.value for choice in contract(table).column(column).choices]
    return [
        Problem(kind="choice", of=column, got=value, allowed=", ".join(allowed))
        for value in values
        if value not in allowed
    ]


def _no_figure(name: str, value: object, whole: bool = False) -> list[Problem]:
    allowed = isinstance(value, int if whole else int | float) and not isinstance(value, bool)
    if allowed and 0 <= value <= _LARGEST:  # type: ignore[operator]  # NaN is in no range
        return []
    return [Problem(kind="whole" if whole else "number", of=name, got=value)]


def _is_above(one: object, other: object) -> bool:
    return isinstance(one, int) and isinstance(other, int) and one > other
