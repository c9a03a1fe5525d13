"""The dictionary's table of metrics and the full definition of one."""

from __future__ import annotations

import inspect

import pandas as pd
import streamlit as st

from components.ask import query
from components.kit.choices.filters import current_filters
from components.kit.rows.table import lines_height
from components.words.formats import moment
from components.words.i18n import N_, _, option_label
from data.contracts import CONTRACTS
from metrics.foundation.registry import REGISTRY, find

_KINDS = {
    "count": N_("count"),
    "sum": N_("sum"),
    "proportion": N_("share of units, Wilson interval"),
    "ratio": N_("ratio of two sums, linearised interval"),
    "duration": N_("duration, quantiles and Kaplan–Meier"),
}
_UNITS = {
    "people": N_("people"),
    "leads": N_("leads"),
    "orders": N_("orders"),
    "events": N_("events"),
    "cny": N_("yuan"),
    "ratio": N_("share"),
    "times": N_("times"),
    "days": N_("days"),
    "hours": N_("hours"),
    "minutes": N_("minutes"),
}
_GRAINS = {
    "lead": N_("lead"),
    "person": N_("person"),
    "student": N_("student"),
    "household": N_("household"),
    "enrolment": N_("enrolment"),
    "seat": N_("seat"),
    "order_line": N_("order line"),
    "touch": N_("touch"),
    "event": N_("behaviour event"),
    "visit": N_("visit"),
    "lesson": N_("lesson"),
    "order": N_("order"),
    "spend": N_("spend row"),
}


def picked_metric() -> str:
    """The metric named in the address, if it is known."""
    asked = st.query_params.get("metric", "")
    return asked if asked in REGISTRY else ""


def catalogue_of_metrics(picked: str) -> str:
    """All metrics as a searchable table; gives the name of the one chosen."""
    entries = sorted(REGISTRY.values(), key=lambda entry: (entry.family, entry.name))
    table = pd.DataFrame(
        [
            {
                _("Number"): _(entry.title),
                _("Definition"): _(entry.definition),
                _("Kind"): _(_KINDS[entry.kind]),
                _("One unit is"): _(_GRAINS[entry.grain]),
                _("Name in code"): entry.name,
            }
            for entry in entries
        ]
    )
    chosen = st.dataframe(
        table,
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        height=lines_height(len(entries)),
        key="dictionary",
        column_config={
            _("Number"): st.column_config.Column(width=175),
            _("Definition"): st.column_config.Column(width=380),
            _("Kind"): st.column_config.Column(width=175),
            _("One unit is"): st.column_config.Column(width=80),
        },
        alt=_("All numbers with their definitions"),
    )
    rows = chosen.selection.rows
    if rows:
        st.query_params["metric"] = entries[rows[0]].name
        return entries[rows[0]].name
    return picked


def definition_of(name: str) -> None:
    """One metric in full: words, options, sources with their freshness, SQL."""
    entry = find(name)
    st.subheader(_(entry.title))
    st.markdown(_(entry.definition))
    facts = [
        (_("Unit"), _(_UNITS[entry.unit])),
        (_("Kind"), _(_KINDS[entry.kind])),
        (_("Name in code"), f"`{entry.name}`"),
    ]
    facts += [(option_label(option), f"`{value}`") for option, value in entry.options.items()]
    st.markdown("\n".join(f"- {label}: {value}" for label, value in facts))
    _sources(entry.sources)
    with st.expander(_("Notes for analysts (English)")):
        st.code(inspect.getdoc(entry.units) or "", language=None, wrap_lines=True)
    sql = st.expander(_("SQL of the figure in your scope"), on_change="rerun", key=f"sql_{name}")
    with sql:
        if sql.open:
            st.code(query.sql_of(entry, current_filters()), language="sql", wrap_lines=True)


def _sources(sources: tuple[str, ...]) -> None:
    freshness = query.names("freshness").set_index("source")
    rows = [
        {
            _("Source"): CONTRACTS[source].label if source in CONTRACTS else source,
            _("Table"): source,
            _("Newest row"): moment(freshness["last_at"].get(source)),
        }
        for source in sources
    ]
    if rows:
        st.dataframe(pd.DataFrame(rows), hide_index=True, key="dictionary_sources")
