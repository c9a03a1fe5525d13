"""The drawer with the rows behind a number: they add up to it, each opens its person."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from components.ask import query
from components.ask.audit import record_export
from components.ask.export import CSV_TYPE, XLSX_TYPE, csv_bytes, xlsx_bytes
from components.ask.session import current_viewer
from components.kit.rows.columns import grain_label, label, named, stage_label
from components.kit.states import nothing_to_show
from components.words.formats import escape, number, value
from components.words.i18n import N_, _
from data.scope import Filters
from metrics.foundation.registry import Metric
from metrics.models.kaplan_meier import kaplan_meier

PAGE = 20  # rows at a time
PERSON_URL = "/person?person_id="
_SORTS = {
    "newest": (N_("Newest first"), "unit_on", False),
    "oldest": (N_("Oldest first"), "unit_on", True),
    "largest": (N_("Largest first"), "numerator", False),
    "name": (N_("By name"), "name", True),
}
_SHOWN = (
    "name", "grain", "unit_on", "stage", "campus", "channel", "course_line", "amount", "numerator",
    "denominator", "is_mature",
)  # fmt: skip
Rows = Callable[[], pd.DataFrame]


def open_rows(
    metric: Metric,
    filters: Filters,
    *,
    where: Mapping[str, object] | None = None,
    title: str = "",
    **options: Any,
) -> None:
    """Open the drawer with the units behind a figure; call it when something was clicked.

    Parameters
    ----------
    where
        Columns of the units and the value, or several, that name the rows: what a chart's
        mark carries as ``customdata``. Days may be text, as they come back from the browser.
    title
        What was clicked, in the reader's language; the metric's title without it.
    options
        The metric's own options, as for `query.run`.
    """
    named_rows = _typed(where or {})
    heading = escape(title or _(metric.title))
    draw = partial(_drawer, metric, filters, named_rows, options)
    st.dialog(heading, width="large", position="right", icon=":material/table_rows:")(draw)()


def _drawer(
    metric: Metric, filters: Filters, where: dict[str, object], options: dict[str, Any]
) -> None:
    rows = named(query.list_rows(metric, filters, where=where, **options))
    if rows.empty:
        nothing_to_show(_("No rows stand behind this figure."))
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.markdown(summary(metric, rows))
        st.space("stretch")
        sort = st.selectbox(
            _("Order"),
            [name for name, (_words, column, _up) in _SORTS.items() if column in rows],
            format_func=lambda name: _(_SORTS[name][0]),
            key="drill_order",
            width=180,
            label_visibility="collapsed",
        )
    _text, column, ascending = _SORTS[sort]
    ordered = rows.sort_values([column, "unit_id"], ascending=[ascending, True], kind="stable")
    pages = -(-len(ordered) // PAGE)
    slot = st.container()
    page = st.pagination(pages, key=f"drill_page_{sort}") if pages > 1 else 1
    with slot:
        rows_table(ordered.iloc[(page - 1) * PAGE : page * PAGE], unit=metric.unit)
    download_buttons(lambda: rows, subject=metric.name, key="drill", where=where)


def summary(metric: Metric, rows: pd.DataFrame) -> str:
    """What the rows add up to: the very figure they stand behind."""
    counted = rows[rows["is_mature"]]
    top, bottom = counted["numerator"].sum(), counted["denominator"].sum()
    parts = [f"**{_('{n} rows', n=number(len(rows), exact=True))}**"]
    if metric.kind == "count" and top == len(rows):
        pass  # the rows are the figure
    elif metric.kind in ("count", "sum"):
        parts.append(f"Σ = **{value(top, metric.unit, exact=True)}**")
    elif metric.kind == "duration":
        curve = kaplan_meier(counted["amount"], ~counted["censored"].astype(bool))
        parts.append(_("half by **{time}**", time=value(curve.quantile(0.5), metric.unit)))
        still = number(len(counted) - curve.happened, exact=True)
        parts.append(_("{n} still open", n=still))
    elif bottom:
        figure = value(top / bottom, metric.unit, exact=True)
        above, below = number(top, exact=True), number(bottom, exact=True)
        parts.append(f"{above} ÷ {below} = **{figure}**")
    immature = len(rows) - len(counted)
    if immature:
        parts.append(_("{n} immature, not counted yet", n=number(immature, exact=True)))
    return " · ".join(parts).replace("$", r"\$")


def rows_table(rows: pd.DataFrame, *, unit: str = "", key: str | None = None) -> None:
    """Rows as a table, each with a link to its person; columns that say nothing are left out."""
    shown = rows if "campus" in rows else named(rows)
    columns = [c for c in _SHOWN if c in shown and _says_something(shown[c])]
    table = shown[columns].copy()
    if "grain" in table:
        table["grain"] = table["grain"].map(grain_label)
    if "stage" in table:
        table["stage"] = table["stage"].map(stage_label)
    settings: dict[str, Any] = {c: st.column_config.Column(label(c)) for c in columns}
    for column in ("numerator", "denominator", "amount"):
        if column in columns:
            is_money = unit == "cny" and column != "denominator"
            title = _("Yuan") if is_money else label(column)
            shape = "%.2f" if is_money else "localized"
            settings[column] = st.column_config.NumberColumn(title, format=shape)
    if "unit_on" in columns:
        settings["unit_on"] = st.column_config.DateColumn(label("unit_on"), format="YYYY-MM-DD")
    if "is_mature" in columns:
        settings["is_mature"] = st.column_config.CheckboxColumn(label("is_mature"))
    if "person_id" in shown and shown["person_id"].notna().any():
        table.insert(0, "open", person_links(shown["person_id"]))
        settings["open"] = person_column()
    st.dataframe(
        table,
        hide_index=True,
        height="content",
        column_config=settings,
        key=key,
        alt=_("{n} rows, one a line", n=number(len(rows), exact=True)),
    )


def person_links(people: Iterable[str | None]) -> list[str | None]:
    """The address of each person's page; none of a row without a person."""
    return [None if pd.isna(person) else f"{PERSON_URL}{person}" for person in people]


