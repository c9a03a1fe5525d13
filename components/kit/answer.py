"""An answer: one sentence, what it rests on, and the way to its rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import streamlit as st

from components.ask import query
from components.kit.freshness import in_words, sources
from components.kit.rows.columns import named
from components.kit.rows.drill import download_buttons, open_rows
from components.kit.states import ENOUGH, too_few
from components.kit.unheeded import unheeded
from components.words.formats import delta, interval, is_missing, number, value
from components.words.i18n import N_, _
from data.scope import Filters
from metrics.foundation.registry import Metric

Figure = Mapping[str, Any] | pd.Series
_FORMULAS = {
    "count": N_("Σ numerator: units are counted, each once."),
    "sum": N_("Σ numerator: amounts are added, exact to the cent."),
    "proportion": N_("Σ numerator ÷ Σ denominator over mature units; Wilson 95% interval."),
    "ratio": N_("Σ numerator ÷ Σ denominator, a ratio of sums; linearised 95% interval."),
    "duration": N_("Kaplan–Meier quantiles; what has not happened yet is kept as open."),
}


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One of the institution's questions, answered by a sentence and the figure it stands on.

    ``question`` is in English, to be translated; ``where`` and ``options`` say which rows
    stand behind the figure, as for `open_rows`; ``page`` is where more of it is read.
    ``opens`` opens the rows where they are no metric's.
    """

    number: int
    question: str
    sentence: str
    metric: Metric
    figure: Figure
    filters: Filters
    where: Mapping[str, object] | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    page: str = ""
    opens: Callable[[], None] | None = None


@dataclass(frozen=True)
class Change:
    """A figure against another: the words, and whether it is better, worse or unclear."""

    text: str
    verdict: str  # "better", "worse", "same", "unclear"
    direction: int


def answer_card(
    sentence: str,
    *,
    metric: Metric,
    figure: Figure,
    filters: Filters,
    key: str,
    where: Mapping[str, object] | None = None,
    previous: Figure | None = None,
    against: str = "",
    **options: Any,
) -> None:
    """Draw the answer to the page's question.

    Parameters
    ----------
    sentence
        Markdown in the reader's language; data in it must be `escape`d.
    figure
        One row of `query.run`: ``value``, ``low``, ``high``, ``n``, ``immature``.
    previous, against
        The figure compared with, and what it is called ("previous period").
    where, options
        Which rows stand behind the figure, as for `open_rows`.
    """
    with st.container(border=True, key=f"{key}_answer"):
        st.markdown(f"### {sentence}")
        if previous is not None:
            comparison_chip(metric, figure, previous, against)
        st.caption(evidence(metric, figure))
        if said := unheeded(metric, filters, options):
            st.caption(said)
        with st.container(horizontal=True, gap="small"):
            if st.button(_("See the rows"), icon=":material/table_rows:", key=f"{key}_rows"):
                open_rows(metric, filters, where=where, **options)
            definition_button(metric, filters, key=key, **options)
            with st.popover(_("Export"), icon=":material/download:", key=f"{key}_export"):
                scope = query.current_scope()

                def taken() -> pd.DataFrame:
                    rows = query.list_rows(metric, filters, where=where, scope=scope, **options)
                    return named(rows, scope)

                download_buttons(
                    taken,
                    subject=metric.name,
                    key=f"{key}_file",
                    where=where,
                )


def evidence(metric: Metric, figure: Figure) -> str:
    """What a figure rests on: n, interval, what is immature, whether sources are fresh."""
    parts = [f"n = {number(figure['n'], exact=True)}"]
    if not is_missing(figure.get("low")):
        parts.append(f"95% {interval(figure['low'], figure['high'], metric.unit)}")
    if figure.get("immature", 0):
        parts.append(_("{n} immature", n=number(figure["immature"], exact=True)))
    if metric.kind == "proportion" and figure["n"] < ENOUGH:
        parts.append(too_few(int(figure["n"])))
    parts.append(in_words(sources(metric.sources)))
    return " · ".join(part for part in parts if part).replace("$", r"\$")


def definition_button(metric: Metric, filters: Filters, *, key: str, **options: Any) -> None:
    """What the number means: definition, formula, sources and the SQL as it ran."""
    with st.popover(
        _("Definition"), icon=":material/menu_book:", key=f"{key}_definition", on_change="rerun"
    ) as opened:
        if not opened.open:
            return
        st.markdown(f"**{_(metric.title)}**")
        st.markdown(_(metric.definition))
        st.caption(_(_FORMULAS[metric.kind]))
        st.caption(in_words(sources(metric.sources)))
        st.code(
            query.sql_of(metric, filters, **options), language="sql", wrap_lines=True, height=220
        )


def change(metric: Metric, figure: Figure, previous: Figure) -> Change:
    """How a figure differs from another, in words.

    Intervals that overlap say "cannot be separated"; a rate of fewer than `ENOUGH`
    units gets no verdict; where neither way is better, neither is claimed.
    """
    text = delta(figure["value"], previous["value"], metric.unit)
    if text == "—":
        return Change(_("not comparable"), "unclear", 0)
    difference = float(figure["value"]) - float(previous["value"])
    direction = (difference > 0) - (difference < 0)
    if metric.kind == "proportion" and min(figure["n"], previous["n"]) < ENOUGH:
        return Change(f"{text} · {_('too few to judge')}", "unclear", direction)
    if not separable(figure, previous):
        return Change(f"{text} · {_('cannot be separated')}", "unclear", direction)
    if direction == 0 or metric.better == 0:
        return Change(text, "same", direction)
    return Change(text, "better" if direction == metric.better else "worse", direction)


def separable(one: Figure, other: Figure) -> bool:
    """Whether two figures' 95 % intervals stay apart; without intervals they count as exact."""
    if any(is_missing(f.get(edge)) for f in (one, other) for edge in ("low", "high")):
        return True
    return bool(one["low"] > other["high"] or one["high"] < other["low"])


_VERDICTS = {
    "better": ("green", N_("better")),
    "worse": ("red", N_("worse")),
    "same": ("gray", ""),
    "unclear": ("gray", ""),
}
_ARROWS = {1: ":material/north_east:", 0: ":material/east:", -1: ":material/south_east:"}


def comparison_chip(metric: Metric, figure: Figure, previous: Figure, against: str) -> None:
    """A difference as a chip: arrow, amount, against what, and better or worse in words."""
    found = change(metric, figure, previous)
    colour, verdict = _VERDICTS[found.verdict]
    words = [against, found.text, _(verdict)]
    was = _("was {figure}", figure=value(previous["value"], metric.unit))
    st.badge(
        " ".join(w for w in words if w).replace("$", r"\$"),
        icon=_ARROWS[found.direction],
        color=colour,
        help=was,
    )
