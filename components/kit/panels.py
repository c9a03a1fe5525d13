"""Panels: second looks below a page's answer that cost nothing until they are opened."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, Protocol, Self, TypeVar

import streamlit as st

from components.words.i18n import _
from data.scope import Role, Scope, role


class Rereadable(Protocol):
    """What a page's run has read, and can be read anew for the viewer then signed in."""

    @property
    def scope(self) -> Scope:
        """Whose reading it is."""

    def again(self) -> Self:
        """The same question put anew: the viewer is looked up again."""


R = TypeVar("R", bound=Rereadable)


class Handover(Generic[R]):
    """A page run's reading, for one fragment drawn in it.

    A fragment that later reruns without its page finds nothing left and reads anew: the
    viewer is looked up again, and what has been loaded since is seen.
    """

    def __init__(self, reading: R) -> None:
        self._again = reading.again
        self._left = [reading]

    def take(self) -> R:
        """The reading of the page's run, once; afterwards a new one."""
        return self._left.pop() if self._left else self._again()


@dataclass(frozen=True)
class Panel(Generic[R]):
    """A second look: its words in English, its icon, and what draws it.

    A role that may not read one of the facts it ``needs`` is not shown it, nor is one that
    is not among its ``roles``, where it names any.
    """

    words: str
    icon: str
    draw: Callable[[R], None]
    needs: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()

    def allowed(self, viewer: Role) -> bool:
        """Whether a role has something to see in it."""
        named = not self.roles or viewer.name in self.roles
        return named and not self.needs & viewer.hidden_facts


def panels(reading: R, offered: Mapping[str, Panel[R]], *, key: str) -> None:
    """Draw the closed panels that the viewer's role has something to see in."""
    viewer = role(reading.scope.role)
    for name, panel in offered.items():
        if panel.allowed(viewer):
            _panel(panel, Handover(reading), f"{key}_{name}")


@st.fragment
def _panel(panel: Panel[R], handover: Handover[R], key: str) -> None:
    reading = handover.take()  # even where it is closed: later it would be a stale one
    with st.expander(_(panel.words), icon=panel.icon, key=key, on_change="rerun") as opened:
        if opened.open:
            panel.draw(reading)
