"""Who should get which lead: what giving by skill would have brought, and today's proposal."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pandas as pd
import streamlit as st

from components.ask import query
from components.kit.rows.columns import named
from components.kit.rows.drill import download_buttons, person_column, person_links
from components.kit.rows.table import lines_height, whole_column
from components.kit.states import nothing_to_show
from components.screens.conversion.consultants.skill import FAIR_DAYS
from components.screens.conversion.reading import LEARNED_DAYS, Reading, institution_score
from components.words.formats import money, number, percent
from components.words.i18n import _, sentences
from data.scope import Period
from metrics.leads.assignment import (
    EARLIER,
    LEAST_LEADS,
    MOST_SHARE,
    SIMULATED_DAYS,
    Simulation,
    proposed,
    simulator,
)
from metrics.leads.features import received_rows


def assignment_panel(reading: Reading) -> None:
    """Draw the simulation on past leads, then whom the unassigned ones should go to."""
    cap = st.number_input(
        _("At most over an equal share, %"), 0, 200, round(MOST_SHARE * 100), step=10,
        key="fairness_cap", width=220, bind="query-params",
    )  # fmt: skip
    found = simulation(reading, cap / 100)
    if found is None:
        nothing_to_show(
            _(
                "Too few assigned leads are {days} days old to simulate: {least} are needed on"
                " either side, of consultants with colleagues.",
                days=FAIR_DAYS, least=LEAST_LEADS,
            )
        )  # fmt: skip
        return
    st.markdown(gain_sentence(found))
    st.caption(method_words(found))
    _proposal(reading, found, cap / 100)


def simulation(reading: Reading, most_share: float) -> Simulation | None:
    """What giving by skill would have brought; None where too little is known."""
    score = institution_score(FAIR_DAYS)
    if not score.is_model:
        return None
    until = reading.scope.as_of_on + timedelta(days=1)
    period = Period(start=until - timedelta(days=LEARNED_DAYS), end=until)
    kernel = simulator(
        score, capacity=capacities(reading), a_day=reading.choice.calls_a_day,
        most_share=most_share,
    )  # fmt: skip
    found: Simulation | None = query.fold(
        received_rows, kernel, replace(reading.filters, period=period, comparison=None),
        scope=reading.scope, window_days=FAIR_DAYS,
    )  # fmt: skip
    return found


def capacities(reading: Reading) -> dict[str, int]:
    """Consultant → leads a day, of those of whom it is recorded."""
    staff = query.names("staff", scope=reading.scope).dropna(subset=["daily_capacity"])
    return {
        str(who): int(most)
        for who, most in zip(staff["staff_id"], staff["daily_capacity"], strict=True)
        if most > 0
    }


def gain_sentence(found: Simulation) -> str:
    """What it would have brought over giving in turn, or that no gain is proven."""
    values = {
        "leads": number(found.leads, exact=True),
        "days": SIMULATED_DAYS,
        "orders": number(found.orders, digits=4),
        "turn": number(found.orders_in_turn, digits=4),
        "gain": money(found.gain_cny[0]),
        "low": money(found.gain_cny[1]),
        "high": money(found.gain_cny[2]),
    }
    if not found.is_proven:
        said = _(
            "**No gain proven.** By skill the {leads} leads of {days} days would have brought"
            " {orders} orders, in turn {turn}: {gain} more (95% {low} to {high}).",
            **values,
        )
    else:
        said = _(
            "**A gain is proven.** By skill the {leads} leads of {days} days would have brought"
            " {orders} orders, in turn {turn}: {gain} more (95% {low} to {high}).",
            **values,
        )
    if not found.skills.differ:
        same = _(
            "Beyond what their leads promised, no two consultants can be told apart by what they"
            " sold: whoever is free may take the lead."
        )
        said = sentences(said, same)
    return said.replace("$", r"\$")


def method_words(found: Simulation) -> str:
    """How it was found, and what it rests on."""
    return _(
        "Of {people} consultants: what each makes of a course line, against what the leads"
        " promised, is learnt from the oldest {early} of the leads of a year and a half, drawn to"
        " the average by how little it tells, and judged by what the same people made of the later"
        " leads. Within a day's capacity and the share set, leads stay at their campus; the most"
        " anybody was given is {most} over an equal share. An estimate: nobody was in fact given"
        " leads so.",
        people=number(found.consultants, exact=True),
        early=percent(EARLIER),
        most=percent(found.most_given),
    )


def _proposal(reading: Reading, found: Simulation, most_share: float) -> None:
    work = reading.work
    if not work.is_model:
        return
    alone = work.rows[work.rows["state"] == "unassigned"]
    staff = query.names("staff", scope=reading.scope)
    staff = staff[staff["role"] == "consultant"]
    rows = proposed(
        alone, found.skills, capacity=capacities(reading), a_day=reading.choice.calls_a_day,
        campus_of=dict(zip(staff["staff_id"], staff["campus_id"], strict=True)),
        most_share=most_share,
    )  # fmt: skip
    st.markdown(f"**{_('Whom the unassigned leads should go to')}**")
    if rows.empty:
        nothing_to_show(_("No lead of the last 30 days is unassigned."))
        return
    st.caption(
        _(
            "{n} of {all} unassigned leads of the last 30 days; the rest is beyond a day's"
            " capacity. A proposal: nothing is assigned by it.",
            n=number(len(rows), exact=True),
            all=number(work.unassigned, exact=True),
        )
    )
    shown = exported(rows, reading)
    column = st.column_config
    st.dataframe(
        shown[["person", "name", "to", "worth_cny", "course_line", "campus", "channel"]].assign(
            person=person_links(rows["person_id"])
        ),
        hide_index=True,
        height=lines_height(len(shown), 10),
        placeholder="—",
        column_config={
            "person": person_column(),
            "name": column.TextColumn(_("Name")),
            "to": column.TextColumn(_("Give to")),
            "worth_cny": whole_column(_("Expected, yuan")),
            "course_line": column.TextColumn(_("Course line")),
            "campus": column.TextColumn(_("Campus")),
            "channel": column.TextColumn(_("Channel")),
        },
        alt=_("{n} rows, one a line", n=number(len(shown), exact=True)),
    )
    download_buttons(
        lambda: exported(rows, reading).drop(columns=["reasons"]), subject="assignment",
        key="conversion_assignment",
    )  # fmt: skip


def exported(rows: pd.DataFrame, reading: Reading) -> pd.DataFrame:
    """The proposal as a file: names of consultant, campus and channel."""
    taken = named(rows, reading.scope)
    taken["person"] = taken["person_id"]
    taken["to_id"] = rows["to"].to_numpy()
    taken["to"] = [reading.consultants.get(owner, owner) for owner in rows["to"]]
    return taken
