"""What a screen says when it has nothing to draw: why, and what to do next."""

from __future__ import annotations

import streamlit as st

from components.words.formats import number
from components.words.i18n import N_, _
from data.errors import EduLensError
from data.scope import Filters

NO_COURSE_LINE = N_("spend is not booked by course line")
ENOUGH = 30  # mature units below which nothing is judged (METRICS, rule 6)

# What a viewer is told for each kind of error, and what to do about it.
_ERRORS = {
    "not_allowed": (
        N_("Your role may not see this."),
        N_("Ask a manager of your institution to change your role."),
    ),
    "store_unavailable": (
        N_("The data cannot be reached just now."),
        N_("Wait a minute and reload; if it stays so, tell whoever runs the server."),
    ),
    "invalid_input": (
        N_("A file or a row does not keep to its template."),
        N_("Open Data sources: quarantined rows are listed there with their reason."),
    ),
    "unknown_name": (
        N_("A name in this link or setting is not known here."),
        N_("Choose again from the menus."),
    ),
    "invalid_option": (
        N_("A setting is outside its bounds."),
        N_("Choose again from the menus."),
    ),
}
_UNEXPECTED = (
    N_("This part could not be drawn."),
    N_("Reload the page; if it stays so, tell whoever runs the server when it happened."),
)


def nothing_to_show(reason: str, next_step: str = "") -> None:
    """Say why there is nothing here and what to do; both already in the reader's language."""
    with st.container(border=True, horizontal_alignment="center"):
        st.markdown(f":material/inbox: **{reason}**")
        st.caption(next_step or _("Widen the dates or clear a filter."))


def too_few(n: int) -> str:
    """The words for a sample nobody should judge by."""
    return _(
        "Too few to judge: {n} mature so far, {enough} are needed.",
        n=number(n, exact=True),
        enough=ENOUGH,
    )


def no_spend(filters: Filters) -> str:
    """Why there is no figure over spend: none came, or it cannot be cut so."""
    if filters.course_lines:
        return _(NO_COURSE_LINE)
    return _("no spend on record")


def error_in_words(error: EduLensError) -> None:
    """Tell the viewer what went wrong and what to do; details stay in the log."""
    what, next_step = _ERRORS.get(error.code, _UNEXPECTED)
    st.error(f"**{_(what)}** {_(next_step)}", icon=":material/error:")
