"""Figures are pure functions from tidy frames: what they draw, and that they do not lie."""

import itertools
from datetime import date, timedelta

import pandas as pd
import plotly.graph_objects as go
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from components.kit.charts.bars import ranked_bars
from components.kit.charts.chart import day_axis, figure, show, template, title_of, value_axis
from components.kit.charts.funnel import funnel_steps
from components.kit.charts.line import MOST_SERIES, Note, line
from components.kit.charts.matrix import matrix
from components.kit.charts.waterfall import waterfall
from components.runtime.theme import THEMES, contrast, palette
from data.errors import InvalidOption

LIGHT = palette("light")
FIRST = date(2026, 11, 1)


@pytest.fixture(autouse=True)
def chinese(monkeypatch):
    monkeypatch.setenv("EDULENS_LANG", "zh")


def days(values, **more) -> pd.DataFrame:
    """A value a day from the first of November."""
    on = [FIRST + timedelta(days=i) for i in range(len(values))]
    return pd.DataFrame({"unit_on": on, "value": values, **more})


def known(trace) -> list[float | None]:
    """A trace's figures, missing ones as None."""
    return [None if pd.isna(y) else y for y in trace.y]


def test_line_dashes_what_is_immature_without_a_break():
    points = days([1.0, 2.0, 3.0, 4.0], is_immature=[False, False, True, True])
    solid, dashed = line(points, unit="leads", colours=LIGHT).data
    assert (known(solid), solid.line.dash) == ([1, 2, None, None], "solid")
    assert (known(dashed), dashed.line.dash) == ([None, 2, 3, 4], "dot")
    assert "未成熟" in dashed.text[3]


def test_line_keeps_a_gap_in_line_and_band():
    points = days([1.0, None, 3.0], low=[0.5, None, 2.5], high=[1.5, None, 3.5])
    first, second, solid = line(points, unit="leads", colours=LIGHT).data
    assert not solid.connectgaps
    assert known(solid) == [1, None, 3]
    assert (first.fill, second.fill) == ("toself", "toself")
    assert (sorted(first.y), sorted(second.y)) == ([0.5, 1.5], [2.5, 3.5])


def test_line_marks_carry_the_day_and_group_they_stand_for():
    points = pd.concat([days([1.0], channel_id="sem"), days([2.0], channel_id="feed")])
    drawn = line(points, unit="leads", by="channel_id", names={"sem": "百度"}, colours=LIGHT)
    assert drawn.data[0].customdata[0] == {"unit_on": "2026-11-01", "channel_id": "sem"}
    assert [note.text for note in drawn.layout.annotations] == ["百度", "feed"]


def test_line_draws_at_most_six_series():
    points = pd.concat([days([1.0, 2.0], channel_id=str(i)) for i in range(9)])
    drawn = line(points, unit="leads", by="channel_id", colours=LIGHT)
    assert len(drawn.data) == MOST_SERIES


def test_line_labels_do_not_lie_on_each_other():
    points = pd.concat([days([1.0, 100 + i / 10], channel_id=str(i)) for i in range(5)])
    drawn = line(points, unit="leads", by="channel_id", height=320, colours=LIGHT)
    levels = sorted(note.y for note in drawn.layout.annotations)
    low, high = drawn.layout.yaxis.range
    pixels = [(b - a) / (high - low) * 320 for a, b in itertools.pairwise(levels)]
    assert min(pixels) >= 20


def test_line_shows_target_comparison_and_notes_in_words():
    drawn = line(
        days([0.2, 0.3]), unit="ratio", target=0.32, comparison=days([0.1, 0.2]),
        comparison_name="环比", notes=[Note(FIRST, "开学")], colours=LIGHT,
    )  # fmt: skip
    assert {note.text for note in drawn.layout.annotations} == {"目标 32%", "开学", "环比"}
    assert known(drawn.data[0]) == [0.1, 0.2]


def test_line_of_nothing_is_an_empty_figure():
    assert line(days([]), unit="leads", colours=LIGHT).layout.yaxis.range[0] == 0


GROUPS = pd.DataFrame(
    {
        "channel_id": ["sem", "feed", None],
        "value": [0.3, 0.2, 0.1],
        "low": [0.25, 0.1, 0.0],
        "high": [0.35, 0.4, 0.6],
        "n": [400, 60, 8],
        "immature": [0, 2, 0],
    }
)


