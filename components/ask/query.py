"""Where a metric, a viewer's scope and a store meet; the only place that caches.

What decides the rows is in every key: the compiled SQL (which holds the scope), the
scope itself, the store and its version. Viewers of equal scope share what was found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from datetime import datetime
from functools import lru_cache, wraps
from itertools import count
from typing import Any, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa
import streamlit as st

from components.ask.session import current_viewer
from components.runtime.theme import theme_name
from components.words.i18n import language
from data.facts import DIMENSIONS, Facts
from data.installation.process import installation
from data.scope import Filters, Scope
from metrics import load_all
from metrics.foundation.question import Asked, Expression, FunctionRows, MetricFigures, MetricRows
from metrics.foundation.registry import Metric, find
from metrics.foundation.statements import Look, Statements

load_all()  # metrics are also asked for by name

_HOUR = 3600
_MOST_MADE = 128  # of each function that is remembered
_P = ParamSpec("_P")
_T = TypeVar("_T")


def as_of() -> datetime:
    """The store's as-of instant, UTC without zone: all arithmetic uses it."""
    return installation().store.as_of


_seen_as: ContextVar[Scope | None] = ContextVar("seen_as", default=None)


@contextmanager
def seen_as(scope: Scope) -> Iterator[None]:
    """Within it, figures are those of a scope instead of a signed-in viewer's.

    For what is made while nobody looks; a page never opens it.
    """
    token = _seen_as.set(scope)
    try:
        yield
    finally:
        _seen_as.reset(token)


def current_scope(filters: Filters | None = None) -> Scope:
    """The signed-in viewer's scope, cut to the campuses picked."""
    scope = _seen_as.get() or current_viewer().scope(as_of())
    return scope.narrowed(filters.campuses) if filters else scope


def run(
    metric: Metric | str,
    filters: Filters,
    *,
    by: tuple[str, ...] | list[str] = (),
    scope: Scope | None = None,
    **options: Any,
) -> pd.DataFrame:
    """A metric's figures: one row per group with value, interval, n and immature.

    ``by`` names dimensions of the units; ``channel_root`` and ``channel_level2`` group
    by the levels of the channel tree. Without groups there is exactly one row.
    """
    scope = _cut(scope, filters)
    asked = MetricFigures(_named(metric), tuple(by), _plain(options))
    return _fetched(_sql(asked, scope, _expanded(filters, scope)), scope)


def sql_of(
    metric: Metric | str,
    filters: Filters,
    *,
    by: tuple[str, ...] | list[str] = (),
    scope: Scope | None = None,
    **options: Any,
) -> str:
    """The SQL behind a metric's figures as the store runs it, set out to be read."""
    scope = _cut(scope, filters)
    look = Look(nameless(scope), _expanded(filters, scope))
    figures = MetricFigures(_named(metric), tuple(by), _plain(options))(look)
    return installation().store.compile(figures, pretty=True)


def list_rows(
    metric: Metric | str,
    filters: Filters,
    *,
    where: Mapping[str, object] | None = None,
    scope: Scope | None = None,
    **options: Any,
) -> pd.DataFrame:
    """The units behind a metric's figure; the mature ones add up to it exactly."""
    scope = _cut(scope, filters)
    asked = MetricRows(_named(metric), _plain(where or {}), _plain(options))
    return _fetched(_sql(asked, scope, _expanded(filters, scope)), scope)


def fetch(
    function: Expression,
    filters: Filters | None = None,
    *,
    scope: Scope | None = None,
    **options: Any,
) -> pd.DataFrame:
    """The rows of any pure function ``(facts, filters, **options)`` or ``(facts, **options)``.

    A ``person_id`` among the options may only be compared with.
    """
    scope = _cut(scope, filters)
    return _fetched(_expression_sql(function, scope, filters, options), scope)


def fold(
    function: Expression,
    kernel: Callable[[pa.Table], Any],
    filters: Filters,
    *,
    scope: Scope | None = None,
    **options: Any,
) -> Any:
    """A kernel's result over the rows of a pure function; the kernel is a module's function."""
    scope = _cut(scope, filters)
    sql = _expression_sql(function, scope, filters, options)
    name = f"{kernel.__module__}.{kernel.__qualname__}"
    return _folded(sql, name, nameless(scope), _version(), kernel)


