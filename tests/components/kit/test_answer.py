"""What a comparison may claim, and what an answer shows of its evidence."""

import pytest

from components.kit.answer import change, evidence, separable
from metrics.foundation.registry import Metric


def metric(kind: str = "proportion", unit: str = "ratio", better: int = 1) -> Metric:
    """A metric of some kind."""
    return Metric(
        name="m", title="M", kind=kind, unit=unit, grain="lead", family="f",
        units=lambda facts: facts, better=better,
    )  # fmt: skip


def figure(value, low=None, high=None, n=100, immature=0):
    """A row of figures."""
    return {"value": value, "low": low, "high": high, "n": n, "immature": immature}


@pytest.fixture(autouse=True)
def chinese(monkeypatch):
    monkeypatch.setenv("EDULENS_LANG", "zh")
    monkeypatch.setattr("components.kit.answer.sources", lambda names: [])


def test_intervals_that_overlap_cannot_be_separated():
    assert not separable(figure(0.3, 0.25, 0.35), figure(0.36, 0.34, 0.4))
    assert separable(figure(0.3, 0.25, 0.33), figure(0.36, 0.34, 0.4))
    assert separable(figure(10), figure(11))  # a sum has no interval: it is exact


def test_change_says_cannot_be_separated_rather_than_better():
    found = change(metric(), figure(0.3, 0.25, 0.35), figure(0.28, 0.23, 0.33))
    assert (found.verdict, found.direction) == ("unclear", 1)
    assert found.text == "+2.0 个百分点 · 看不出差别"


def test_change_judges_by_what_is_better_for_the_metric():
    up, down = figure(0.5, 0.45, 0.55), figure(0.3, 0.25, 0.35)
    assert change(metric(), up, down).verdict == "better"
    assert change(metric(better=-1), up, down).verdict == "worse"
    assert change(metric(better=0), up, down).verdict == "same"
    assert change(metric(), down, up).verdict == "worse"


def test_change_gives_no_verdict_on_a_small_sample():
    found = change(metric(), figure(0.9, 0.8, 0.95, n=29), figure(0.1, 0.05, 0.2))
    assert found.verdict == "unclear"
    assert "样本太少" in found.text


def test_change_against_nothing_is_not_comparable():
    sums = metric("sum", "cny")
    assert change(sums, figure(5.0), figure(0.0)).text == "无法比较"
    assert change(metric(), figure(None), figure(0.3, 0.2, 0.4)).verdict == "unclear"


def test_change_of_nothing_is_neither_better_nor_worse():
    assert change(metric("sum", "cny"), figure(5.0), figure(5.0)).verdict == "same"


def test_evidence_tells_n_interval_and_what_is_immature():
    text = evidence(metric(), figure(0.3, 0.25, 0.35, n=1284, immature=212))
    assert text == "n = 1,284 · 95% 25–35% · 未成熟 212"


def test_evidence_says_when_there_are_too_few():
    text = evidence(metric(), figure(0.5, 0.2, 0.8, n=8))
    assert "样本太少：目前成熟 8 条，至少需要 30 条才能判断。" in text


def card() -> None:
    from components.ask import query
    from components.kit.answer import answer_card
    from components.kit.choices.filters import current_filters
    from components.kit.figures import FigureCard, figure_cards
    from metrics.leads.new_leads import new_leads

    filters = current_filters()
    row = query.run(new_leads, filters).iloc[0]
    before = {**row, "value": 0.0}
    answer_card(
        "两条 \\*线索\\*", metric=new_leads, figure=row, filters=filters, key="a",
        previous=before, against="环比",
    )  # fmt: skip
    cards = [FigureCard(metric=new_leads, figure=row, previous=before, trend=[1, None, 2])]
    figure_cards(cards * 2, filters=filters, key="f")


def test_card_opens_the_rows_that_make_its_figure(served):
    at = served.run(card)
    assert not at.exception
    assert at.metric[0].value == "2 条"
    at.button(key="a_rows").click().run()
    assert not at.exception
    assert any("**2 条**" in text.value and "Σ" not in text.value for text in at.markdown)
    rows = at.dataframe[0].value
    assert sorted(rows["name"]) == ["王芳", "赵敏"]


def test_card_of_a_campus_head_holds_no_other_campus(served):
    at = served.run(card, "head")
    at.button(key="f_1_rows").click().run()
    assert not at.exception
    assert list(at.dataframe[0].value["name"]) == ["王芳"]


def test_card_shows_definition_and_sql_when_opened(served):
    at = served.run(card)
    assert not at.code
    at.session_state["a_definition"] = True
    at.run()
    assert "SELECT" in at.code[0].value