def test_bars_start_at_zero_and_rank_from_the_top():
    drawn = ranked_bars(GROUPS, by="channel_id", unit="ratio", colours=LIGHT)
    bars = drawn.data[0]
    assert list(bars.x) == [0.1, 0.2, 0.3]
    assert drawn.layout.yaxis.ticktext == ("未填写", "feed", "sem")
    assert drawn.layout.xaxis.range[0] == 0
    assert drawn.layout.xaxis.range[1] > 0.4


def test_bars_end_a_little_behind_the_longest_whisker():
    far = GROUPS.assign(high=[0.35, 5.1, 0.6])  # the next round step is 6
    drawn = ranked_bars(far, by="channel_id", unit="ratio", colours=LIGHT)
    assert 5.1 < drawn.layout.xaxis.range[1] < 6


def test_bars_show_a_lower_end_below_zero():
    loss = GROUPS.assign(low=[-0.4, 0.1, 0.0])
    drawn = ranked_bars(loss, by="channel_id", unit="ratio", colours=LIGHT)
    assert drawn.layout.xaxis.range[0] <= -0.4


def test_bars_of_few_units_do_not_flatten_the_others():
    wide = GROUPS.assign(high=[0.35, 0.4, 60.0])
    drawn = ranked_bars(wide, by="channel_id", unit="ratio", colours=LIGHT)
    assert drawn.layout.xaxis.range[1] < 1


def test_bars_have_their_intervals_as_whiskers_but_those_that_leave_the_picture():
    bars = ranked_bars(GROUPS, by="channel_id", unit="ratio", colours=LIGHT).data[0]
    assert list(bars.error_x.array.round(3)) == [0, 0.2, 0.05], "too few units, up to 60%"
    assert list(bars.error_x.arrayminus.round(3)) == [0, 0.1, 0.05]
    few = GROUPS.assign(high=[0.35, 0.4, 0.3])
    bars = ranked_bars(few, by="channel_id", unit="ratio", colours=LIGHT).data[0]
    assert list(bars.error_x.array.round(3)) == [0.2, 0.2, 0.05]


def test_bars_of_few_units_are_pale_and_say_so():
    bars = ranked_bars(GROUPS, by="channel_id", unit="ratio", colours=LIGHT).data[0]
    pale, settled, _first = bars.marker.color
    assert (pale, settled) == (LIGHT.faded(LIGHT.series, 0.35), LIGHT.series)
    assert "样本太少" in bars.hovertext[0]
    assert "未成熟 2" in bars.hovertext[1]


def test_bars_stand_for_their_group_also_where_it_has_no_name():
    bars = ranked_bars(GROUPS, by="channel_id", unit="ratio", colours=LIGHT).data[0]
    assert list(bars.customdata) == [
        {"channel_id": None},
        {"channel_id": "feed"},
        {"channel_id": "sem"},
    ]


def test_waterfall_goes_from_before_to_after_over_its_parts():
    parts = pd.DataFrame({"name": ["a", "b"], "change": [-20.0, 50.0], "where": [{"x": 1}, None]})
    drawn = waterfall(
        parts, before=100, after=130, before_name="十月", after_name="十一月", unit="leads",
        colours=LIGHT,
    )  # fmt: skip
    steps = drawn.data[0]
    assert list(steps.y) == [100, -20, 50, 130]
    assert steps.measure == ("absolute", "relative", "relative", "total")
    assert steps.text == ("100 条", "−20 条", "+50 条", "130 条")
    assert drawn.layout.yaxis.range[0] == 0


def test_waterfall_of_a_rate_speaks_of_points():
    parts = pd.DataFrame({"name": ["a"], "change": [0.018]})
    drawn = waterfall(
        parts, before=0.362, after=0.38, before_name="", after_name="", unit="ratio", colours=LIGHT
    )
    assert drawn.data[0].text[1] == "+1.8 个百分点"


STEPS = pd.DataFrame(
    {"name": ["点击", "线索", "首单"], "n": [100_000, 50, 0], "rate": [None, 0.0005, 0.0]}
)


