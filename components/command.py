"""`python -m data query`: a metric, or the rows behind it, as the screens have it."""

from __future__ import annotations

import argparse
import ast
import sys
from datetime import timedelta

import pandas as pd

from components import query
from data.errors import InvalidOption, UnknownName
from data.home import Home
from data.installation import Installation, installation
from data.scope import EVERY_CAMPUS, Filters, Period, Scope
from metrics.registry import REGISTRY, find
from metrics.units import GROUPS


def query_command(options: argparse.Namespace, home: Home) -> int:
    """Print what was asked for, within the named user's scope."""
    if options.metric == "list":
        for name, entry in sorted(REGISTRY.items()):
            print(f"{name:<28} {entry.kind:<11} {entry.definition}")
        return 0
    entry = find(options.metric)
    if not home.store.exists():
        raise InvalidOption(f"EDULENS_HOME must hold a store, got {home.path}")
    opened = installation()
    scope = _scope(opened, options.user)
    _check_names(options.campus, "campus", query.names("campus", scope=scope)["campus_id"])
    _check_names(options.channel, "channel", query.names("channel", scope=scope)["channel_id"])
    end = options.end or scope.as_of_on + timedelta(days=1)
    filters = Filters(
        period=Period(start=options.start or end - timedelta(days=30), end=end),
        campuses=tuple(options.campus),
        channels=tuple(options.channel),
        course_lines=tuple(options.course_line),
    )
    if scope.campuses != EVERY_CAMPUS and not scope.narrowed(filters.campuses).campuses:
        raise InvalidOption(f"campuses must be in the scope of {options.user}")
    chosen = _options(options.option, entry.options)
    _check_names(options.by, "dimension", pd.Series(GROUPS))
    if options.sql:
        print(query.sql_of(entry, filters, by=tuple(options.by), scope=scope, **chosen))
        return 0
    found = (
        query.list_rows(entry, filters, scope=scope, **chosen)
        if options.rows
        else query.run(entry, filters, by=tuple(options.by), scope=scope, **chosen)
    )
    if options.format == "json":
        print(found.to_json(orient="records", force_ascii=False, date_format="iso"))
    else:
        found.to_csv(sys.stdout, index=False)
    return 0


def _scope(opened: Installation, user: str | None) -> Scope:
    """The named user's scope; without a name that of the whole institution's manager."""
    if user:
        return opened.accounts.viewer(user).scope(opened.store.as_of)
    return Scope(
        user="command line", role="manager", campuses=EVERY_CAMPUS, as_of=opened.store.as_of
    )


def _check_names(asked: list[str], what: str, known: pd.Series) -> None:
    for name in asked:
        if name not in set(known):
            raise UnknownName(what, name, list(known))


def _options(pairs: list[str], known: dict[str, object]) -> dict[str, object]:
    chosen: dict[str, object] = {}
    for pair in pairs:
        name, given, value = pair.partition("=")
        if not given:
            raise InvalidOption(f"an option must be NAME=VALUE, got {pair!r}")
        if name not in known:
            raise UnknownName("option", name, known)
        try:
            chosen[name] = ast.literal_eval(value)
        except (ValueError, SyntaxError):
            chosen[name] = value
    return chosen
