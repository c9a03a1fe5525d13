"""Where a metric, a viewer's scope and a store meet; the only place that caches.

What decides the rows is in every key: the statement, the values bound to it, the scope,
the store and its version. Viewers of equal scope share what was found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache, wraps
from itertools import count
from threading import Lock
from typing import Any, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa
import streamlit as st

from components.ask.session import current_viewer
from components.ask.statements import Statement, Statements
from components.runtime.theme import theme_name
from components.words.i18n import language
from data.facts import DIMENSIONS, Facts, Look
from data.installation.process import installation
from data.scope import Filters, Scope
from metrics.foundation.question import Pairs, Question, Rows, asked, expression_of, pairs
from metrics.foundation.registry import Metric

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
    metric: Metric,
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
    question = Question(metric, by=tuple(by), options=pairs(options))
    return _fetched(question, _look(scope, filters))


def sql_of(
    metric: Metric,
    filters: Filters,
    *,
    by: tuple[str, ...] | list[str] = (),
    scope: Scope | None = None,
    **options: Any,
) -> str:
    """The SQL behind a metric's figures with its values, set out to be read."""
    question = Question(metric, by=tuple(by), options=pairs(options))
    figures = expression_of(question, _look(scope, filters))
    return installation().store.compile(figures, pretty=True)


def list_rows(
    metric: Metric,
    filters: Filters,
    *,
    where: Mapping[str, object] | None = None,
    scope: Scope | None = None,
    **options: Any,
) -> pd.DataFrame:
    """The units behind a metric's figure; the mature ones add up to it exactly."""
    question = Question(metric, as_rows=True, where=pairs(where or {}), options=pairs(options))
    return _fetched(question, _look(scope, filters))


def fetch(
    table: Rows,
    filters: Filters | None = None,
    *,
    scope: Scope | None = None,
    **options: Any,
) -> pd.DataFrame:
    """The rows of a table, a pure function ``(facts, **options)``."""
    return _fetched(Question(table, options=pairs(options)), _look(scope, filters))


def fold(
    table: Rows,
    kernel: Callable[[pa.Table], Any],
    filters: Filters | None,
    *,
    scope: Scope | None = None,
    **options: Any,
) -> Any:
    """A kernel's result over the rows of a table; the kernel is a module's function."""
    read = _read(Question(table, options=pairs(options)), _look(scope, filters))
    name = f"{kernel.__module__}.{kernel.__qualname__}"
    return _folded(*read, name, _version(), kernel)


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


def _look(scope: Scope | None, filters: Filters | None) -> Look:
    """The look at the viewer's rows, cut to the campuses picked, with whole channel subtrees."""
    if scope is None:
        scope = current_scope(filters)
    elif filters is not None:
        scope = scope.narrowed(filters.campuses)
    return Look(nameless(scope), _expanded(filters, scope) if filters is not None else None)


def nameless(scope: Scope) -> Scope:
    """The scope without whose it is: equal scopes have equal SQL, compiled once for all."""
    return replace(scope, user="")


_serials: WeakKeyDictionary[object, int] = WeakKeyDictionary()
_serial = count()


def _version() -> tuple[int, int]:
    """Which store of this process, and how many loads it has seen."""
    store = installation().store
    return _serials.setdefault(store, next(_serial)), store.version


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


_statements: WeakKeyDictionary[object, Statements] = WeakKeyDictionary()
_opening = Lock()


def statements() -> Statements:
    """The statements compiled for the process's store, kept in its home."""
    opened = installation()
    with _opening:
        known = _statements.get(opened.store)
        if known is None:
            known = _statements[opened.store] = Statements(opened.home.statements)
    return known


def statement(question: Question, look: Look) -> Statement:
    """The compiled statement of a question; both come from `asked`."""
    return statements().of(question, look, installation().store)


def _read(question: Question, look: Look) -> tuple[Any, Pairs, Scope]:
    """What a store is asked to read and with which values; and whose rows they are."""
    store = installation().store
    if not store.binds:
        return _Written(question, look), (), look.scope
    question, look = asked(question, look)
    compiled, values = statement(question, look), look.values
    return compiled.sql, tuple((n, _kept(values[n])) for n in compiled.names), look.scope


def _kept(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


@dataclass(frozen=True)
class _Written:
    """A question with its look's values written in, for a store that has no variables."""

    question: Question
    look: Look

    @property
    def expression(self) -> ir.Table:
        return expression_of(self.question, self.look)


def _expression(read: str | _Written) -> str | ir.Table:
    return read if isinstance(read, str) else read.expression


def _fetched(question: Question, look: Look) -> pd.DataFrame:
    return _frame(*_read(question, look), _version())


@st.cache_data(ttl=_HOUR, max_entries=2000, show_spinner=False, hash_funcs={_Written: repr})
def _frame(
    read: str | _Written, values: Pairs, scope: Scope, version: tuple[int, int]
) -> pd.DataFrame:
    del scope, version  # in the key, so that no viewer and no load meets another's rows
    return installation().store.fetch(_expression(read), dict(values))


@st.cache_data(ttl=_HOUR, max_entries=200, show_spinner=False, hash_funcs={_Written: repr})
def _folded(
    read: str | _Written, values: Pairs, scope: Scope, kernel: str, version: tuple[int, int],
    _kernel: Callable[[pa.Table], Any],
) -> Any:  # fmt: skip
    del kernel, scope, version  # in the key
    return installation().store.fold(_expression(read), _kernel, dict(values))
