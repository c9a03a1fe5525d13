"""Playbooks with people held out: which work, which do nothing, which do harm."""

from __future__ import annotations

from datetime import date

import pandas as pd
import streamlit as st

from components.ask import query
from components.kit.rows.columns import names_by_id
from components.kit.rows.drill import open_rows
from components.kit.states import nothing_to_show
from components.screens.conversion.reading import Reading
from components.words.formats import delta, escape, money, number, percent
from components.words.i18n import N_, _
from data.scope import Filters, Period
from metrics.leads.sop_effect import (
    HARMFUL,
    TOO_FEW,
    UNCLEAR,
    WORKS,
    sop_arms,
    sop_conversion,
    sop_effects,
)

SOP_DAYS = 60
VERDICTS = {
    WORKS: (":material/check_circle:", N_("works: keep it")),
    UNCLEAR: (":material/help:", N_("unclear: no difference to see")),
    HARMFUL: (":material/error:", N_("harmful: stop it")),
    TOO_FEW: (":material/hourglass_empty:", N_("too few to judge")),
}


def sop_panel(reading: Reading) -> None:
    """Draw each playbook's effect with its interval."""
    effects = effects_of(reading)
    if effects.empty:
        nothing_to_show(
            _("No playbook has people held out."),
            _("Send sop_exposure events with sop and arm (treated or held_out)."),
        )
        return
    for row in effects.to_dict("records"):
        _effect(row, reading)
    st.caption(
        _(
            "Treated minus held out at random, orders within {days} days; 95% intervals. All"
            " playbooks on record, whatever days are picked.",
            days=SOP_DAYS,
        )
    )


def effects_of(reading: Reading) -> pd.DataFrame:
    """Each playbook's effect and ``name``, the best first."""
    effects = sop_effects(query.fetch(sop_arms, scope=reading.scope, window_days=SOP_DAYS))
    registered = names_by_id("experiment", scope=reading.scope)
    return effects.assign(name=[registered.get(sop, sop) for sop in effects["sop"]])


def effect_words(row: dict) -> str:
    """What a playbook did, in a sentence."""
    return _(
        "**{sop}** {verdict} · {rate} ordered, held out {held} ({change}, 95% {low} to {high}) ·"
        " {persons} orders and {worth} more among {n} treated ({worth_low} to {worth_high})",
        sop=escape(row["name"]),
        verdict=_(VERDICTS[row["verdict"]][1]),
        rate=percent(row["rate"]),
        held=percent(row["rate_held_out"]),
        change=delta(row["rate"], row["rate_held_out"], "ratio"),
        low=delta(row["low"], 0.0, "ratio"),
        high=delta(row["high"], 0.0, "ratio"),
        persons=number(round(row["persons"]), exact=True),
        worth=money(row["cny"]),
        n=number(row["treated"], exact=True),
        worth_low=money(row["cny_low"]),
        worth_high=money(row["cny_high"]),
    ).replace("$", r"\$")


def _effect(row: dict, reading: Reading) -> None:
    icon = VERDICTS[row["verdict"]][0]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"{icon} {effect_words(row)}", width="stretch")
        if st.button(
            _("Rows"), icon=":material/table_rows:", key=f"conversion_sop_{row['sop']}",
            type="tertiary",
        ):  # fmt: skip
            every = Filters(period=Period(start=date(2000, 1, 1), end=date(2100, 1, 1)))
            open_rows(
                sop_conversion, every, where={"sop": row["sop"]}, title=str(row["name"]),
                window_days=SOP_DAYS,
            )  # fmt: skip