def test_funnel_shows_the_rate_between_two_steps():
    drawn = funnel_steps(STEPS, colours=LIGHT)
    assert [note.text for note in drawn.layout.annotations] == ["↓ 0.05%", "↓ 0%"]
    assert drawn.data[1].text == (" 10 万人", " 50 人", " 0 人")


def test_funnel_keeps_a_small_step_visible_but_no_empty_one():
    lengths = funnel_steps(STEPS, colours=LIGHT).data[0].x
    assert lengths[1] > 50
    assert lengths[2] == 0


CELLS = pd.DataFrame(
    [
        {"month": "9月", "k": 0, "value": 0.9, "n": 40, "is_immature": False},
        {"month": "9月", "k": 1, "value": 0.5, "n": 40, "is_immature": False},
        {"month": "10月", "k": 0, "value": 0.8, "n": 30, "is_immature": False},
        {"month": "10月", "k": 1, "value": 0.1, "n": 30, "is_immature": True},
    ]
)


def test_matrix_leaves_immature_cells_without_colour():
    drawn = matrix(CELLS, row="month", column="k", unit="ratio", colours=LIGHT)
    assert [list(row) for row in drawn.data[0].z] == [[0.9, 0.5], [0.8, None]]
    texts = [note.text for note in drawn.layout.annotations]
    assert texts == ["90%", "50%", "80%", "<i>10%…</i>"]
    assert "未成熟" in drawn.data[1].hovertext[3]


def test_matrix_marks_stand_for_their_cell():
    marks = matrix(CELLS, row="month", column="k", unit="ratio", colours=LIGHT).data[1]
    assert list(marks.customdata)[3] == {"month": "10月", "k": 1}


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("middle", [None, 0.0])
def test_matrix_figures_can_be_read_on_their_cells(theme, middle):
    colours = palette(theme)
    cells = pd.DataFrame(
        [{"a": "x", "b": i, "value": (i - 10) / 10} for i in range(21)]
    )  # every colour of the scale
    drawn = matrix(cells, row="a", column="b", unit="ratio", middle=middle, colours=colours)
    scale = colours.sequential if middle is None else colours.diverging
    for i, note in enumerate(drawn.layout.annotations):
        assert contrast(note.font.color, scale[round(i / 20 * 9)]) >= 4.5


@example([5e-324], "leads")
@example([1e9, 1e9 - 1e-7], "cny")
@given(
    st.lists(st.floats(-1e9, 1e9, allow_nan=False), min_size=1, max_size=20),
    st.sampled_from(["leads", "cny", "ratio", "days"]),
)
def test_an_axis_holds_every_value_and_zero_with_few_ticks(values, unit):
    axis = value_axis(values, unit)
    low, high = axis["range"]
    slack = 1e-9 * max(abs(low), abs(high), 1e-12)
    assert low - slack <= min(*values, 0) <= max(*values, 0) <= high + slack
    assert 2 <= len(axis["tickvals"]) <= 8
    assert len(axis["tickvals"]) == len(axis["ticktext"])


@pytest.mark.parametrize(
    ("values", "unit", "expected"),
    [
        ([0, 1284], "leads", ["0", "500", "1,000", "1,500"]),
        ([0, 45_000], "cny", ["0", "2 万", "4 万", "6 万"]),
        ([0, 0.9], "ratio", ["0%", "25%", "50%", "75%", "100%"]),
        ([0, 0.004], "ratio", ["0.0%", "0.1%", "0.2%", "0.3%", "0.4%"]),
        ([-0.5, 15], "ratio", ["−500%", "0%", "500%", "1,000%", "1,500%"]),
        ([], "leads", ["0", "0.25", "0.5", "0.75", "1"]),
    ],
)
def test_ticks_are_round_and_written_in_the_readers_way(values, unit, expected):
    assert value_axis(values, unit)["ticktext"] == expected


def test_days_on_an_axis_have_no_english_months_in_chinese(monkeypatch):
    assert "b" not in day_axis([FIRST, FIRST + timedelta(days=30)])["tickformat"]
    assert "b" not in day_axis([FIRST, FIRST + timedelta(days=400)])["tickformat"]
    monkeypatch.setenv("EDULENS_LANG", "en")
    assert "%b" in day_axis([FIRST])["tickformat"]


