"""`python -m data query`: a metric, or the rows behind it, as the screens have it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from inspect import Parameter
from typing import Any

import pandas as pd

from components.ask import query
from data.errors import InvalidOption, UnknownName
from data.installation.home import Home
from data.installation.process import Installation, installation
from data.scope import EVERY_CAMPUS, Filters, Period, Scope, day_start
from metrics import load_all
from metrics.foundation.question import TOLD
from metrics.foundation.registry import REGISTRY, TABLES, Metric, Table, find, find_any
from metrics.foundation.units import GROUPS


def query_command(options: argparse.Namespace, home: Home) -> int:
    """Print what was asked for, within the named user's scope."""
    load_all()
    if options.metric == "list":
        _list()
        return 0
    entry = find_any(options.metric)
    if isinstance(entry, Table) and (options.by or options.rows or options.sql):
        raise InvalidOption(f"--by, --rows and --sql go with a metric; {entry.name} is a table")
    if isinstance(entry, Table) and entry.gated:
        raise InvalidOption(f"{entry.name} is shown in the application only, with a reason")
    if not home.store.exists():
        raise InvalidOption(f"EDULENS_HOME must hold a store, got {home.path}")
    opened = installation()
    scope = _known_on(_scope(opened, options.user), options.as_of)
    _check_names(options.campus, "campus", query.names("campus", scope=scope)["campus_id"])
    _check_names(options.channel, "channel", query.names("channel", scope=scope)["channel_id"])
    filters = Filters(
        period=_period(options.start, options.end, scope.as_of_on),
        campuses=tuple(options.campus),
        channels=tuple(options.channel),
        course_lines=tuple(options.course_line),
    )
    if scope.campuses != EVERY_CAMPUS and not scope.narrowed(filters.campuses).campuses:
        raise InvalidOption(f"campuses must be in the scope of {options.user}")
    chosen = _options(options.option, entry.options)
    chosen |= {name: find(chosen[name]) for name in entry.metric_options & set(chosen)}
    _check_needed(chosen, entry.options)
    _check_names(options.by, "dimension", pd.Series(GROUPS))
    if options.sql and isinstance(entry, Metric):
        print(query.sql_of(entry, filters, by=tuple(options.by), scope=scope, **chosen))
        return 0
    found = _found(entry, options, filters, scope, chosen)
    if found.empty:
        print(
            f"nothing from {filters.period.start} up to {filters.period.end};"
            " --start and --end say other days",
            file=sys.stderr,
        )
    if options.format == "json":
        print(found.to_json(orient="records", force_ascii=False, date_format="iso"))
    else:
        found.to_csv(sys.stdout, index=False)
    return 0


def _found(
    entry: Metric | Table,
    options: argparse.Namespace,
    filters: Filters,
    scope: Scope,
    chosen: dict[str, Any],
) -> pd.DataFrame:
    """The rows of a table, a metric's figures, or the rows behind them."""
    if isinstance(entry, Table):
        return query.fetch(entry, filters, scope=scope, **chosen)
    if options.rows:
        return query.list_rows(entry, filters, scope=scope, **chosen)
    return query.run(entry, filters, by=tuple(options.by), scope=scope, **chosen)


def _list() -> None:
    """Name every metric, then every table, with what it tells in a sentence."""
    for name, entry in sorted(REGISTRY.items()):
        print(f"{name:<28} {entry.kind:<11} {entry.definition}")
    for name, rows in sorted(TABLES.items()):
        if not rows.gated:
            print(f"{name:<28} {'table':<11} {rows.definition}")


def _period(start: date | None, end: date | None, today: date) -> Period:
    """The days asked for; without a start the 30 days before the end, which is not in."""
    end = end or today + timedelta(days=1)
    start = start or end - timedelta(days=30)
    if start >= end:
        raise InvalidOption(f"--start must be before --end, got {start} and {end}")
    return Period(start=start, end=end)


def _scope(opened: Installation, user: str | None) -> Scope:
    """The named user's scope; without a name that of the whole institution's manager."""
    if user:
        return opened.accounts.viewer(user).scope(opened.store.as_of)
    return Scope(
        user="command line", role="manager", campuses=EVERY_CAMPUS, as_of=opened.store.as_of
    )


def _known_on(scope: Scope, day: date | None) -> Scope:
    """The scope as it was when a local day ended; without a day, or a later one, as it is."""
    if day is None:
        return scope
    end = day_start(day + timedelta(days=1)) - timedelta(microseconds=1)
    return replace(scope, as_of=min(end, scope.as_of))


def _check_names(asked: list[str], what: str, known: pd.Series) -> None:
    for name in asked:
        if name not in set(known):
            raise UnknownName(what, name, list(known))


def _options(pairs: list[str], known: dict[str, object]) -> dict[str, Any]:
    chosen: dict[str, Any] = {}
    for pair in pairs:
        name, given, text = pair.partition("=")
        if not given:
            raise InvalidOption(f"an option must be NAME=VALUE, got {pair!r}")
        if name not in known:
            raise UnknownName("option", name, known)
        chosen[name] = _value(name, text, known[name])
    return chosen


def _check_needed(chosen: dict[str, object], known: dict[str, object]) -> None:
    """Every option without a default must have been given."""
    missing = [n for n, default in known.items() if default is Parameter.empty and n not in chosen]
    if missing:
        raise InvalidOption(f"--option must give {', '.join(missing)}, got none")


def _value(name: str, text: str, default: object) -> object:
    """An option's value of the kind that its default has.

    One without default, or that names somebody or something, is as it is written: a day, a
    number or a text.
    """
    if default is Parameter.empty or (name in TOLD and not isinstance(default, tuple)):
        return _as_written(text)
    if isinstance(default, str):
        return text
    if isinstance(default, tuple):
        return tuple(part for part in text.split(",") if part)
    if isinstance(default, bool):
        said = {"true": True, "false": False}.get(text.lower())
        if said is None:
            raise InvalidOption(f"{name} must be true or false, got {text!r}")
        return said
    try:
        return float(text) if isinstance(default, float) else int(text)
    except ValueError:
        kind = "a number" if isinstance(default, float) else "a whole number"
        raise InvalidOption(f"{name} must be {kind}, got {text!r}") from None


def _as_written(text: str) -> object:
    readers: tuple[Callable[[str], object], ...] = (int, float, date.fromisoformat)
    for read in readers:
        with suppress(ValueError):
            return read(text)
    return text