def person_column() -> Any:
    """The column of `person_links`: an icon that opens the page."""
    return st.column_config.LinkColumn(
        _("Person"), display_text=":material/person_search:", width=70
    )


def _says_something(column: pd.Series) -> bool:
    """Whether a column differs from what every row has anyway: a one, a nought, a yes."""
    if column.name == "grain":
        return column.nunique() > 1  # a ratio's two sides
    if column.name == "is_mature":
        return not column.all()
    if column.name in ("numerator", "denominator"):
        return not (len(column) and column.nunique() == 1 and float(column.iloc[0]) in (0.0, 1.0))
    return bool(column.notna().any())


def download_buttons(
    rows: Rows, *, subject: str, key: str, where: Mapping[str, object] | None = None
) -> None:
    """CSV and XLSX of all rows; made and logged when they are fetched."""
    viewer = current_viewer()
    makers = (
        ("csv", csv_bytes, CSV_TYPE, N_("Download CSV")),
        ("xlsx", xlsx_bytes, XLSX_TYPE, N_("Download XLSX")),
    )
    with st.container(horizontal=True):
        for kind, make, mime, words in makers:
            st.download_button(
                _(words),
                partial(
                    _file,
                    rows,
                    make,
                    {"user": viewer.user, "subject": subject, "kind": kind, "where": where or {}},
                ),
                file_name=f"{subject}.{kind}",
                mime=mime,
                on_click="ignore",
                icon=":material/download:",
                key=f"{key}_{kind}",
            )


def _file(
    rows: Rows,
    make: Callable[[pd.DataFrame], bytes],
    logged: dict[str, Any],
) -> bytes:
    """A file's bytes; runs outside the script, when the browser asks for it."""
    taken = rows()
    record_export(rows=len(taken), **logged)
    return make(taken)


def _typed(where: Mapping[str, object]) -> dict[str, object]:
    """What a mark stands for: days are days again, and several values a tuple."""
    return {
        name: tuple(_value(name, one) for one in said)
        if isinstance(said, list | tuple)
        else _value(name, said)
        for name, said in where.items()
    }


def _value(name: str, said: object) -> object:
    is_day = name.endswith("_on") and isinstance(said, str)
    return date.fromisoformat(str(said)) if is_day else said
