"""What is looked up once in a run of a page, however many of its parts ask for it."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from typing import Any, TypeVar

from streamlit.runtime.scriptrunner import get_script_run_ctx

_T = TypeVar("_T")
_found: ContextVar[tuple[object, dict[Any, Any]] | None] = ContextVar("found", default=None)


def once_a_run(look_up: Callable[[], _T]) -> Callable[[], _T]:
    """Look up at the first call of each run, of a page or of a fragment; never later than that.

    Outside a run (commands, preparation, tests of functions) every call looks up anew.
    """

    @wraps(look_up)
    def found() -> _T:
        context = get_script_run_ctx(suppress_warning=True)
        if context is None:
            return look_up()
        # Streamlit keeps one context for many runs, but each run has cursors of its own.
        held = _found.get()
        if held is None or held[0] is not context.cursors:
            held = (context.cursors, {})
            _found.set(held)
        known = held[1]
        if look_up not in known:
            known[look_up] = look_up()
        value: _T = known[look_up]
        return value

    return found
