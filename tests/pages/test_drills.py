"""A click on a mark opens as many rows as the mark says."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from data.sample.truths import STALLED_ACTIVITY
from tests.pages.screens import visit

pytestmark = pytest.mark.usefixtures("served")


@dataclass
class Mouse:
    """Stands for the browser: clicks one mark of one chart, and has seen every chart."""

    key: str
    trace: int
    mark: int
    charts: dict[str, Any] = field(default_factory=dict)

    def draw(self, drawn: Any, *, key: str, **_how: Any) -> dict[str, Any]:
        """In the place of `st.plotly_chart`."""
        self.charts[key] = drawn
        if key != self.key:
            return {"selection": {"points": []}}
        return {"selection": {"points": [{"customdata": [self.clicked]}]}}

    @property
    def clicked(self) -> Any:
        """What the mark stands for."""
        return self.charts[self.key].data[self.trace].customdata[self.mark]

    def hover(self) -> str:
        """What the mark says when it is pointed at."""
        trace = self.charts[self.key].data[self.trace]
        return str((trace.hovertext or trace.text)[self.mark])


Visit = Callable[..., tuple[AppTest, Mouse]]


@pytest.fixture
def click(monkeypatch) -> Visit:
    """Opens a screen and clicks a mark of one of its charts."""

    def visited(
        script: str,
        key: str,
        *,
        trace: int,
        mark: int,
        user: str = "manager",
        framed: bool = False,
        address: dict[str, str] | None = None,
        **state: object,
    ) -> tuple[AppTest, Mouse]:
        mouse = Mouse(key, trace, mark)
        monkeypatch.setattr(st, "plotly_chart", mouse.draw)
        state[f"{key}_clicked"] = True
        return visit(script, user, framed=framed, address=address, **state), mouse

    return visited


def opened(at: AppTest) -> int:
    """How many rows the drawer says it holds."""
    (count,) = re.findall(r"\*\*([\d,]+) (?:rows|students)\*\*", "\n".join(texts(at)))
    return int(count.replace(",", ""))


def texts(at: AppTest) -> list[str]:
    """What stands on the page and in the drawer."""
    return [element.value for element in (*at.markdown, *at.caption)]


def told(text: str) -> int:
    """The n that a mark's words hold."""
    return int(re.findall(r"n = ([\d,]+)", text)[-1].replace(",", ""))


def test_a_group_of_the_lead_score_opens_its_leads(click):
    at, mouse = click(
        "lifecycle/conversion",
        "conversion_calibration",
        trace=1,
        mark=9,
        conversion_panel_quality=True,
    )
    assert opened(at) == told(mouse.hover()) > 400
    rows = at.dataframe[-1].value
    assert rows["chance"].is_monotonic_decreasing
    assert rows["open"].str.startswith("/person?person_id=").all()


def test_a_campus_head_is_told_that_the_score_was_tried_on_more(click):
    at, mouse = click(
        "lifecycle/conversion", "conversion_calibration", trace=1, mark=9,
        conversion_panel_quality=True,
        user="head_north",
    )  # fmt: skip
    n = told(mouse.hover())
    assert 0 < opened(at) < n
    assert f"of these {n} leads you see your own" in "".join(texts(at))


def test_a_consultant_opens_the_leads_compared_by(click):
    at, mouse = click(
        "lifecycle/conversion", "conversion_consultants_plot", trace=-1, mark=0,
        conversion_panel_consultants=True,
    )  # fmt: skip
    assert opened(at) == told(mouse.hover())


@pytest.mark.parametrize("day", [0, 108])
def test_a_day_of_the_payback_opens_the_orders_it_is_made_of(click, day):
    at, mouse = click(
        "lifecycle/acquisition", "acquisition_payback_", trace=1, mark=day,
        acquisition_panel_payback=True,
    )  # fmt: skip
    revenue = mouse.clicked["revenue_cny"]
    assert mouse.clicked["day_no"] == day
    rows = at.dataframe[-1].value
    assert opened(at) >= len(rows)
    assert (rows["day_no"] <= day).all()
    if opened(at) == len(rows):  # all of them are drawn
        assert rows["net_cny"].sum() == pytest.approx(revenue, abs=0.005)


def test_a_day_of_two_activities_opens_its_leads(click):
    at, mouse = click(
        "growth/activities", "activity_aligned_A00062_sum", trace=0, mark=2,
        address={"activity": STALLED_ACTIVITY}, activity_tabs="Compare", activity_aligned="sum",
    )  # fmt: skip
    assert opened(at) == mouse.charts[mouse.key].data[0].y[2]


@pytest.mark.parametrize("mark", [0, -1])
def test_a_gaps_outer_bars_open_their_leads(click, mark):
    at, mouse = click(
        "growth/activities", "activity_gap_usual", trace=0, mark=mark,
        address={"activity": STALLED_ACTIVITY}, activity_tabs="Why the gap",
    )  # fmt: skip
    level = mouse.charts[mouse.key].data[0].y[mark]
    # The mean of so many activities; or this one alone.
    assert opened(at) == pytest.approx(level * (10 if mark == 0 else 1))


def test_a_bar_of_a_generation_opens_its_people(click):
    at, mouse = click(
        "growth/spread", "spread_sankey", trace=0, mark=1, spread_panel_generations=True
    )  # fmt: skip
    assert opened(at) == mouse.charts[mouse.key].data[0].y[1]


def test_families_forecast_alike_are_opened(click):
    at, mouse = click(
        "lifecycle/renewal", "renewal_calibration", trace=1, mark=4, renewal_panel_forecast=True
    )
    assert opened(at) == told(mouse.hover())


def test_payers_of_the_test_are_opened(click):
    at, mouse = click("lifecycle/renewal", "renewal_value_test", trace=1, mark=1,
                      renewal_panel_value=True)  # fmt: skip
    assert opened(at) == told(mouse.hover())


def test_the_month_opens_what_came_up_to_a_day(click):
    at, mouse = click("", "board_month", framed=True, trace=-1, mark=4)
    drawn = mouse.charts[mouse.key]
    actual = next(trace for trace in drawn.data if trace.mode == "lines+markers")
    place = list(actual.x).index(drawn.data[-1].x[4])
    assert opened(at) == actual.y[place]


@pytest.mark.parametrize("curve", [-1, -2])
def test_an_hour_opens_what_came_by_then(click, curve):
    at, mouse = click("", "board_hours", framed=True, trace=curve, mark=9)
    days = 1 if curve == -1 else 4
    assert opened(at) == mouse.charts[mouse.key].data[curve].y[9] * days
