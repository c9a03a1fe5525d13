"""What arrived, and what was refused, with the reason and the line."""

from __future__ import annotations

import streamlit as st

from components.export import CSV_TYPE, csv_bytes
from components.format import moment, number
from components.i18n import _
from components.sources.upload import table_title
from components.states import nothing_to_show
from data.contracts import CONTRACTS
from data.installation import installation
from data.sources.history import load_history, refused_by_reason, refused_rows


def _titles(tables: list[str]) -> list[str]:
    return [table_title(name) if name in CONTRACTS else name for name in tables]


def history_panel() -> None:
    """The newest loads."""
    loads = load_history(installation().store)
    if loads.empty:
        nothing_to_show(_("Nothing has arrived yet."), _("Import a file above."))
        return
    shown = loads.assign(
        loaded_at=[moment(at) for at in loads["loaded_at"]],
        table_name=_titles(list(loads["table_name"])),
    )
    st.dataframe(
        shown,
        hide_index=True,
        height=300,
        key="sources_history",
        column_config={
            "loaded_at": _("Loaded"),
            "source": _("Source"),
            "actor": _("By"),
            "table_name": _("Table"),
            "rows": st.column_config.NumberColumn(_("rows"), format="localized"),
            "inserted": st.column_config.NumberColumn(_("new"), format="localized"),
            "updated": st.column_config.NumberColumn(_("updates"), format="localized"),
            "duplicate": st.column_config.NumberColumn(_("duplicates"), format="localized"),
            "quarantined": st.column_config.NumberColumn(_("rejected"), format="localized"),
        },
    )


def quarantine_panel() -> None:
    """Refused rows by reason, and the rows themselves to mend and send again."""
    store = installation().store
    reasons = refused_by_reason(store)
    if reasons.empty:
        st.success(_("No row was refused."), icon=":material/check_circle:")
        return
    st.caption(
        _(
            "{n} rows were refused; their neighbours were taken. Mend them and import again.",
            n=number(int(reasons["rows"].sum()), exact=True),
        )
    )
    shown = reasons.drop(columns="quarantined_at").assign(
        table_name=_titles(list(reasons["table_name"]))
    )
    st.dataframe(
        shown,
        hide_index=True,
        key="sources_refused",
        column_config={
            "table_name": _("Table"),
            "reason_code": _("Code"),
            "reason": _("Reason"),
            "rows": _("rows"),
            "first_line": _("First line"),
        },
    )
    st.download_button(
        _("Download the refused rows"),
        lambda: csv_bytes(refused_rows(store)),
        file_name="refused.csv",
        mime=CSV_TYPE,
        icon=":material/download:",
        on_click="ignore",
        key="sources_refused_file",
    )
