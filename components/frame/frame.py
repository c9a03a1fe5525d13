"""The frame around every page: navigation, filter bar, freshness, search, account.

This is the script that Streamlit runs; it lies outside ``pages/``, so that no page can
be reached without it. No page's safety rests on it: rows are cut to the scope elsewhere.
"""

from __future__ import annotations

import logging
from pathlib import Path

import streamlit as st

from components.ask.session import current_viewer
from components.frame.account import account_menu
from components.frame.notice import sample_notice
from components.frame.search import search_button
from components.frame.theme_follower import follow_theme
from components.kit.arrivals import nothing_yet
from components.kit.choices.filters import filter_bar
from components.kit.freshness import freshness_badge, has_data
from components.kit.navigation import Entry, entries_for, missing_for
from components.kit.states import error_in_words, nothing_to_show
from components.runtime import theme
from components.words import i18n
from components.words.i18n import N_, _
from data.errors import EduLensError
from data.scope import role

BRAND = Path(__file__).parent / "brand"
_LANGUAGES = list(i18n.SWITCH_LABELS.values())
_SWITCH_HELP = N_("Language")


def _page_of(entry: Entry) -> st.Page:
    return st.Page(entry.path, title=_(entry.title), icon=entry.icon, help=_(entry.question))


def _refused_page(entry: Entry) -> st.Page:
    """What stands at the address of a page that the role does not have."""

    def refused() -> None:
        st.subheader(_(entry.title))
        nothing_to_show(
            _("Your role does not have this page."),
            _("Choose another page, or ask a manager to change your role."),
        )

    return st.Page(
        refused, title=_(entry.title), icon=entry.icon, url_path=entry.path.stem,
        visibility="hidden",
    )  # fmt: skip


def _language_switch() -> None:
    """Chinese or English, kept in the address; links with "zh" or "en" are understood."""
    said = st.query_params.get(i18n.SWITCH_KEY)
    if said in i18n.LANGUAGES and i18n.SWITCH_KEY not in st.session_state:
        st.query_params[i18n.SWITCH_KEY] = i18n.SWITCH_LABELS[said]
        st.rerun()
    st.segmented_control(
        _(_SWITCH_HELP),
        _LANGUAGES,
        default=i18n.SWITCH_LABELS[i18n.preferred_language()],
        required=True,
        key=i18n.SWITCH_KEY,
        bind="query-params",
        label_visibility="collapsed",
    )


def _bar(entry: Entry, entries: list[Entry]) -> None:
    """The row above every page; wraps on a phone."""
    filtered = entry.filtered and has_data()
    side = "left" if filtered else "right"
    with st.container(
        horizontal=True, gap="xsmall", vertical_alignment="center", horizontal_alignment=side,
        key="frame_bar",
    ):  # fmt: skip
        if filtered:
            filter_bar()
            st.space("stretch")
        if has_data():
            freshness_badge()
        search_button(entries)


def main() -> None:
    """Draw the frame and the page inside it."""
    st.set_page_config(page_icon=str(BRAND / "icon.png"), layout="wide")
    viewer = current_viewer()
    st.session_state[i18n.ACCOUNT_KEY] = viewer.language
    st.html(BRAND / "page.css")
    if i18n.language() == "zh":
        st.html(BRAND / "zh.css")
    if theme.theme_name() == "dark":
        st.html(BRAND / "dark.css")
    st.logo(str(BRAND / f"logo_{theme.theme_name()}.svg"), icon_image=str(BRAND / "icon.png"))
    sections = entries_for(role(viewer.role))
    if not sections:
        nothing_to_show(_("Your role has no pages."), _("Ask a manager to change your role."))
        return
    pages = {_(title): {_page_of(e): e for e in entries} for title, entries in sections}
    refused = [_refused_page(entry) for entry in missing_for(role(viewer.role))]
    listed = {title: list(found) for title, found in pages.items()}
    chosen = st.navigation({**listed, "": refused}, expanded=True)
    entries = [entry for found in pages.values() for entry in found.values()]
    with st.sidebar:
        sample_notice()
        _language_switch()
        account_menu(viewer)
    follow_theme()
    if chosen in refused:
        chosen.run()
        return
    entry = next(e for found in pages.values() for p, e in found.items() if p == chosen)
    _bar(entry, entries)
    nothing = None if entry.script.startswith("admin/") else nothing_yet()
    if nothing is not None:
        st.title(chosen.title)
        nothing_to_show(*nothing)  # no choice of dates would help
        return
    try:
        chosen.run()
    except EduLensError as error:
        logging.getLogger(__name__).exception("page %s", chosen.url_path)
        error_in_words(error)


main()
