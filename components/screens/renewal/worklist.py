"""Whom to talk to first: the pool by expected value, cut where the working day ends."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd
import streamlit as st

from components.ask import query
from components.kit.rows.drill import download_buttons, person_column, person_links
from components.kit.rows.table import lines_height, whole_column
from components.kit.states import nothing_to_show
from components.screens.renewal.calendar import STAGES
from components.screens.renewal.reading import Reading
from components.words.formats import is_missing, money, number, percent
from components.words.i18n import N_, _

AHEAD = 45  # days ahead within which a talk is due
_CAPACITY = 20
WHY = {
    "attendance": (N_("attends regularly"), N_("attends little")),
    "recent_lessons": (N_("many lessons lately"), N_("few lessons lately")),
    "talks": (N_("contacts so far"), N_("contacts so far")),
    "promised": (N_("has promised"), N_("no promise yet")),
    "refused": (N_("has refused"), N_("has refused")),
    "complaints": (N_("complaints"), N_("complaints")),
    "rating": (N_("rates us well"), N_("rates us low")),
    "later_terms": (N_("term number"), N_("term number")),
    "channel": (N_("channel renews well"), N_("channel renews little")),
}

# What the chance rests on, by name.
FEATURES = {
    "attendance": N_("attendance, 60 days"),
    "recent_lessons": N_("lessons attended, 28 days"),
    "talks": N_("talks, 60 days"),
    "promised": N_("last word: promised"),
    "refused": N_("last word: refused"),
    "complaints": N_("complaints, 180 days"),
    "rating": N_("rating, 180 days"),
    "later_terms": N_("has renewed before"),
    "days_left": N_("days left"),
    "channel": N_("how the channel renews"),
}


def talk_list(reading: Reading) -> None:
    """Draw the families to talk to, and how far their chances may be trusted."""
    _work_list(reading)
    st.caption(trust_words(reading))


def first_talks(reading: Reading) -> object:
    """The list as it is cut at first, with what it is expected to bring."""
    if to_talk_to(reading).empty:
        return None
    return _expected_words(reading, _CAPACITY), _listed(reading, _CAPACITY)


def _work_list(reading: Reading) -> None:
    """Draw the families to talk to, those that bring most first."""
    st.markdown(f"##### {_('Whom to talk to first')}")
    rows = to_talk_to(reading)
    if rows.empty:
        nothing_to_show(_("Nobody is left to talk to in the next {days} days.", days=AHEAD))
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        capacity = int(
            st.number_input(
                _("Talks you can fit in"), min_value=5, max_value=200, value=_CAPACITY, step=5,
                key="renewal_capacity", width=180,
            )
        )  # fmt: skip
        st.caption(_expected_words(reading, capacity))
    _table(_listed(reading, capacity))
    download_buttons(
        lambda: rows, subject="renewal_work_list", key="renewal_list", where={"days": AHEAD}
    )


@query.remembered
def _expected_words(reading: Reading, capacity: int) -> str:
    """How many of the first families are expected to renew, and what that is worth."""
    rows = to_talk_to(reading)
    picked = rows.head(capacity)
    expected, low, high = reading.intent.expected(picked)
    return _(
        "{n} of {all} families that fall due within {days} days; {expected} of them are"
        " expected to renew ({low}–{high}), worth {amount}.",
        n=number(len(picked), exact=True),
        all=number(len(rows), exact=True),
        days=AHEAD,
        expected=_whole(expected),
        low=_whole(low),
        high=_whole(high),
        amount=money(picked["worth_cny"].sum()),
    ).replace("$", r"\$")


def _whole(figure: float) -> str:
    return number(None if is_missing(figure) else round(figure))


@query.remembered
def to_talk_to(reading: Reading) -> pd.DataFrame:
    """Unpaid and not refused, due within `AHEAD` days, by expected value."""
    pool = reading.intent.pool
    days = pd.to_datetime(pool["due_on"]).dt.date
    last = reading.today + timedelta(days=AHEAD)
    rows = pool[(days < last) & (pool["pipeline"] != "refused")]
    return rows.sort_values(["worth_cny", "enrolment_id"], ascending=[False, True])


def why(feature: str, pull: float) -> str:
    """What speaks most for or against a renewal, in words."""
    if feature not in WHY:
        return "—"
    good, bad = WHY[feature]
    return f"{'↑' if pull > 0 else '↓'} {_(good if pull > 0 else bad)}"


@query.remembered
def _listed(reading: Reading, capacity: int) -> pd.DataFrame:
    """The first families as the table shows them."""
    rows = to_talk_to(reading).head(capacity)
    names = reading.people(rows["person_id"])
    staff, campuses = reading.names("staff"), reading.names("campus")
    return pd.DataFrame(
        {
            "open": person_links(rows["person_id"]),
            "name": [names.get(person) for person in rows["person_id"]],
            "due_on": pd.to_datetime(rows["due_on"]).dt.date.to_list(),
            "stage": [_(STAGES[stage]) for stage in rows["pipeline"]],
            "chance": rows["chance"].to_list(),
            "worth": rows["worth_cny"].to_list(),
            "why": [why(f, p) for f, p in zip(rows["why"], rows["pull"], strict=True)],
            "teacher": [staff.get(s, s) for s in rows["class_teacher_id"]],
            "campus": [campuses.get(c, c) for c in rows["campus_id"]],
        }
    )


def _table(shown: pd.DataFrame) -> None:
    column = st.column_config
    st.dataframe(
        shown,
        hide_index=True,
        height=lines_height(len(shown)),
        placeholder="—",
        column_config={
            "open": person_column(),
            "name": column.TextColumn(_("Name"), pinned=True),
            "due_on": column.DateColumn(_("Due on"), format="YYYY-MM-DD"),
            "stage": column.TextColumn(_("Stage of the talk")),
            "chance": column.ProgressColumn(
                _("Chance"), format="percent", step=0.001, min_value=0, max_value=1, width=120
            ),
            "worth": whole_column(_("Expected yuan")),
            "why": column.TextColumn(_("What speaks for it"), width="medium"),
            "teacher": column.TextColumn(_("Class teacher")),
            "campus": column.TextColumn(_("Campus")),
        },
        alt=_("{n} rows, one a line", n=number(len(shown), exact=True)),
    )


def trust_words(reading: Reading) -> str:
    """How far the chances may be trusted, in a sentence."""
    found = reading.intent
    if found.tested is None:
        return _(
            "Too little is settled to learn from ({n} cases): every family has the mean chance.",
            n=number(found.past, exact=True),
        )
    roc = found.tested.roc
    return _(
        "Tested on {n} later families: AUC {auc} ({low}–{high}); the best tenth renewed {top},"
        " all {share}.",
        n=number(roc.n, exact=True),
        auc=f"{roc.auc:.2f}",
        low=f"{roc.low:.2f}",
        high=f"{roc.high:.2f}",
        top=percent(found.tested.top),
        share=percent(found.tested.share),
    )
