"""The network card of a person's page, on the star of the sample."""

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

import data.installation.process
from data.sample.truths import STAR_ACTIVITY
from tests.signin import sign_in


def card(user, person_id, institution):
    def script(person_id):
        from components.frame.pages import PERSON
        from components.kit.choices.activity_choice import EVER
        from components.screens.person.view import PersonReading

        person = PersonReading.of(EVER, person_id)
        for part in PERSON.shown(person.viewer_role, ""):
            if part.name == "network":
                part.draw(person)

    at = AppTest.from_function(script, args=(person_id,), default_timeout=60)
    sign_in(at, institution.accounts, user)
    at.run()
    assert not at.exception
    return "\n".join(text.value for text in [*at.markdown, *at.caption])


@pytest.fixture
def star(institution, monkeypatch):
    """The person who brought most people to the planted activity."""
    monkeypatch.setattr(data.installation.process, "_opened", institution)
    monkeypatch.setenv("EDULENS_LANG", "en")
    st.cache_data.clear()  # another test's store may have the same version
    (row,) = institution.store.fetch(
        "SELECT sharer_person_id FROM fact_share_edge WHERE activity_id = "
        f"'{STAR_ACTIVITY}' GROUP BY ALL ORDER BY count(*) DESC LIMIT 1"
    )["sharer_person_id"]
    return row


def test_the_network_card_sums_what_the_star_brought(star, institution):
    text = card("manager", star, institution)
    assert "Brought 865 directly, 1,315 with all below over 5 generations" in text or (
        "直接带来 865 人，连同下级 1,315 人、5 代" in text
    )
    assert text.count("/person?person_id=") >= 5


def test_the_network_card_of_a_foreign_campus_is_empty(star, institution):
    assert card("head_north", star, institution) == ""


def test_the_network_card_needs_a_role_that_sees_orders(star, institution):
    assert card("teacher1", star, institution) == ""
