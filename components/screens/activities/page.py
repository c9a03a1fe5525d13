"""The activities page: which ones work, and what does the running one need?"""

from __future__ import annotations

from collections.abc import Callable

from components.kit.page import Nothing, Page, Part
from components.screens.activities.index import activity_index, ran
from components.screens.activities.life import life_head, life_picture
from components.screens.activities.reading import Life, Reading
from components.screens.activities.tabs import life_tabs
from components.screens.activities.todo import life_todo
from components.words.i18n import _
from data.scope import Filters

INDEX, LIFE = "index", "life"


def _read(filters: Filters) -> Reading:
    return Reading.of(filters, "")


def _nothing(reading: Reading) -> Nothing | None:
    if reading.overview is not None:
        return None
    return Nothing(
        _("No activity has begun in what you may see."), _("Import activities under Data sources.")
    )


def _not_found(reading: Reading) -> Nothing | None:
    if reading.overview is not None and reading.choice in reading.overview.health:
        return None
    return Nothing(
        _("Not found in what you may see."), _("Search again, or ask whoever sent you the link.")
    )


def _index_made(reading: Reading) -> object:
    return reading.overview and ran(reading.overview, reading.filters)


def _index(reading: Reading) -> None:
    if reading.overview is not None:
        activity_index(reading.overview, reading.filters)


def _of_life(name: str, draw: Callable[[Life], None]) -> Part[Reading]:
    return Part(name=name, view=LIFE, draw=lambda reading: draw(reading.life))


PAGE = Page(
    script="growth/activities",
    read=_read,
    view=INDEX,
    nothing=_nothing,
    nothing_in={LIFE: _not_found},
    parts=(
        Part(name="index", view=INDEX, make=_index_made, draw=_index),
        _of_life("head", life_head),
        _of_life("picture", life_picture),
        _of_life("tabs", life_tabs),
        _of_life("todo", life_todo),
    ),
)
