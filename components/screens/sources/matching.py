"""Matching a file's columns by hand, and keeping the match under a name for the next file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd
import streamlit as st

from components.ask.session import current_viewer
from components.screens.sources.refusals import file_refusal
from components.screens.sources.rights import require_imports
from components.words.formats import escape
from components.words.i18n import _, language
from data.contracts import CONTRACTS
from data.contracts.schema import Contract
from data.errors import EduLensError
from data.installation.process import installation
from data.sources.headers import match_headers
from data.sources.mapping import save_mapping

_FAILED = "sources_mapping_failed"


def matching_panel(headers: Sequence[str], table: str, *, is_needed: bool = False) -> None:
    """Draw which header stands for which column of a table, and keep it under a name.

    ``headers`` are the file's; ``table`` is empty where none is picked yet; where the file
    cannot be read without a match it ``is_needed`` and open.
    """
    with st.expander(
        _("Match columns by hand"), icon=":material/join_inner:", key="sources_matching",
        on_change="rerun", expanded=is_needed,
    ) as panel:  # fmt: skip
        if not panel.open:
            return
        if not table:
            st.caption(_("Pick the table above first."))
            return
        contract = CONTRACTS[table]
        chosen = _editor(contract, headers)
        missing = missing_columns(contract, chosen)
        if missing:
            st.caption(_("Still to match: {columns}", columns=escape(_(", ").join(missing))))
        with st.container(horizontal=True, vertical_alignment="bottom"):
            name = st.text_input(
                _("Name of the mapping"), key="sources_mapping_name", width=260,
                help=_("Letters, digits and _; the next file of this system is read by it."),
            )  # fmt: skip
            st.button(
                _("Keep the mapping"), icon=":material/save:", key="sources_mapping_keep",
                disabled=bool(missing) or not name, on_click=_keep, args=(name, table, chosen),
            )  # fmt: skip
        failure = st.session_state.pop(_FAILED, None)
        if failure:
            st.error(failure, icon=":material/error:")


def missing_columns(contract: Contract, chosen: Mapping[str, str]) -> list[str]:
    """Labels of the columns that rows must have and no header stands for."""
    needed = [c for c in contract.columns if c.required or c.name in contract.key]
    return [_label(c.name, c.label) for c in needed if c.name not in chosen]


def _editor(contract: Contract, headers: Sequence[str]) -> dict[str, str]:
    """The table of columns with the header of each: those recognised are filled in."""
    known = match_headers(contract, headers)
    column, header, needed = _("Column"), _("In the file"), _("Needed")
    frame = pd.DataFrame(
        {
            column: [_label(c.name, c.label) for c in contract.columns],
            needed: [c.required or c.name in contract.key for c in contract.columns],
            header: [known.get(c.name) for c in contract.columns],
        },
        index=pd.Index([c.name for c in contract.columns]),
    ).astype({header: "object"})
    edited = st.data_editor(
        frame, hide_index=True, disabled=[column, needed], height="auto", placeholder="—",
        key=f"sources_matching_{contract.name}_{abs(hash(tuple(headers)))}",
        column_config={
            needed: st.column_config.CheckboxColumn(width="small"),
            header: st.column_config.SelectboxColumn(options=list(headers)),
        },
    )  # fmt: skip
    chosen = edited[header]
    return {str(name): said for name, said in chosen.items() if isinstance(said, str) and said}


def _label(name: str, label: str) -> str:
    return name.replace("_", " ") if language() == "en" else label


def _keep(name: str, table: str, chosen: dict[str, str]) -> None:
    """Before the next run: save, and read the file by what was saved."""
    viewer = current_viewer()
    require_imports(viewer)
    folder = installation().home.mappings
    try:
        save_mapping(Path(folder), name, table, chosen)
    except EduLensError as error:
        st.session_state[_FAILED] = _("Not kept: {reason}", reason=escape(file_refusal(error)))
        return
    installation().accounts.audit.append(actor=viewer.user, action="mapping", subject=name)
    st.session_state["sources_mapping"] = name
