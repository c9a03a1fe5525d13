"""The first wave of the next activity: whom to ask, and how many leads that should bring."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from components.ask import query
from components.kit.choices.activity_choice import EVERY
from components.kit.rows.columns import names_by_id, stage_label
from components.kit.rows.drill import download_buttons, person_column, person_links
from components.kit.rows.table import lines_height
from components.kit.states import nothing_to_show
from components.screens.spread.reading import SpreadReading
from components.words.formats import MISSING, number, percent
from components.words.i18n import N_, _
from metrics.spread.people import FATIGUE_DAYS, MOST_CONTACTS
from metrics.spread.potential import Backtest, backtest, expected_leads

KINDS = {"proven": N_("Have shared"), "potential": N_("Not shared yet")}
MOST = 30
_CONSIDERED = 400  # the strongest, before those who cannot be asked fall out


def wave_panel(reading: SpreadReading) -> None:
    """Draw the list of those who have shared, or of those who might."""
    kind = st.segmented_control(
        _("Whom"), list(KINDS), default="proven", required=True, key="wave_kind",
        format_func=lambda name: _(KINDS[name]),
    )  # fmt: skip
    frame, tired = first_wave(reading, kind == "proven")
    if frame.empty:
        nothing_to_show(_("Nobody here can be asked."), _("Choose another activity."))
        return
    st.markdown(
        _(
            "**About {leads} leads** by the first {n} people, if they take part again.",
            leads=number(frame["expected"].sum()),
            n=len(frame),
        )
        + " "
        + _tested(reading)
    )
    st.caption(
        _(
            "Own record drawn towards people of their kind (gamma–Poisson). {tired} people with"
            " {most} contacts or more in {days} days are left out.",
            tired=tired,
            most=MOST_CONTACTS,
            days=FATIGUE_DAYS,
        )
    )
    column = st.column_config
    st.dataframe(
        frame,
        hide_index=True,
        height=lines_height(len(frame), 10),
        placeholder=MISSING,
        column_config={
            "open": person_column(),
            "name": column.TextColumn(_("Name"), width=100),
            "stage": column.TextColumn(_("Stage"), width=90),
            "activities": column.NumberColumn(_("Took part in")),
            "shared_in": column.NumberColumn(_("Shared in")),
            "subtree_leads": column.NumberColumn(_("Leads so far, all below")),
            "expected": column.NumberColumn(_("Expected leads"), format="%.2f"),
            "contacts": column.NumberColumn(_("Contacts, 7 days")),
            "owner": column.TextColumn(_("Owner")),
        },
        alt=_("Whom to ask first, with expected leads."),
    )
    download_buttons(lambda: frame.drop(columns="open"), subject="first_wave", key="wave")


@query.remembered
def first_wave(reading: SpreadReading, proven: bool) -> tuple[pd.DataFrame, int]:
    """The list, and how many were left out because they were contacted too often."""
    table = expected_leads(reading.whole)
    if reading.activity != EVERY:  # people known at the activity's campus
        own = set(reading.nodes["campus_id"])
        nodes = reading.whole
        campus = nodes.campus.to_pandas().isin(own).to_numpy()
        here = set(nodes.person.to_pandas()[campus])
        table = table[table["person_id"].isin(here)]
    table = table[(table["shared_in"] > 0) == proven].head(_CONSIDERED)
    known = reading.people(list(table["person_id"]))
    rows = table.merge(known, left_on="person_id", right_index=True)
    rows = rows[rows["has_phone"]]
    tired = rows["contacts"] >= MOST_CONTACTS
    chosen = rows[~tired].head(MOST)
    owners = names_by_id("staff", scope=reading.scope)
    frame = pd.DataFrame(
        {
            "open": person_links(chosen["person_id"]),
            "name": chosen["name"],
            "stage": [stage_label(stage) for stage in chosen["stage"]],
            "activities": chosen["activities"],
            "shared_in": chosen["shared_in"],
            "subtree_leads": chosen["subtree_leads"],
            "expected": chosen["expected"],
            "contacts": chosen["contacts"],
            "owner": [owners.get(owner) for owner in chosen["owner_id"]],
        }
    )
    return frame, int(tired.sum())


def _tested(reading: SpreadReading) -> str:
    if reading.activity == EVERY:
        return ""
    found = _backtest(reading)
    if not found.people:
        return _("Nobody of this activity had taken part before, so the prediction is not tested.")
    return _(
        "Tested on this activity from those before it: {people} took part again, predicted"
        " {predicted} leads, came {actual}; the predicted top fifth brought {share}.",
        people=number(found.people),
        predicted=number(found.predicted),
        actual=number(found.actual),
        share=percent(found.top_share),
    )


@query.remembered
def _backtest(reading: SpreadReading) -> Backtest:
    return backtest(reading.whole, reading.activity)
