"""The names behind ids on a person's page, and spans of time in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pandas as pd

from components.kit.rows.columns import names_by_id
from components.words.formats import day, escape
from components.words.i18n import _, language
from data.scope import DEFAULT_TIMEZONE, Scope, local_day

_MINUTE = 60


@dataclass(frozen=True)
class Names:
    """Id → name of each dimension, within the viewer's scope."""

    tables: Mapping[str, Mapping[str, str]]

    @classmethod
    def within(cls, scope: Scope) -> Names:
        """The names of a scope."""
        dimensions = ("campus", "channel", "staff", "course", "activity")
        return cls({name: names_by_id(name, scope=scope) for name in dimensions})

    def of(self, dimension: str, key: object) -> str:
        """A name fit for Markdown; the id where it has none, "" where there is no id."""
        if not is_known(key) or key in ("", "-"):
            return ""
        name = self.tables[dimension].get(str(key))
        return escape(name if is_known(name) and name else key)


def is_known(value: Any) -> bool:
    """Whether a cell holds something."""
    return value is not None and not pd.isna(value)


def as_day(value: Any) -> date:
    """A cell of days as a date."""
    return value.date() if isinstance(value, datetime) else value


def full_day(d: date, today: date, *, weekday: bool = False) -> str:
    """A day, with its year where it is not this one's."""
    if d.year == today.year:
        return day(d, weekday=weekday)
    if language() == "zh":
        return f"{d.year}年{day(d, weekday=weekday)}"
    return f"{day(d, weekday=weekday)} {d.year}"


def full_moment(at: datetime, today: date) -> str:
    """A UTC instant in local time, with its year where it is not this one's."""
    return f"{full_day(local_day(at), today)} {clock(at)}"


def ago(d: date, today: date) -> str:
    """How long ago a day was, or how long it is still to come."""
    days = (today - d).days
    if days == 0:
        return _("today")
    if days == 1:
        return _("yesterday")
    if days == -1:
        return _("tomorrow")
    return _("{n} days ago", n=days) if days > 0 else _("in {n} days", n=-days)


def when(at: datetime, now: datetime) -> str:
    """How far an instant is from now: hours on the same or the next day, else days."""
    hours = (at - now).total_seconds() / 3600
    if 0 <= hours < 1:
        return _("within the hour")
    if 1 <= hours < 24:
        return _("in {n} hours", n=int(hours))
    return ago(local_day(at), local_day(now))


def clock(at: datetime) -> str:
    """A UTC instant's time of day on the campus's clock."""
    return f"{at.replace(tzinfo=UTC).astimezone(DEFAULT_TIMEZONE):%H:%M}"


def duration(seconds: float) -> str:
    """A dwell or a call in minutes and seconds."""
    minutes, rest = divmod(round(seconds), _MINUTE)
    if not minutes:
        return _("{s} s", s=rest)
    return _("{m} min {s} s", m=minutes, s=rest) if rest else _("{m} min", m=minutes)
