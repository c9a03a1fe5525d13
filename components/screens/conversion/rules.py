"""The points that rank leads while there is no model: shown, and changed for this session."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from components.kit.rows.table import whole_column
from components.screens.conversion.words import feature_word
from components.words.i18n import _
from metrics.leads.rules import RULES, Rule

_STORED = "conversion_rules_in_force"


def current_rules() -> tuple[Rule, ...]:
    """The rules in force: the viewer's own, else those we start with."""
    stored = st.session_state.get(_STORED)
    return stored if isinstance(stored, tuple) else RULES


def rules_editor() -> None:
    """Draw the rules to be changed; a change ranks the list anew."""
    rules = current_rules()
    edited = st.data_editor(
        pd.DataFrame(
            {
                "name": [feature_word(rule.name) for rule in rules],
                "kind": [_("engagement") if rule.is_engagement else _("fit") for rule in rules],
                "points": [float(rule.points) for rule in rules],
                "most": [float(rule.most) for rule in rules],
            }
        ),
        hide_index=True,
        disabled=["name", "kind"],
        key="conversion_rules_editor",
        column_config={
            "name": st.column_config.TextColumn(_("Rule")),
            "kind": st.column_config.TextColumn(_("Counts for")),
            "points": st.column_config.NumberColumn(
                _("Points each"), format="%.2f", min_value=0.0, required=True
            ),
            "most": whole_column(_("At most"), min_value=0.0, required=True),
        },
    )
    chosen = with_points(rules, edited)
    if chosen != rules:
        st.session_state[_STORED] = chosen
        st.session_state.pop("conversion_rules_editor", None)
        st.rerun()
    if rules != RULES and st.button(_("Back to the first points"), key="conversion_rules_reset"):
        st.session_state.pop(_STORED, None)
        st.rerun()


def with_points(rules: tuple[Rule, ...], edited: pd.DataFrame) -> tuple[Rule, ...]:
    """The rules with the points and limits of a table, row by row."""
    pairs = zip(rules, edited["points"], edited["most"], strict=True)
    return tuple(replace(rule, points=float(each), most=float(most)) for rule, each, most in pairs)
