"""Choices that the address keeps by their names, which no language changes.

Streamlit binds a widget to the address by the words it shows, which are Chinese for one
reader and English for another. So a field that nobody sees is bound instead, it holds
the name, and the widget that is seen follows it and fills it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from components.words.i18n import LANGUAGES, _, language, translate

FIELDS = "address_field"  # hidden by brand/page.css


@dataclass(frozen=True)
class KeptChoice:
    """One of some options (name → words in English), in the address as ``key``.

    The default is not kept. Links that hold the words of an option in any language, as
    links once did, are understood; anything else is taken for none.
    """

    key: str
    options: Mapping[str, str]
    default: str

    def field(self) -> None:
        """Bind the address; call it once a run, before `name` is asked for."""
        with st.container(key=f"{FIELDS}_{self.key}"):
            st.text_input(self.key, key=self.key, bind="query-params", label_visibility="collapsed")

    @property
    def name(self) -> str:
        """The option chosen."""
        said = st.session_state.get(self.key, "")
        return _named(said, self.options) or self.default

    def ask(self, widget: Callable[..., Any], label: str, **how: Any) -> str:
        """Draw a widget of options and give the option chosen; ``how`` is for the widget."""
        state, shown, spoken = st.session_state, f"{self.key}_choice", f"{self.key}_spoken"
        # TRICKY: after a change of language the widget holds words that it no longer
        # offers and would fall back to its first; an assignment makes it take the value.
        if state.get(shown) != self.name or state.get(spoken) != language():
            state[shown], state[spoken] = self.name, language()
        widget(
            label, list(self.options), format_func=lambda name: _(self.options[name]),
            key=shown, on_change=self._take, **how,
        )  # fmt: skip
        return self.name

    def _take(self) -> None:
        picked = st.session_state[f"{self.key}_choice"]
        st.session_state[self.key] = "" if picked == self.default else picked


def _named(said: str, options: Mapping[str, str]) -> str:
    """The option that an address means; "" for none."""
    if said in options:
        return said
    for name, words in options.items():
        if said in {translate(words, code) for code in LANGUAGES}:
            return name
    return ""
