"""The pictures of spread: boxes that click, curves that start at nothing, flows that add up."""

import pandas as pd
import pytest

from components.kit.charts.icicle import icicle
from components.kit.charts.lorenz import lorenz_curve
from components.kit.charts.sankey import generation_sankey


@pytest.fixture(autouse=True)
def english(monkeypatch):
    monkeypatch.setenv("EDULENS_LANG", "en")


def test_icicle_boxes_carry_their_node_and_the_rest_whose_children_they_are():
    boxes = pd.DataFrame(
        [(0, 0, 10, 7, 10, 1, -1), (1, 0, 6, 8, 6, 1, 7), (1, 6, 3, -1, 3, 3, 7)],
        columns=["generation", "start", "width", "node", "people", "nodes", "parent"],
    )
    drawn = icicle(boxes, title="t", names={7: "Anna", 8: "Ben"}, hovers={7: "a", 8: "b"}, rest=-1)
    people, rest = drawn.data
    assert list(people.customdata) == [7, 8]
    assert list(people.text) == ["Anna", "Ben"]
    assert list(rest.customdata) == [{"rest_of": 7}]
    assert list(rest.text) == ["+3"]
    assert list(people.base) == [0, 0]
    assert list(drawn.layout.yaxis.ticktext) == ["Began", "Generation 1"]


def test_lorenz_curve_marks_the_top():
    drawn = lorenz_curve([0, 0.2, 1], [0, 0.76, 1], title="t", top_share=0.76, n=8)
    _even, curve, mark = drawn.data
    assert (list(curve.x), list(curve.y)) == ([0, 0.2, 1], [0, 0.76, 1])
    assert "20% → 76%" in mark.text[0]
    assert dict(zip(mark.x, mark.customdata, strict=True))[0.2] == {"first": 2}  # a part of one
    assert (mark.x[-1], mark.y[-1], mark.customdata[-1]) == (1, 1, {"first": 8})


def test_sankey_bars_split_each_generation_whole_and_open_their_people():
    table = pd.DataFrame({"generation": [0, 1], "people": [10, 40], "carriers": [4, 0]})
    drawn = generation_sankey(table, title="t")
    bars, hits, numbers = drawn.data
    counted = {
        (where["generation"], where["part"]): size
        for where, size in zip(bars.customdata, bars.y, strict=True)
    }
    assert counted == {
        (0, "people"): 10, (0, "ended"): 6, (0, "carriers"): 4,
        (1, "people"): 40, (1, "ended"): 40,
    }  # fmt: skip
    assert list(bars.hovertext) == [
        "Began 10", "6 brought nobody", "4 brought others", "Generation 1 40", "40 brought nobody",
    ]  # fmt: skip
    assert list(numbers.text) == ["10", "6", "4", "40", "40"]
    # What is low is hit beside it, and stands for the same.
    assert list(hits.customdata) == list(bars.customdata)
    assert (list(hits.x), hits.marker.size) == (list(bars.x), 26)
    # A ribbon for each split and for each generation brought.
    assert len(drawn.layout.shapes) == 4
    assert list(drawn.layout.xaxis.ticktext) == ["Began", "Generation 1"]
