"""Importing files: choose, look at what they would do, take them in."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from components.ask.session import current_viewer
from components.screens.sources.matching import matching_panel
from components.screens.sources.refusals import column_label, file_refusal, row_refusal
from components.screens.sources.rights import require_imports
from components.words.formats import escape, number
from components.words.i18n import N_, _, language
from data.contracts import CONTRACTS
from data.errors import EduLensError
from data.installation.process import installation
from data.sources.command import template
from data.sources.imports import ImportReport, headers_of, import_files
from data.sources.mapping import SHIPPED, find_mapping
from data.sources.preview import TablePreview
from data.sources.workbench import SUFFIXES

BY_HEADERS = ""
_MOST_PROBLEMS = 50
_MOST_HEADERS = 20
_COUNTS = {
    "rows": N_("rows"),
    "new": N_("new"),
    "update": N_("updates"),
    "duplicate": N_("duplicates"),
    "conflict": N_("conflicts"),
    "rejected": N_("rejected"),
}


def _mappings() -> dict[str, str]:
    """Saved mappings: those of this institution, then those that are shipped."""
    folders = [installation().home.mappings, SHIPPED]
    return {path.stem: path.stem for folder in folders for path in sorted(folder.glob("*.toml"))}


def table_title(name: str) -> str:
    """A table in the reader's language."""
    return name.replace("_", " ") if language() == "en" else CONTRACTS[name].label


def heading(words: str) -> str:
    """Words above a column, in the reader's language."""
    said = _(words)
    return said[:1].upper() + said[1:]


def upload_panel() -> None:
    """Files, how they are read, the preview, and the button that takes them in."""
    require_imports(current_viewer())
    files = st.file_uploader(
        _("CSV, Excel, OpenDocument or Parquet files"), type=list(SUFFIXES),
        accept_multiple_files=True, key="sources_files",
    )  # fmt: skip
    left, right = st.columns(2)
    mapping = left.selectbox(
        _("How columns are matched"),
        [BY_HEADERS, *_mappings()],
        format_func=lambda name: name or _("By their headers"),
        key="sources_mapping",
        help=_("By name or Chinese label; or by a saved mapping for files of another system."),
    )
    table = right.selectbox(
        _("Table"),
        [BY_HEADERS, *CONTRACTS],
        format_func=lambda name: table_title(name) if name else _("Told from the headers"),
        key="sources_table",
        disabled=bool(mapping),
    )
    _template_button(table)
    if not files:
        return
    try:
        report = _preview(files, table, mapping)
    except EduLensError as error:
        _unread(files, table, mapping, error)
        return
    _left_out(report)
    _report(report)
    if len(files) == 1 and not mapping:
        part = report.tables[0]
        matching_panel([*part.columns.values(), *part.unmapped], table)
    if st.button(
        _("Import"), type="primary", icon=":material/upload:", key="sources_commit",
        disabled=not any(part.new or part.update for part in report.tables),
    ):  # fmt: skip
        _commit(files, table, mapping)


def _headers(files: Sequence[UploadedFile], mapping: str) -> list[str]:
    """The headers of one file that no mapping reads; none where there is no such file."""
    if len(files) != 1 or mapping:
        return []
    try:
        with _stored(files) as paths:
            return headers_of(paths[0])
    except EduLensError:
        return []


def _unread(files: Sequence[UploadedFile], table: str, mapping: str, error: EduLensError) -> None:
    headers = _headers(files, mapping)
    if not headers:
        st.error(
            _("These files cannot be read: {reason}", reason=escape(file_refusal(error))),
            icon=":material/error:",
        )
        return
    st.warning(
        _(
            "These columns are not those of a table: {columns}. Pick the table, then match them"
            " by hand.",
            columns=escape(_(", ").join(headers[:_MOST_HEADERS])),
        ),
        icon=":material/join_inner:",
    )
    matching_panel(headers, table, is_needed=True)


def _template_button(table: str) -> None:
    if table:
        st.download_button(
            _("Template of this table"),
            template(table),
            file_name=f"{table}.csv",
            mime="text/csv",
            icon=":material/download:",
            type="tertiary",
            on_click="ignore",
            key="sources_template",
        )


def _preview(files: Sequence[UploadedFile], table: str, mapping: str) -> ImportReport:
    """What the files would do; kept for the run in which they did not change."""
    key = (tuple((file.file_id, file.name) for file in files), table, mapping)
    kept = st.session_state.get("sources_preview")
    version = installation().store.version
    if kept is not None and kept[0] == (key, version):
        report: ImportReport = kept[1]
        return report
    with st.spinner(_("Reading…")):
        report = _imported(files, table, mapping, commit=False)
    st.session_state["sources_preview"] = ((key, version), report)
    return report


