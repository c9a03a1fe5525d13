"""Columns matched by hand become a mapping that reads the next file."""

from __future__ import annotations

import pytest

from components.screens.sources.matching import missing_columns
from data.contracts import CONTRACTS
from data.sources.imports import headers_of, import_files
from data.sources.mapping import find_mapping


def matched_by_hand() -> None:
    """A script: the panel for headers of a lead list, already open."""
    import streamlit as st

    from components.screens.sources.matching import matching_panel

    st.session_state.setdefault("sources_matching", True)
    headers = st.query_params.get("headers", "").split(",")
    matching_panel(headers, st.query_params.get("table", ""))


FULL = "线索编号,created_at,校区编号,星座"


def test_a_match_is_kept_under_a_name_and_reads_the_next_file(served, tmp_path):
    at = served.run(matched_by_hand, "manager", headers=FULL, table="leads", lang="en")
    assert not at.exception
    assert at.button(key="sources_mapping_keep").disabled, "it has no name yet"
    at.text_input(key="sources_mapping_name").set_value("our_crm").run()
    at.button(key="sources_mapping_keep").click().run()
    assert not at.exception
    assert at.session_state["sources_mapping"] == "our_crm", "the file is read by it at once"

    path = tmp_path / "next.csv"
    path.write_text(f"{FULL}\n7,2026-01-02,north,天秤\n", "utf-8")
    assert headers_of(path) == FULL.split(",")
    mapping = find_mapping("our_crm", [served.installation.home.mappings])
    report = import_files(
        served.installation.store, served.installation.landing, [path], mapping=mapping
    )
    assert (report.tables[0].table, report.tables[0].new) == ("leads", 1)
    assert report.tables[0].unmapped == ("星座",)
    assert served.accounts.audit.lines(action="mapping")[0].subject == "our_crm"


def test_what_is_missing_is_named_and_nothing_is_kept(served):
    at = served.run(matched_by_hand, "manager", headers="线索编号,星座", table="leads", lang="en")
    assert "campus id" in at.caption[0].value
    assert at.button(key="sources_mapping_keep").disabled


def test_a_name_that_is_none_is_refused_in_words(served):
    at = served.run(matched_by_hand, "manager", headers=FULL, table="leads", lang="en")
    at.text_input(key="sources_mapping_name").set_value("../../x").run()
    at.button(key="sources_mapping_keep").click().run()
    assert "letters, digits" in at.error[0].value
    assert not list(served.installation.home.mappings.iterdir())


def test_a_role_that_may_not_import_keeps_nothing(served):
    at = served.run(matched_by_hand, "eye", headers=FULL, table="leads", lang="en")
    at.text_input(key="sources_mapping_name").set_value("mine").run()
    at.button(key="sources_mapping_keep").click().run()
    assert not list(served.installation.home.mappings.iterdir())


def test_without_a_table_the_reader_is_asked_for_one(served):
    at = served.run(matched_by_hand, "manager", headers=FULL, lang="en")
    assert [c.value for c in at.caption] == ["Pick the table above first."]


@pytest.mark.parametrize("name", sorted(CONTRACTS))
def test_keys_are_needed_in_every_table(name):
    contract = CONTRACTS[name]
    everything = {column.name: "x" for column in contract.columns}
    assert missing_columns(contract, everything) == []
    del everything[contract.key[0]]
    assert len(missing_columns(contract, everything)) == 1
