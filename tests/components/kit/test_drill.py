"""The drawer: its rows add up to the number, open their people, and leave a trace when taken."""

import io
from dataclasses import replace

import openpyxl
import pandas as pd
import pytest

from components.ask.export import csv_bytes, xlsx_bytes
from components.kit.rows.drill import _file, _typed, rows_table, summary
from data.errors import NotAllowed
from metrics.leads.new_leads import new_leads

ROWS = pd.DataFrame(
    {
        "unit_id": ["1", "2", "3"],
        "person_id": ["P1", "P2", None],
        "name": ["王芳", None, "=1+1"],
        "unit_on": pd.to_datetime(["2026-11-01", "2026-11-02", "2026-11-03"]),
        "numerator": [1.0, 0.0, 1.0],
        "denominator": [1.0, 1.0, 1.0],
        "is_mature": [True, True, False],
    }
)


@pytest.fixture(autouse=True)
def chinese(monkeypatch):
    monkeypatch.setenv("EDULENS_LANG", "zh")


def test_summary_is_the_figure_and_tells_what_is_not_counted():
    rate = replace(new_leads, kind="proportion", unit="ratio")
    assert summary(rate, ROWS) == "**3 条** · 1 ÷ 2 = **50.00%** · 未成熟 1 条，尚未计入"
    assert summary(new_leads, ROWS).startswith("**3 条** · Σ = **1 条**")


def test_days_come_back_from_the_browser_as_days():
    typed = _typed({"unit_on": "2026-11-21", "channel_id": "2026-11-21", "campus_id": None})
    assert str(typed["unit_on"]) == "2026-11-21"
    assert not isinstance(typed["unit_on"], str)
    assert (typed["channel_id"], typed["campus_id"]) == ("2026-11-21", None)


def table() -> None:
    from components.kit.rows.drill import rows_table
    from tests.components.kit.test_drill import ROWS

    rows_table(ROWS)


def test_table_links_to_people_and_leaves_out_what_says_nothing(served):
    assert rows_table.__module__ == "components.kit.rows.drill"
    at = served.run(table)
    assert not at.exception
    shown = at.dataframe[0].value
    assert list(shown["open"])[:2] == ["/person?person_id=P1", "/person?person_id=P2"]
    assert pd.isna(shown["open"][2])
    assert "denominator" not in shown  # a one in every row
    assert "stage" not in shown


def opened() -> None:
    import streamlit as st

    from components.kit.choices.filters import current_filters
    from components.kit.rows.drill import open_rows
    from metrics.leads.new_leads import new_leads

    where = st.session_state.get("where")
    open_rows(new_leads, current_filters(), where=where, title="某*渠道")


def test_drawer_lists_the_rows_of_the_mark_that_was_clicked(served):
    at = served.run(opened)
    assert len(at.dataframe[0].value) == 2
    at.session_state["where"] = {"channel_id": "sem", "unit_on": "2026-11-18"}
    at.run()
    assert not at.exception
    assert list(at.dataframe[0].value["name"]) == ["赵敏"]


def test_drawer_of_nothing_says_so(served):
    at = served.run(opened)
    at.session_state["where"] = {"channel_id": "moon"}
    at.run()
    assert not at.exception
    assert not at.dataframe
    assert any("没有记录" in text.value for text in at.markdown)


def test_names_come_masked_to_roles_without_personal_rights(served):
    at = served.run(opened, "eye")
    assert all("*" in name for name in at.dataframe[0].value["name"])


def test_drawer_shows_no_phone_numbers(served):
    assert "phone" not in served.run(opened).dataframe[0].value


def test_a_file_is_logged_before_it_is_given(served):
    logged = {"user": "manager", "subject": "new_leads", "kind": "xlsx", "where": {"a": 1}}
    book = openpyxl.load_workbook(io.BytesIO(_file(lambda: ROWS, xlsx_bytes, logged)))
    assert book.worksheets[0].max_row == 4
    line = served.accounts.audit.lines(action="export")[0]
    assert (line.actor, line.subject) == ("manager", "new_leads")
    assert '"rows": 3' in line.detail


def test_a_closed_account_gets_no_file(served):
    served.accounts.disable("eye")
    with pytest.raises(NotAllowed):
        _file(lambda: ROWS, csv_bytes, {"user": "eye", "subject": "x", "kind": "csv", "where": {}})
