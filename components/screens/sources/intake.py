"""What arrived, and what was refused, with the reason and the line."""

from __future__ import annotations

from functools import partial

import streamlit as st

from components.ask.audit import record_export
from components.ask.export import CSV_TYPE, csv_bytes
from components.ask.session import current_viewer
from components.kit.rows.table import lines_height, whole_column
from components.kit.states import nothing_to_show
from components.screens.sources.refusals import row_refusal
from components.screens.sources.rights import require_imports
from components.screens.sources.upload import heading, table_title
from components.words.formats import moment, number
from components.words.i18n import N_, _
from data.contracts import CONTRACTS
from data.installation.process import installation
from data.scope import role
from data.sources.history import load_history, refused_by_reason, refused_rows

_SOURCES = {"sample": N_("Sample institution")}


def _titles(tables: list[str]) -> list[str]:
    return [table_title(name) if name in CONTRACTS else name for name in tables]


def history_panel() -> None:
    """The newest loads."""
    require_imports(current_viewer())
    loads = load_history(installation().store)
    if loads.empty:
        nothing_to_show(_("Nothing has arrived yet."), _("Import a file above."))
        return
    shown = loads.assign(
        loaded_at=[moment(at) for at in loads["loaded_at"]],
        actor=loads["actor"].replace({"": None}),
        source=[_(_SOURCES.get(name, name)) for name in loads["source"]],
        table_name=_titles(list(loads["table_name"])),
    )
    st.dataframe(
        shown,
        hide_index=True,
        height=lines_height(len(shown), 8),
        placeholder="—",
        key="sources_history",
        column_config={
            "loaded_at": _("Loaded"),
            "source": _("Source"),
            "actor": _("By"),
            "table_name": _("Table"),
            "rows": whole_column(heading("rows")),
            "inserted": whole_column(heading("new")),
            "updated": whole_column(heading("updates")),
            "duplicate": whole_column(heading("duplicates")),
            "quarantined": whole_column(heading("rejected")),
        },
    )


def quarantine_panel() -> None:
    """Refused rows by reason, and the rows themselves, masked for roles that see no names."""
    viewer = current_viewer()
    require_imports(viewer)
    personal = role(viewer.role).personal
    reasons = refused_by_reason(installation().store, personal=personal)
    if reasons.empty:
        st.success(_("No row was refused."), icon=":material/check_circle:")
        return
    st.caption(
        _(
            "{n} rows were refused; their neighbours were taken. Mend them and import again.",
            n=number(int(reasons["rows"].sum()), exact=True),
        )
    )
    shown = reasons.drop(columns=["quarantined_at", "reason_code"]).assign(
        table_name=_titles(list(reasons["table_name"])),
        reason=[
            row_refusal(str(reason), table)
            for reason, table in zip(reasons["reason"], reasons["table_name"], strict=True)
        ],
    )
    st.dataframe(
        shown,
        hide_index=True,
        key="sources_refused",
        column_config={
            "table_name": _("Table"),
            "reason": _("Reason"),
            "rows": heading("rows"),
            "first_line": _("First line"),
        },
    )
    st.download_button(
        _("Download the refused rows"),
        partial(_refused_file, viewer.user),
        file_name="refused.csv",
        mime=CSV_TYPE,
        icon=":material/download:",
        on_click="ignore",
        key="sources_refused_file",
    )


def _refused_file(user: str) -> bytes:
    """The refused rows as a file; runs outside the script, when the browser asks for it."""
    opened = installation()
    viewer = opened.accounts.viewer(user)
    require_imports(viewer)
    personal = role(viewer.role).personal
    rows = refused_rows(opened.store, personal=personal)
    record_export(user, subject="refused rows", rows=len(rows), kind="csv", personal=personal)
    return csv_bytes(rows)
