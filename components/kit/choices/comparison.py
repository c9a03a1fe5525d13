"""What figures are compared with, and whether they may be."""

from __future__ import annotations

from datetime import UTC

from components.ask import query
from components.words.formats import days_range
from components.words.i18n import _
from data.scope import DEFAULT_TIMEZONE, Filters, local_day
from metrics.foundation.change import TOTALS

_MONTH_DAYS = 31  # of more days an unfinished one is too small a part to speak of
_UNLIKE_DAYS = 3  # calendar months differ by as many


def is_comparable(filters: Filters, kind: str) -> bool:
    """Whether a figure of this kind may be set against that of the comparison's days.

    Today alone is not over, and no total of a month is set against one of a week.
    """
    before = filters.comparison
    if before is None or _is_today(filters):
        return False
    return kind not in TOTALS or abs(before.days - filters.period.days) <= _UNLIKE_DAYS


def compared_with(filters: Filters, kind: str) -> str:
    """What a figure of this kind is compared with, in words; "" where with nothing."""
    before, now = filters.comparison, query.as_of()
    if before is None:
        return ""
    if _is_today(filters):
        return _("today is not over: nothing to compare it with yet")
    days = days_range(before, now=local_day(now))
    if not is_comparable(filters, kind):
        return _(
            "{days} are {before} days against {now}: totals are not compared",
            days=days,
            before=before.days,
            now=filters.period.days,
        )
    words = _("vs. {days}", days=days)
    if filters.period.end > local_day(now) and filters.period.days <= _MONTH_DAYS:
        time = now.replace(tzinfo=UTC).astimezone(DEFAULT_TIMEZONE)
        return f"{words} · {_('today until {time}', time=f'{time:%H:%M}')}"
    return words


def _is_today(filters: Filters) -> bool:
    return filters.period.days == 1 and filters.period.end > local_day(query.as_of())
