"""The page of data sources: has everything arrived, what was refused, how does more come in?"""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from components.kit.arrivals import sources_card, sources_made
from components.kit.choices.activity_choice import EVER
from components.kit.page import Page, Part
from components.kit.reading import Plain
from components.screens.sources.intake import history_panel, quarantine_panel
from components.screens.sources.upload import upload_panel
from components.words.i18n import N_, _
from data.scope import Filters


def _read(_filters: Filters) -> Plain:
    return Plain.of(EVER, None)


def _titled(name: str, title: str, draw: Callable[[], None]) -> Part[Plain]:
    def drawn(_sources: Plain) -> None:
        st.markdown(f"##### {_(title)}")
        draw()

    return Part(name=name, draw=drawn)


PAGE = Page(
    script="admin/sources",
    read=_read,
    parts=(
        Part(
            name="arrived",
            make=lambda _sources: sources_made(),
            draw=lambda _sources: sources_card(),
        ),
        _titled("import", N_("Import files"), upload_panel),
        _titled("refused", N_("Refused rows"), quarantine_panel),
        _titled("history", N_("What arrived"), history_panel),
    ),
)
