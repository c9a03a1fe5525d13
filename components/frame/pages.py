"""Every page by its script, and what pages contribute to the board and to a person's page."""

from __future__ import annotations

from typing import Any

from components.kit.page import Page
from components.screens.access.page import PAGE as ACCESS
from components.screens.acquisition.page import PAGE as ACQUISITION
from components.screens.activities.page import PAGE as ACTIVITIES
from components.screens.board.page import board_page
from components.screens.conversion.page import PAGE as CONVERSION
from components.screens.dictionary.page import PAGE as DICTIONARY
from components.screens.learning.page import PAGE as LEARNING
from components.screens.person.page import person_page
from components.screens.plans.page import PAGE as PLANS
from components.screens.renewal.page import PAGE as RENEWAL
from components.screens.sources.page import PAGE as SOURCES
from components.screens.spread.page import PAGE as SPREAD
from components.screens.visitors.page import PAGE as VISITORS

_CONTRIBUTING: tuple[Page[Any], ...] = (
    PLANS,
    ACQUISITION,
    CONVERSION,
    LEARNING,
    RENEWAL,
    ACTIVITIES,
    VISITORS,
    SPREAD,
)
BOARD = board_page(tuple(answer for page in _CONTRIBUTING for answer in page.answers))
PERSON = person_page(tuple(card for page in _CONTRIBUTING for card in page.person_cards))
PAGES: dict[str, Page[Any]] = {
    page.script: page for page in (BOARD, *_CONTRIBUTING, PERSON, SOURCES, ACCESS, DICTIONARY)
}