def remembered(make: Callable[_P, _T]) -> Callable[_P, _T]:
    """Keep what a component makes of figures (a picture, sentences) until the next load.

    ``make`` takes hashable arguments, reads through this module only, draws nothing, and
    depends on nothing else but the reader's language and theme. What it gave is shared
    with every viewer of equal scope (the ``scope`` among the arguments or of the reading
    that comes first, else the signed-in viewer's): nobody may change it.
    """

    @lru_cache(maxsize=_MOST_MADE)
    def kept(seen_by: object, args: _P.args, kwargs: tuple[tuple[str, Any], ...]) -> _T:
        del seen_by  # in the key
        return make(*args, **dict(kwargs))

    made_of: list[tuple[int, int]] = []

    @wraps(make)
    def asked(*args: _P.args, **kwargs: _P.kwargs) -> _T:
        version = _version()
        if made_of != [version]:
            kept.cache_clear()  # nobody asks for what was made before the load again
            made_of[:] = [version]
        said = kwargs.get("scope") or getattr(args[0] if args else None, "scope", None)
        viewer = said if isinstance(said, Scope) else current_scope()
        seen_by = nameless(viewer), version, language(), theme_name()
        return kept(seen_by, args, tuple(sorted(kwargs.items())))

    return asked


def names(dimension: str, *, scope: Scope | None = None) -> pd.DataFrame:
    """The rows of a dimension (campus, channel, staff, course, experiment…) in scope."""
    if dimension not in DIMENSIONS:
        raise KeyError(dimension)
    return fetch(_dimension, None, scope=scope, dimension=dimension)


def _dimension(facts: Facts, *, dimension: str) -> ir.Table:
    table: ir.Table = getattr(facts, dimension)
    return table.order_by(table.columns[0])


def _expression_sql(
    function: Expression, scope: Scope, filters: Filters | None, options: dict[str, Any]
) -> str:
    person_id = str(options.pop("person_id", None) or "")
    asked = FunctionRows(function, _plain(options))
    expanded = _expanded(filters, scope) if filters else None
    return _sql(asked, scope, expanded, person_id)


def _cut(scope: Scope | None, filters: Filters | None) -> Scope:
    if scope is None:
        return current_scope(filters)
    return scope.narrowed(filters.campuses) if filters else scope


def nameless(scope: Scope) -> Scope:
    """The scope without whose it is: equal scopes have equal SQL, compiled once for all."""
    return replace(scope, user="")


_serials: WeakKeyDictionary[object, int] = WeakKeyDictionary()
_serial = count()


def _version() -> tuple[int, int]:
    """Which store of this process, and how many loads it has seen."""
    store = installation().store
    return _serials.setdefault(store, next(_serial)), store.version


def _plain(options: Mapping[str, object]) -> tuple[tuple[str, object], ...]:
    """Options as a hashable value; lists become tuples."""
    return tuple(
        (name, tuple(value) if isinstance(value, list) else value)
        for name, value in sorted(options.items())
    )


def _expanded(filters: Filters, scope: Scope) -> Filters:
    """Filters whose channels name every channel of the subtrees picked."""
    if not filters.channels:
        return filters
    tree = names("channel", scope=scope)
    picked = set(filters.channels)
    below = [
        channel
        for channel, path in zip(tree["channel_id"], tree["path"], strict=True)
        if picked & set(path.split("/"))
    ]
    return Filters(
        period=filters.period,
        comparison=filters.comparison,
        campuses=filters.campuses,
        channels=tuple(sorted(picked | set(below))),
        course_lines=filters.course_lines,
    )


_statements = Statements()


def unlearnt() -> int:
    """How many statements were compiled for one look and are not yet known for others."""
    return len(_statements.met)


def learn(most: int | None = None) -> None:
    """Learn to write what was compiled, so that other days and campuses cost no compiling."""
    _statements.learn(lambda asked, look: installation().store.compile(asked(look)), most=most)


def _named(metric: Metric | str) -> str:
    return find(metric).name if isinstance(metric, str) else metric.name


def _sql(asked: Asked, scope: Scope, filters: Filters | None, person_id: str = "") -> str:
    look = Look(nameless(scope), filters, person_id)
    written = _statements.written(asked, look)
    if written is None and _seen_as.get() is not None:
        learn()  # nobody waits: what is made ahead is made for other days too
        written = _statements.written(asked, look)
    return written or _compiled(asked, look)


# Compiling an expression takes longer than running it on a small store.
@lru_cache(maxsize=4096)
def _compiled(asked: Asked, look: Look) -> str:
    return installation().store.compile(asked(look))


def _fetched(sql: str, scope: Scope) -> pd.DataFrame:
    return _frame(sql, nameless(scope), _version())


@st.cache_data(ttl=_HOUR, max_entries=2000, show_spinner=False)
def _frame(sql: str, scope: Scope, version: tuple[int, int]) -> pd.DataFrame:
    del scope, version  # in the key, so that no viewer and no load meets another's rows
    return installation().store.fetch(sql)


@st.cache_data(ttl=_HOUR, max_entries=200, show_spinner=False)
def _folded(
    sql: str, kernel: str, scope: Scope, version: tuple[int, int],
    _kernel: Callable[[pa.Table], Any],
) -> Any:  # fmt: skip
    del kernel, scope, version  # in the key
    return installation().store.fold(sql, _kernel)
