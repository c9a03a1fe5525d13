"""Whom each class teacher calls this week: as many as can be called, with reason and deadline."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd
import streamlit as st

from components.ask import query
from components.kit.rows.drill import download_buttons
from components.kit.states import nothing_to_show
from components.screens.learning.people import students_table, with_names
from components.screens.learning.reading import Reading
from components.screens.learning.script import call_script, script_card
from components.screens.learning.words import reasons_in_words
from components.words.formats import day, interval, number, percent
from components.words.i18n import _, sentences
from metrics.service.risk import CAPACITIES, RiskModel
from metrics.service.tiers import ALARMED

CALL_DAYS = 2  # contacted within 48 hours
_COLUMNS = (
    "student", "tier", "reason", "risk", "days_since", "course", "teacher", "deadline",
)  # fmt: skip
_SHOWN = 20
_AT_ONCE = 5_000  # enrolled students up to which the risk is learned without being asked


def is_large(reading: Reading) -> bool:
    """Whether learning and scoring would take seconds: not before somebody asks."""
    return len(reading.tiers.now) > _AT_ONCE


def calls_at_first(reading: Reading) -> object:
    """The calls as the list shows them before anything is picked."""
    return None if reading.tiers.now.empty else first_calls(reading, not is_large(reading))


def call_list(reading: Reading) -> None:
    """Draw the list of one class teacher, or of all, the highest risk first."""
    st.markdown(f"##### {_('Whom to call this week')}")
    if reading.tiers.now.empty:
        nothing_to_show(_("No student is enrolled on the as-of day."))
        return
    by_risk = not is_large(reading)
    if is_large(reading) and st.toggle(_("Order by learned risk"), key="learning_by_risk"):
        by_risk = True
    with st.container(horizontal=True, gap="medium"):
        teacher = st.selectbox(
            _("Class teacher"), ["", *_teachers(reading)], width=240, key="learning_teacher",
            format_func=lambda t: reading.staff.get(t, t) or _("All class teachers"),
        )  # fmt: skip
        capacity = st.segmented_control(
            _("Calls a week each"), CAPACITIES, default=CAPACITIES[1], required=True,
            key="learning_capacity",
        )  # fmt: skip
    calls = _calls(reading, by_risk, capacity, teacher)
    if calls.empty:
        nothing_to_show(
            _("Nobody needs a call: no risk above the usual, no run of misses."),
            _("Students to watch are in the tiers below."),
        )
        return
    shown = first_calls(reading, by_risk, capacity, teacher)
    picked = students_table(shown, _COLUMNS, key="learning_calls", pick=True)
    if picked is not None:
        script_card(shown.iloc[picked].to_dict())
    else:
        st.caption(_("Pick a row for what to ask and what to offer."))
    download_buttons(
        lambda: _exported(calls, reading), subject="call_scripts",
        key="learning_calls_file", where={"teacher": teacher, "calls": capacity},
    )  # fmt: skip
    note = (
        model_note(reading.model, capacity) if by_risk else _("Ordered by tier and misses running.")
    )
    st.caption(sentences(_shown(len(shown), len(calls)), note))


@query.remembered
def _teachers(reading: Reading) -> list[str]:
    """Class teachers of the students enrolled now."""
    return sorted(reading.tiers.now["class_teacher_id"].dropna().unique())


@query.remembered
def _calls(reading: Reading, by_risk: bool, capacity: int, teacher: str) -> pd.DataFrame:
    return calls_of(reading.at_risk if by_risk else reading.by_tier, capacity, teacher)


@query.remembered
def first_calls(
    reading: Reading, by_risk: bool, capacity: int = CAPACITIES[1], teacher: str = ""
) -> pd.DataFrame:
    """The first calls as the table shows them, with names and reasons in words."""
    return _worded(_calls(reading, by_risk, capacity, teacher).head(_SHOWN), reading)


def _worded(calls: pd.DataFrame, reading: Reading) -> pd.DataFrame:
    found = with_names(calls, reading)
    due = reading.scope.as_of_on + timedelta(days=CALL_DAYS)
    return found.assign(
        reason=[reasons_in_words(row) for row in found.to_dict("records")],
        deadline=day(due),
        risk=found["risk"].round(2),
    )


def _exported(calls: pd.DataFrame, reading: Reading) -> pd.DataFrame:
    """The calls as a file: who, why, by when, and the script in one cell."""
    found = _worded(calls, reading)
    scripts = ["\n".join(call_script(row)) for row in found.to_dict("records")]
    kept = ["person_id", "student_id", "parent", *(c for c in _COLUMNS if c in found)]
    return found[kept].assign(script=scripts)


def calls_of(listed: pd.DataFrame, capacity: int, teacher: str = "") -> pd.DataFrame:
    """The first of each class teacher's students: alarmed, or of at least twice the usual risk."""
    usual = listed["risk"].mean()
    urgent = listed[listed["tier_name"].isin(ALARMED) | (listed["risk"] >= 2 * usual)]
    if teacher:
        urgent = urgent[urgent["class_teacher_id"] == teacher]
    place = urgent.groupby(urgent["class_teacher_id"].fillna("")).cumcount()
    return urgent[place < capacity]


def _shown(shown: int, calls: int) -> str:
    if shown == calls:
        return ""
    return _("The first {n} of {all} calls; pick a class teacher.", n=shown, all=calls)


def model_note(model: RiskModel, capacity: int) -> str:
    """What the order rests on: how the model did on later weeks, or that there is none."""
    if model.hazard is None:
        return _(
            "Ordered by tier: {n} stops are too few to learn a risk from.",
            n=number(model.stops, exact=True),
        )
    words = [
        _("Risk scored on {day}: chance of stopping within 4 weeks.", day=day(model.scored_on)),
        learned_from(model),
    ]
    trial = model.trials.get(capacity)
    if trial is not None and trial.listed:
        words.append(
            _(
                "Tried on {weeks} later weeks with {capacity} calls each: {precision} of those"
                " listed stopped within 28 days, of all students {base}; {warned} of {stops} stops"
                " were listed before, {lead} days ahead (median); AUC {auc} ({interval}).",
                weeks=trial.weeks,
                capacity=capacity,
                precision=percent(trial.precision),
                base=percent(trial.base),
                warned=trial.warned,
                stops=trial.stops,
                lead=number(trial.lead_days),
                auc=f"{trial.roc.auc:.2f}",
                interval=interval(trial.roc.low, trial.roc.high, "times"),
            )
        )
    return sentences(*words)


def learned_from(model: RiskModel) -> str:
    """What the risk was learned from, and that it was a sample where it was one."""
    values = {
        "enrolments": number(model.enrolments, exact=True),
        "stops": number(model.stops, exact=True),
    }
    if model.sampled >= 1:
        return _("Learned from {enrolments} enrolments and {stops} stops.", **values)
    return _(
        "Learned from {enrolments} enrolments and {stops} stops: {share} of persons, by the end of"
        " their id, always the same.",
        share=percent(model.sampled),
        **values,
    )