def test_figures_are_pure():
    before = GROUPS.copy()
    one = ranked_bars(GROUPS, by="channel_id", unit="ratio", colours=LIGHT)
    other = ranked_bars(GROUPS, by="channel_id", unit="ratio", colours=LIGHT)
    assert one == other
    pd.testing.assert_frame_equal(GROUPS, before)


@pytest.mark.parametrize("theme", THEMES)
def test_the_template_takes_its_colours_from_the_theme(theme):
    colours = palette(theme)
    drawn = template(colours)
    assert drawn.layout.font.color == colours.text
    assert list(drawn.layout.colorway) == list(colours.categorical)


def test_a_chart_without_words_is_refused():
    with pytest.raises(InvalidOption, match="alt must state the finding of the chart"):
        show(go.Figure(), key="k", alt=" ")


def test_a_chart_to_be_clicked_whose_marks_stand_for_nothing_is_refused():
    with pytest.raises(InvalidOption, match="marks of 'k' must carry customdata"):
        show(go.Figure(go.Bar(x=[1], y=[2])), key="k", alt="x", clickable=True)


def clicked() -> None:
    import plotly.graph_objects as go
    import streamlit as st

    from components.kit.charts import chart

    found = {"selection": {"points": [{"customdata": [{"channel_id": "sem"}]}]}}
    chart.st.plotly_chart = lambda *args, **more: found
    st.session_state.setdefault("opened", [])
    marks = go.Figure(go.Bar(x=[1], y=[2], customdata=[{"channel_id": "sem"}]))
    chart.show(marks, key="k", alt="x", on_select=st.session_state["opened"].append)


def test_a_click_opens_once_and_not_again_with_the_next_rerun(monkeypatch, served):
    import streamlit as st

    monkeypatch.setattr(st, "plotly_chart", st.plotly_chart)  # restored after the test
    at = served.run(clicked)
    assert at.session_state["opened"] == []  # a selection, but no click in this run
    at.session_state["k_clicked"] = True
    at.run()
    at.run()
    assert at.session_state["opened"] == [{"channel_id": "sem"}]


def clicked_again() -> None:
    import plotly.graph_objects as go
    import streamlit as st

    from components.kit.charts import chart

    points = [{"customdata": [{"channel_id": "sem"}]}]
    if st.session_state.setdefault("runs", 0) > 1:
        points = []  # the browser has taken the selection off
    st.session_state["runs"] += 1
    chart.st.plotly_chart = lambda *args, **more: {"selection": {"points": points}}
    st.session_state.setdefault("opened", [])
    marks = go.Figure(go.Bar(x=[1], y=[2], customdata=[{"channel_id": "sem"}]))
    chart.show(marks, key="k", alt="x", on_select=st.session_state["opened"].append)


def test_a_second_click_on_the_same_mark_opens_it_again(monkeypatch, served):
    import streamlit as st

    monkeypatch.setattr(st, "plotly_chart", st.plotly_chart)  # restored after the test
    mark = {"channel_id": "sem"}
    at = served.run(clicked_again)
    for opened in ([mark], [mark, mark]):
        at.session_state["k_clicked"] = True
        at.run()
        assert at.session_state["opened"] == opened
    assert at.session_state["opened"] == [mark, mark]
    at.run()  # for another reason
    assert at.session_state["opened"] == [mark, mark]


def test_title_stands_above_the_picture_where_it_wraps():
    drawn = figure(title="Half of *all* [leads] order", colours=palette("light"), height=300)
    assert drawn.layout.title.text is None
    assert title_of(drawn) == "Half of *all* [leads] order"
    at = AppTest.from_function(_show_titled).run()
    assert not at.exception
    assert [text.value for text in at.markdown] == [r"**Half of \*all\* \[leads\] order**"]


def _show_titled():
    from components.kit.charts.chart import figure, show
    from components.runtime.theme import palette

    show(figure(title="Half of *all* [leads] order", colours=palette()), key="k", alt="x")


def test_figure_without_a_title_keeps_its_height():
    bare, titled = (figure(title=t, colours=palette("light"), height=300) for t in ("", "t"))
    assert title_of(bare) == ""
    assert bare.layout.height == 300
    assert titled.layout.height < 300, "the title takes what is missing"
