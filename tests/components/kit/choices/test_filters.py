"""The filter bar: what is picked, what the address says, what nobody may pick."""

from datetime import date

import pytest

from data.scope import Filters, Period
from tests.journeys import moment


def bar() -> None:
    import streamlit as st

    from components.kit.choices.filters import current_filters, filter_bar

    st.session_state["runs"] = st.session_state.get("runs", 0) + 1
    filter_bar()
    st.session_state["seen"] = current_filters()


def bare() -> None:
    import streamlit as st

    from components.kit.choices.filters import current_filters

    st.session_state["seen"] = current_filters()


def filters_of(at) -> Filters:
    """What a page of this run got."""
    assert not at.exception
    return at.session_state["seen"]


THIS_MONTH = Period(start=date(2026, 11, 1), end=date(2026, 11, 22))


@pytest.fixture
def long_known(monkeypatch):
    """An institution whose data reach far back."""
    known = ("this_month", date(2026, 1, 1))
    monkeypatch.setattr("components.kit.choices.filters.known_from", lambda: known)


def test_nothing_picked_is_this_month_of_everything_against_the_month_before(served, long_known):
    before = Period(start=date(2026, 10, 1), end=date(2026, 10, 22))
    assert filters_of(served.run(bar)) == Filters(period=THIS_MONTH, comparison=before)


def test_days_before_anything_is_known_are_compared_with_nothing(served):
    # The first lead is of 5 October: 1–21 October is no month to be better than.
    at = served.run(bar, lang="en")
    assert filters_of(at) == Filters(period=THIS_MONTH, comparison=None)
    assert any("data begin on 5 Oct" in caption.value for caption in at.caption)
    weeks = filters_of(served.run(bar, vs="weekdays", period="last_7"))
    assert weeks.comparison == Period(start=date(2026, 11, 7), end=date(2026, 11, 14))


def test_any_days_can_be_picked_to_compare_with(served):
    picked = ["2026-10-06", "2026-10-19"]
    at = served.run(bar, vs="custom", vs_days=picked)
    assert filters_of(at).comparison == Period(start=date(2026, 10, 6), end=date(2026, 10, 20))
    assert filters_of(served.run(bar, period="last_7", vs="custom")).comparison == Period(
        start=date(2026, 11, 7), end=date(2026, 11, 14)
    )


def test_a_page_without_a_bar_gets_the_same(served):
    assert filters_of(served.run(bare)) == filters_of(served.run(bar))


def test_the_address_fills_the_bar(served):
    at = served.run(bar, period="近7天", vs="同星期", campus=["south"], channel=["sem"])
    found = filters_of(at)
    assert found.period == Period(start=date(2026, 11, 14), end=date(2026, 11, 21))
    assert found.comparison == Period(start=date(2026, 11, 7), end=date(2026, 11, 14))
    assert (found.campuses, found.channels) == (("south",), ("sem",))


def test_words_that_mean_nothing_in_the_address_are_ignored(served):
    found = filters_of(served.run(bar, period="近8天", vs="x", campus=["moon"], course=["=1"]))
    assert found == filters_of(served.run(bar))


def test_a_link_in_the_other_language_is_understood(served):
    at = served.run(bar, lang="EN", period="近7天", vs="无")
    assert filters_of(at).period == Period(start=date(2026, 11, 14), end=date(2026, 11, 21))
    at = served.run(bar, period="Last 7 days", vs="No comparison")
    assert filters_of(at).period == Period(start=date(2026, 11, 14), end=date(2026, 11, 21))
    assert filters_of(at).comparison is None


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_link_holding_names_is_understood_in_one_run(served, lang):
    at = served.run(bar, lang=lang, period="last_30", vs="none")
    found = filters_of(at)
    assert found.period == Period(start=date(2026, 10, 22), end=date(2026, 11, 21))
    assert found.comparison is None
    assert at.session_state["runs"] == 1


def test_picks_change_what_pages_get(served):
    at = served.run(bar)
    at.selectbox("period_choice").set_value("last_month").run()
    assert filters_of(at).period == Period(start=date(2026, 10, 1), end=date(2026, 11, 1))
    at.selectbox("vs_choice").set_value("none").run()
    assert filters_of(at).comparison is None


def test_a_half_picked_range_is_a_day_until_its_end_is_picked(served):
    at = served.run(bar)
    at.selectbox("period_choice").set_value("custom").run()
    assert filters_of(at).period == THIS_MONTH
    at.date_input("days").set_value((date(2026, 11, 3),)).run()
    assert filters_of(at).period == Period(start=date(2026, 11, 3), end=date(2026, 11, 4))
    assert any("请再选结束日期" in caption.value for caption in at.caption)
    at.date_input("days").set_value((date(2026, 11, 3), date(2026, 11, 9))).run()
    assert filters_of(at).period == Period(start=date(2026, 11, 3), end=date(2026, 11, 10))


def test_a_campus_head_is_not_asked_for_a_campus(served):
    at = served.run(bar, "head", campus=["south"])
    assert filters_of(at).campuses == ()
    assert [box.key for box in at.multiselect] == ["channel", "course"]


def test_values_forged_by_the_browser_reach_nothing_outside_the_scope(served):
    from components.ask import query
    from data.accounts import Viewer

    viewer = Viewer(user="head", name="", role="campus_head", campuses=("north",))
    forged = Filters(period=THIS_MONTH, campuses=("south",))
    assert query._look(viewer.scope(query.as_of()), forged).scope.campuses == ()


def test_labels_say_what_is_picked(served):
    at = served.run(bar, campus=["north", "south"], period="近7天", channel=["sem"])
    labels = [block.proto.popover.label for block in at.get("popover")]
    assert labels[0] == "2 个校区"
    assert labels[1].startswith("近7天")
    assert labels[2] == "sem"


@pytest.mark.parametrize("user", ["lady", "tutor", "guide", "eye"])
def test_every_role_gets_a_bar(served, user):
    assert filters_of(served.run(bar, user)).period == THIS_MONTH


def test_an_imported_history_opens_on_all_of_it(served, told, monkeypatch):
    store, _people = told
    monkeypatch.setattr(type(store), "as_of", property(lambda _self: moment("2028-03-05T00:00")))
    found = filters_of(served.run(bar))
    assert found == Filters(
        period=Period(start=date(2026, 10, 5), end=date(2028, 3, 6)), comparison=None
    )
