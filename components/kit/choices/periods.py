"""Which days a picked preset means, and which days it is compared with.

Days are the institution's local days and count from the store's as-of day, never from
the wall clock. "The last n days" are n finished days; today is a preset of its own.
"""

from __future__ import annotations

from datetime import date, timedelta

from components.words.i18n import N_
from data.errors import UnknownName
from data.scope import Period

CUSTOM = "custom"
DEFAULT_PRESET = "this_month"
EVERYTHING = "all"
PRESETS: dict[str, str] = {
    "today": N_("Today"),
    "yesterday": N_("Yesterday"),
    "last_7": N_("Last 7 days"),
    "last_30": N_("Last 30 days"),
    "this_month": N_("This month"),
    "last_month": N_("Last month"),
    "last_90": N_("Last 90 days"),
    "this_year": N_("This year"),
    EVERYTHING: N_("All days"),
    CUSTOM: N_("Custom"),
}
NO_COMPARISON = "none"
DEFAULT_COMPARISON = "previous"
COMPARISONS: dict[str, str] = {
    "previous": N_("Previous period"),
    "year": N_("Same period last year"),
    "weekdays": N_("Same weekdays"),
    CUSTOM: N_("Custom"),
    NO_COMPARISON: N_("No comparison"),
}
_ONE_DAY = timedelta(days=1)


def period_of(
    preset: str, today: date, picked: tuple[date, ...] = (), *, first: date | None = None
) -> Period:
    """The days of a preset; ``picked`` is first and last day of a custom range.

    A range with its end still to pick is its first day alone. All days begin with
    ``first``, the first on which anything is known, or with the year.
    """
    if preset == CUSTOM:
        if not picked:
            return period_of(DEFAULT_PRESET, today)
        return Period(start=min(picked), end=max(picked) + _ONE_DAY)
    tomorrow, month = today + _ONE_DAY, today.replace(day=1)
    bounds = {
        "today": (today, tomorrow),
        "yesterday": (today - _ONE_DAY, today),
        "last_7": (today - timedelta(days=7), today),
        "last_30": (today - timedelta(days=30), today),
        "last_90": (today - timedelta(days=90), today),
        "this_month": (month, tomorrow),
        "last_month": ((month - _ONE_DAY).replace(day=1), month),
        "this_year": (today.replace(month=1, day=1), tomorrow),
        EVERYTHING: (min(first or today.replace(month=1, day=1), today), tomorrow),
    }
    if preset not in bounds:
        raise UnknownName("preset", preset, PRESETS)
    start, end = bounds[preset]
    return Period(start=start, end=end)


def comparison_of(
    kind: str, preset: str, period: Period, picked: tuple[date, ...] = ()
) -> Period | None:
    """The days that a period is compared with; None where it is compared with none.

    ``previous`` of a calendar preset is the same part of the calendar unit before: 1–21
    November is compared with 1–21 October. ``weekdays`` goes back whole weeks, just far
    enough not to overlap. ``picked`` is first and last day of a custom comparison; until
    any is picked it is the previous period.
    """
    if kind == NO_COMPARISON or preset == EVERYTHING:
        return None
    if kind == "year":
        return _shifted_months(period, -12)
    if kind == "weekdays":
        back = timedelta(weeks=-(-period.days // 7))
        return Period(start=period.start - back, end=period.end - back)
    if kind == CUSTOM and picked:
        return Period(start=min(picked), end=max(picked) + _ONE_DAY)
    if kind not in ("previous", CUSTOM):
        raise UnknownName("comparison", kind, COMPARISONS)
    if preset == "last_month":
        return Period(start=_shifted_day(period.start, -1), end=period.start)
    months = {"this_month": -1, "this_year": -12}
    return _shifted_months(period, months[preset]) if preset in months else period.previous()


def _shifted_months(period: Period, months: int) -> Period:
    """First and last day moved by months; a day that month lacks becomes its last."""
    last = period.end - _ONE_DAY
    return Period(
        start=_shifted_day(period.start, months), end=_shifted_day(last, months) + _ONE_DAY
    )


def _shifted_day(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    following = date(year + month // 11, (month + 1) % 12 + 1, 1)
    return min(date(year, month + 1, 1) + timedelta(days=day.day - 1), following - _ONE_DAY)
