"""The acquisition screen: it finds what is planted, per role, and never shows a silent zero."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import partial

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from components.ask import query
from components.kit.measures import Choice
from components.screens.acquisition.measures import MEASURES
from components.screens.acquisition.page import PAGE
from components.screens.acquisition.reading import Reading
from components.screens.acquisition.tree import tree_rows
from components.words.formats import percent
from data.installation.process import Installation
from data.sample.truths import CHEAP_CHANNEL, LATE_CHANNEL, SLOW_CHANNEL
from data.scope import Filters, Period
from metrics.foundation.tally import ELSEWHERE
from tests.pages import screens
from tests.pages.conftest import serve
from tests.pages.screens import cards, open_panels, shown
from tests.sample_institution import small_institution
from tests.signin import add_account

visit = partial(screens.visit, "lifecycle/acquisition")
look = partial(screens.look, "lifecycle/acquisition")


@pytest.fixture(scope="module")
def sample(tmp_path_factory) -> Iterator[Installation]:
    """A small sample institution, with its accounts and two of our own."""
    with small_institution(tmp_path_factory.mktemp("acquisition") / "home", scale=0.25) as opened:
        add_account(opened.accounts, "nowhere", "campus_head", campuses=["C999"])
        yield opened


@pytest.fixture
def names(sample, monkeypatch) -> dict[str, str]:
    """The sample as this process's installation; gives its channels' names."""
    rows = serve(sample, monkeypatch).store.fetch("SELECT channel_id, name FROM dim_channel")
    return dict(zip(rows["channel_id"], rows["name"], strict=True))


def tree(at: AppTest) -> pd.DataFrame:
    """The channel table by the names it shows."""
    table = at.dataframe[0].value
    return table.assign(name=table["name"].str.strip("\u2003▸▾ ")).set_index("name")


def test_the_cheap_but_poor_channel_is_named_and_the_slow_one_is_not_blamed(names):
    at = look("manager", period="this_year")
    answer, table = shown(at), tree(at)
    cheap, slow = names[CHEAP_CHANNEL], names[SLOW_CHANNEL]
    assert f"“{cheap}” is cheap but low in quality" in answer
    assert table.loc[cheap, "verdict"] == "cheap but poor"
    assert f"“{slow}” is slow, not poor" in answer
    assert table.loc[slow, "verdict"] not in ("poor", "cheap but poor")
    assert f"Get the spend of “{names[LATE_CHANNEL]}”" in answer
    assert f"Do not cut “{slow}” by its first 30 days" in answer
    assert "Data owner · by 22 Nov" in answer


def test_a_slow_channel_is_not_called_poor_by_the_return_of_its_first_days(names):
    at = look("manager", period="this_year", **{"return": 30})
    slow = names[SLOW_CHANNEL]
    assert tree(at).loc[slow, "verdict"] == "slow, not poor"
    assert f"“{slow}” pays back worst" not in shown(at)


def test_the_screen_speaks_chinese(names):
    text = shown(look("manager", language="zh", period="this_year"))
    assert f"「{names[CHEAP_CHANNEL]}」便宜但质量差" in text
    assert "要做的事" in text


def test_a_campus_head_sees_the_own_campuses_only(names, sample):
    everything, own = cards(look("manager")), cards(look("head_north"))
    assert set(own) == set(everything)
    campuses = sample.accounts.viewer("head_north").campuses
    expected = sample.store.fetch(
        "SELECT count(*) AS leads FROM fact_lead WHERE is_first AND created_on >= '2026-11-01'"
        f" AND campus_id IN {tuple(campuses)}"
    )["leads"].item()
    assert own["New leads"] == f"{expected} leads"
    assert 0 < expected < int(everything["New leads"].split()[0])


def test_a_foreign_campus_shows_nothing(names):
    at = look("nowhere")
    assert "No leads in these days." in shown(at)
    assert not at.metric
    assert not at.dataframe


def test_days_without_a_lead_say_so(names):
    at = look("manager", period="custom", days=(date(2016, 1, 1), date(2016, 1, 31)))
    assert "No leads in these days." in shown(at)


def test_today_shows_todays_leads_and_no_quarter_in_their_place(names, sample):
    at = look("manager", period="today")
    (today,) = sample.store.fetch(
        "SELECT count(*) FILTER (is_first) FROM fact_lead"
        " WHERE created_on = (SELECT max(created_on) FROM fact_lead)"
    ).iloc[0]
    assert cards(at)["New leads"] == f"{today} leads"
    assert "today is not over: nothing to compare it with yet" in shown(at)


def test_a_course_line_has_leads_and_an_unknown_cost(names, sample):
    line = sample.store.fetch("SELECT min(course_line) AS line FROM dim_course")["line"][0]
    at = look("manager", period="this_year", course=[line])
    found = cards(at)
    assert found["New leads"] != "—"
    for title in ("Cost per lead", "CAC, full", "ROI in 180 days"):
        assert found[title] == "—", title
    assert "spend is not booked by course line" in shown(at)


def test_new_leads_stand_beside_their_rows_and_how_many_are_repeated(names, sample):
    rows = sample.store.fetch(
        "SELECT count(*) AS n, avg((NOT is_first)::INT) AS repeated FROM fact_lead"
        " WHERE created_on >= '2026-10-01' AND created_on < '2026-11-01'"
    ).iloc[0]
    text = shown(look("manager", period="last_month"))
    assert f"{int(rows['n'])} rows, {percent(rows['repeated'], 'en')} repeated" in text


def test_a_consultant_is_told_that_spend_is_hidden_and_never_shown_zero(names):
    at = look("consultant1", framed=False)
    text, titles = shown(at), set(cards(at))
    assert "Your role does not see spend" in text
    assert "are not shown to your role" in text
    assert titles == {"New leads", "Valid-lead rate", "First orders in 30 days"}
    assert not {"spend", "cpl", "roi", "cac_full"} & set(at.dataframe[0].value.columns)
    assert "¥" not in text


def test_a_teacher_is_told_that_orders_are_hidden_and_shown_no_false_zero(names):
    at = look("teacher1", framed=False)
    assert "Your role sees no orders" in shown(at)
    assert not at.metric
    assert not at.dataframe


def test_panels_draw_when_opened_and_only_then(names):
    at = visit("manager")
    closed = len(at.dataframe)
    open_panels(at, PAGE)
    text = shown(at)
    for words in (
        "Each model adds up to the same", "Each step counts leads old enough",
        "the curve ends on the day",
        "A payer of the paid channels brought", "not an experiment", "**orders with a lead**",
    ):  # fmt: skip
        assert words in text, words
    assert (closed, len(at.dataframe)) == (1, 5)


@pytest.mark.parametrize("columns", ["cost", "returns", "quality"])
def test_every_set_of_columns_draws(names, columns):
    table = look("manager", acquisition_columns=columns).dataframe[0].value
    assert {"name", "verdict", "group", "bounds", "n", "immature"} < set(table.columns)
    assert len(table) > 5


def test_marketing_has_the_screen_too(names):
    assert "ROI in 180 days" in cards(look("marketing"))


def test_the_rows_behind_a_cell_add_up_to_it(names, sample):
    scope = sample.accounts.viewer("manager").scope(sample.store.as_of)
    filters = Filters(period=Period(start=date(2026, 8, 1), end=date(2026, 11, 1)))
    reading = Reading(filters, scope, Choice(30, 180))
    order = dict.fromkeys(["online", "feed", SLOW_CHANNEL, ELSEWHERE], 1.0)
    nodes = tree_rows(reading.tree, order, order, elsewhere="none")
    assert [node.key for node in nodes] == list(order)
    for name in ("spend", "conversion", "cac_full", "roi"):
        measure, figures = MEASURES[name], reading.nodes(name).set_index("node")
        for node in nodes:
            rows = query.list_rows(
                measure.metric, reading.judged(name), where=node.where, scope=scope,
                **measure.settings(reading.choice),
            )  # fmt: skip
            counted = rows[rows["is_mature"]]
            shown = figures.loc[node.key] if node.key in figures.index else {"numerator": 0.0}
            label = f"{name} of {node.key!r}"
            assert float(counted["numerator"].sum()) == pytest.approx(shown["numerator"]), label
            if measure.metric.kind in ("proportion", "ratio") and node.key in figures.index:
                assert float(counted["denominator"].sum()) == shown["denominator"], label
