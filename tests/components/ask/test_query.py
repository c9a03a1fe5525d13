"""What is remembered is shared by equals, and by nobody else, until the next load."""

from __future__ import annotations

import pytest


def seen_leads() -> None:
    """A script: the leads that its viewer may see, and how often they were counted."""
    import builtins

    import streamlit as st

    from components.ask import query
    from components.kit.choices.filters import current_filters
    from components.words.i18n import language
    from data.scope import Filters
    from metrics.foundation.registry import Metric
    from metrics.leads.new_leads import new_leads

    if not hasattr(builtins, "counted"):
        builtins.counted = []

        @query.remembered
        def made(filters: Filters, metric: Metric) -> str:
            builtins.counted.append(language())
            return f"{query.run(metric, filters)['value'].iloc[0]:.0f}"

        builtins.made = made
    st.text(builtins.made(current_filters(), metric=new_leads))
    st.caption(str(len(builtins.counted)))


@pytest.fixture
def look(served):
    """Open the script as a user: what was seen, and how often it was made so far."""
    import builtins

    def opened(user: str, **query: str) -> tuple[str, int]:
        at = served.run(seen_leads, user, **query)
        assert not at.exception
        return at.text[0].value, int(at.caption[0].value)

    yield opened
    del builtins.counted, builtins.made


def test_equal_scopes_share_what_was_made_and_others_get_their_own(look):
    assert look("manager") == ("2", 1)
    assert look("eye") == ("2", 2), "an analyst's rows are masked: never a manager's"
    assert look("manager") == ("2", 2)
    assert look("head") == ("1", 3), "the head of one campus"


def test_another_language_and_another_load_make_it_anew(look, told, served):
    store, _people = told
    assert look("manager") == ("2", 1)
    assert look("manager", lang="en") == ("2", 2)
    with store.writing() as cursor:
        cursor.execute("UPDATE store_state SET version = version + 1")
    assert look("manager") == ("2", 3)


def ask_for() -> None:
    """A script: the person of the address, as the store knows them."""
    import streamlit as st

    from components.ask import query
    from metrics.people.person import current_state

    asked = st.query_params["who"]
    found = query.fetch(current_state, None, person_id=asked)
    st.text(",".join(found["person_id"]) or "nobody")


def test_a_person_is_bound_into_compiled_sql_and_cannot_break_out_of_it(served):
    for name in ("lin", "wang"):
        who = served.people[name]
        assert served.run(ask_for, who=who).text[0].value == who
    for bad in ("' OR '1'='1", "x'; DROP TABLE fact_lead; --", "''", "\\' OR 1=1 --", "a\0b"):
        at = served.run(ask_for, who=bad)
        assert not at.exception
        assert at.text[0].value == "nobody"
