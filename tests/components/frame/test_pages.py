"""Every page of the navigation is a list of parts, and the other way round."""

from __future__ import annotations

from collections import Counter

from components.frame.pages import BOARD, PAGES, PERSON
from components.kit.navigation import SECTIONS, entry_of
from components.kit.page import Page
from data.scope import ROLES


def test_every_entry_of_the_navigation_has_a_page_and_the_other_way_round():
    listed = [entry.script for _section, entries in SECTIONS for entry in entries]
    assert set(PAGES) == set(listed)
    assert len(PAGES) == len(listed)


def test_a_page_has_parts_for_every_role_that_has_it():
    for script, page in PAGES.items():
        for role in (role for role in ROLES.values() if entry_of(script).allowed(role)):
            had = [part for part in page.parts if part.allowed(role)]
            assert any(part.view in ("", page.view) for part in had), (script, role.name)


def test_parts_of_a_view_have_names_of_their_own():
    for script, page in PAGES.items():
        names = Counter((part.view, part.name) for part in page.parts)
        assert names.most_common(1)[0][1] == 1, script


def test_the_views_that_parts_and_rules_name_are_the_pages():
    for script, page in PAGES.items():
        views = {part.view for part in page.parts} - {""}
        assert set(page.nothing_in) <= views, script
        assert (page.view in views) if views else not page.view, script


def test_the_board_answers_the_questions_in_their_order():
    contributed = [one for page in PAGES.values() for one in page.answers]
    numbers = sorted(one.number for one in contributed)
    assert numbers == [1, 2, 3, 4, 5, 7, 9]  # some answer two questions
    assert BOARD is PAGES["overview/board"]


def test_a_persons_page_ends_with_the_cards_of_other_pages():
    cards = [part.name for page in PAGES.values() for part in page.person_cards]
    assert cards == ["score", "children", "renewal"]
    assert [part.name for part in PERSON.parts][-3:] == cards


def test_what_stands_open_on_a_page_that_reads_figures_is_made_ahead():
    """A part without ``make`` is drawn from what others made, or from no figures at all."""
    for page in PAGES.values():
        if reads_no_figures(page):
            continue
        first = [p for p in page.parts if p.view in ("", page.view) and not p.is_closed]
        assert any(part.make is not None for part in first), page.script


def reads_no_figures(page: Page) -> bool:
    """The dictionary: its metrics are those of the code."""
    return page.script == "admin/dictionary"