def _commit(files: Sequence[UploadedFile], table: str, mapping: str) -> None:
    viewer = current_viewer()
    require_imports(viewer)
    with st.status(_("Importing…"), expanded=True) as status:
        report = _imported(files, table, mapping, commit=True, actor=viewer.user)
        installation().accounts.audit.append(
            actor=viewer.user, action="import", subject=", ".join(file.name for file in files)
        )
        loaded = report.loaded
        if loaded is not None:
            st.write(
                _(
                    "{inserted} new, {updated} updated, {duplicate} already there,"
                    " {quarantined} refused.",
                    inserted=number(loaded.inserted, exact=True),
                    updated=number(loaded.updated, exact=True),
                    duplicate=number(loaded.duplicate, exact=True),
                    quarantined=number(loaded.quarantined, exact=True),
                )
            )
        for part in report.unlisted:
            st.warning(
                _(
                    "{n} rows of {table} name a {column} that is not listed: {examples}. Import"
                    " {listed} too.",
                    n=number(part.rows, exact=True), table=table_title(part.table),
                    column=column_label(part.column, part.table),
                    examples=escape(_(", ").join(part.examples)),
                    listed=table_title(part.listed_in),
                )
            )  # fmt: skip
        status.update(label=_("Imported; every figure counts it from now on."), state="complete")


def _imported(
    files: Sequence[UploadedFile], table: str, mapping: str, *, commit: bool, actor: str = ""
) -> ImportReport:
    opened = installation()
    plan = find_mapping(mapping, [opened.home.mappings]) if mapping else None
    with _stored(files) as paths:
        return import_files(
            opened.store, opened.landing, paths, table=table or None, mapping=plan,
            actor=actor, commit=commit,
        )  # fmt: skip


@contextmanager
def _stored(files: Sequence[UploadedFile]) -> Iterator[list[Path]]:
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for place, file in enumerate(files):
            # A name from outside never decides where something is stored.
            inside = Path(folder) / str(place)
            inside.mkdir()
            path = inside / Path(file.name.replace("\\", "/")).name
            path.write_bytes(file.getbuffer())
            paths.append(path)
        yield paths


def _left_out(report: ImportReport) -> None:
    """Say which of several files could not be read; the others can be imported."""
    if report.unread:
        reasons = ("；" if language() == "zh" else "; ").join(map(file_refusal, report.unread))
        st.error(
            _(
                "{n} files were left out: {reasons}",
                n=number(len(report.unread), exact=True), reasons=escape(reasons),
            ),
            icon=":material/error:",
        )  # fmt: skip


def _report(report: ImportReport) -> None:
    titles = _part_titles(report)
    counts = pd.DataFrame(
        [
            {
                _("Table"): title,
                **{heading(words): getattr(part, name) for name, words in _COUNTS.items()},
            }
            for title, part in zip(titles, report.tables, strict=True)
        ]
    )
    st.dataframe(counts, hide_index=True, key="sources_counts")
    for place, (title, part) in enumerate(zip(titles, report.tables, strict=True)):
        if part.unread_sheets:
            st.warning(
                _("{table}: sheets not read: {sheets}.", table=escape(title),
                  sheets=escape(_(", ").join(part.unread_sheets))),
            )  # fmt: skip
        if part.unread_phones:
            st.warning(
                _(
                    "{table}: {n} rows go in without their phone: what stands there is none, or a"
                    " spreadsheet has cut it (1.38E+10).",
                    table=escape(title), n=number(part.unread_phones, exact=True),
                ),
                icon=":material/phone_disabled:",
            )  # fmt: skip
        _columns(part, title, f"sources_columns_{place}")
        if part.problems:
            _problems(part, title, f"sources_problems_{place}")


def _part_titles(report: ImportReport) -> list[str]:
    """Each part's table, with its file where several are of one table."""
    tables = [part.table for part in report.tables]
    return [
        f"{table_title(part.table)} · {', '.join(part.files)}"
        if tables.count(part.table) > 1
        else table_title(part.table)
        for part in report.tables
    ]


def _columns(part: TablePreview, title: str, key: str) -> None:
    with st.expander(_("Columns of {table}", table=escape(title))):
        matched = pd.DataFrame(
            [
                {_("Column"): column_label(ours, part.table), _("In the file"): came}
                for ours, came in part.columns.items()
            ]
        )
        st.dataframe(matched, hide_index=True, key=key)
        if part.unmapped:
            st.caption(
                _("Not used: {columns}", columns=escape(_(", ").join(part.unmapped))),
            )


def _problems(part: TablePreview, title: str, key: str) -> None:
    st.markdown(f"**{_('Rows to look at')} · {escape(title)}**")
    listed = pd.DataFrame(
        [
            {_("Line"): p.line, _("Reason"): row_refusal(p.reason, part.table)}
            for p in part.problems[:_MOST_PROBLEMS]
        ]
    )
    st.dataframe(listed, hide_index=True, key=key)
