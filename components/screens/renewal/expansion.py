"""The expansion view: who adds a subject, and what the families are worth now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property

import pandas as pd
import streamlit as st

from components.ask import query
from components.kit.answer import answer_card
from components.kit.charts.chart import show
from components.kit.charts.waterfall import waterfall
from components.kit.figures import FigureCard, figure_cards
from components.kit.page import Nothing
from components.kit.rows.drill import open_rows
from components.kit.rows.table import clickable_table, lines_height, share_column, whole_column
from components.kit.states import nothing_to_show
from components.kit.todo import Task, draw_tasks
from components.screens.renewal.behind import open_retention_part
from components.screens.renewal.cards import monthly
from components.screens.renewal.reading import Reading
from components.screens.renewal.todo import HEADS, TEACHERS
from components.words.formats import days_range, escape, money, number, percent
from components.words.i18n import N_, _
from data.scope import Filters, Period
from metrics.foundation.separation import LEAST_MATURE
from metrics.renewal.expansion import (
    expansion_eligible,
    expansion_rate,
    next_subjects,
    retention_sums,
)

PARTS = {
    "expansion": N_("more from those who stayed"),
    "contraction": N_("less from those who stayed"),
    "churn": N_("those who left"),
}
_LEAST_PAIR = 10  # students below which a pair of subjects is luck


@dataclass
class Expansion:
    """What the view reads."""

    reading: Reading

    @cached_property
    def retention(self) -> pd.Series:
        """Net revenue retention of the judged days, in its parts."""
        reading = self.reading
        return query.fetch(retention_sums, reading.judged, scope=reading.scope).iloc[0]

    @cached_property
    def pairs(self) -> pd.DataFrame:
        """Which subject is followed by which."""
        return query.fetch(next_subjects, self.reading.filters, scope=self.reading.scope)

    @property
    def known_pairs(self) -> pd.DataFrame:
        """Pairs that enough students took, the most frequent first."""
        return self.pairs[self.pairs["students"] >= _LEAST_PAIR]


@query.remembered
def expansion_of(reading: Reading) -> Expansion:
    """What the view reads, once for all its parts."""
    return Expansion(reading)


def without_expansion(reading: Reading) -> Nothing | None:
    """Why the view has nothing to show; None where it has."""
    if reading.figure(expansion_rate)["denominator"]:
        return None
    return Nothing(_("Nobody had a running enrolment when these months began."))


def expansion_answer(reading: Reading) -> None:
    """Draw the answer card."""
    answer_card(
        expansion_sentence(expansion_of(reading)).replace("$", r"\$"),
        metric=expansion_rate,
        figure=reading.figure(expansion_rate),
        filters=reading.judged,
        key="expansion",
        previous=reading.figures(expansion_rate, reading.before).iloc[0],
        against=_("vs. {days}", days=days_range(reading.before.period)),
    )


def expansion_cards(reading: Reading) -> None:
    """Draw the rate with its trend, and how many are ready."""
    rate = FigureCard(
        metric=expansion_rate,
        figure=reading.figure(expansion_rate),
        title=_("Expansion rate, a month"),
        trend=monthly(reading.figures(expansion_rate, reading.year, "unit_on")),
    )
    stock = FigureCard(
        metric=expansion_eligible, figure=_ready(reading), filters=_everybody(reading)
    )
    figure_cards([rate, stock], filters=reading.judged, key="expansion_card")


def _ready(reading: Reading) -> pd.Series:
    return reading.figures(expansion_eligible, _everybody(reading)).iloc[0]


def _everybody(reading: Reading) -> Filters:
    ever = Period(start=date(2000, 1, 1), end=reading.today + timedelta(days=1))
    return replace(reading.filters, period=ever, comparison=None)


def expansion_todo(reading: Reading) -> None:
    """Draw what the figures carry."""
    ready = int(_ready(reading)["value"])
    draw_tasks(_tasks(expansion_of(reading), ready), today=reading.today)


def retained(sums: pd.Series) -> float | None:
    """Net revenue retention; missing without an opening."""
    return float(sums["closing"] / sums["opening"]) if sums["opening"] else None


def expansion_sentence(found: Expansion) -> str:
    """How many add a subject, what the families there are worth now, and the usual step."""
    figure, sums = found.reading.figure(expansion_rate), found.retention
    said = _(
        "{rate} of students add a subject in a month ({days})",
        rate=percent(figure["value"]),
        days=escape(days_range(found.reading.judged.period)),
    )
    share = retained(sums)
    if share is not None:
        said += _(
            "; of {opening} a month at the start {closing} is left ({share}), {churn} went with"
            " those who left.",
            churn=money(sums["churn"]),
            opening=money(sums["opening"]), closing=money(sums["closing"]), share=percent(share),
        )  # fmt: skip
    pairs = found.known_pairs
    if not pairs.empty:
        best = pairs.sort_values("lift", ascending=False).iloc[0]
        said += "\n\n" + _(
            "The likeliest step: from “{subject}” to “{next}”, {lift} times as often as usual,"
            " after {days} days in the middle ({n} students).",
            subject=escape(best["subject"]), next=escape(best["next_subject"]),
            lift=f"{best['lift']:.1f}", days=number(best["median_days"]),
            n=number(best["students"], exact=True),
        )  # fmt: skip
    return said


def retention_picture(reading: Reading) -> None:
    """Draw what the families there at the start are worth now, part by part."""
    found = expansion_of(reading)
    sums, share = found.retention, retained(found.retention)
    if share is None:
        nothing_to_show(_("Nobody had a running enrolment when these months began."))
        return
    signs = {"expansion": 1, "contraction": -1, "churn": -1}
    parts = pd.DataFrame(
        [
            {"name": _(words), "change": signs[p] * sums[p], "where": {"part": p}}
            for p, words in PARTS.items()
        ]
    )
    finding = _(
        "Net revenue retention {share}: {n} of {all} persons stayed",
        share=percent(share), n=number(sums["stayed"], exact=True),
        all=number(sums["persons"], exact=True),
    )  # fmt: skip
    clicked = show(
        waterfall(
            parts, before=float(sums["opening"]), after=float(sums["closing"]),
            before_name=_("Worth a month, then"), after_name=_("Worth a month, now"), unit="cny",
            title=finding, before_where={"part": "opening"}, after_where={"part": "closing"},
        ),
        key="expansion_waterfall", alt=finding, clickable=True,
    )  # fmt: skip
    if clicked:
        part = clicked["part"]
        words = {"opening": _("Worth a month, then"), "closing": _("Worth a month, now")}
        open_retention_part(reading, part, title=words.get(part) or _(PARTS[part]))
    st.caption(
        _(
            "Persons there at the start only; those who came since are worth {fresh} a month"
            " more. A month's worth is the price over the length of the enrolment.",
            fresh=money(sums["fresh"]),
        ).replace("$", r"\$")
    )


def subject_pairs(reading: Reading) -> None:
    """Draw which subject follows which; a line opens who is ready for it."""
    st.markdown(f"##### {_('From one subject to the next')}")
    pairs = expansion_of(reading).pairs.head(20)
    if pairs.empty:
        nothing_to_show(_("Nobody has bought a second subject yet."))
        return
    column = st.column_config
    clicked = clickable_table(
        pairs[["subject", "next_subject", "students", "support", "lift", "median_days"]],
        key="expansion_pairs",
        height=lines_height(len(pairs), 10),
        column_config={
            "subject": column.TextColumn(_("Subject")),
            "next_subject": column.TextColumn(_("Next subject")),
            "students": column.NumberColumn(_("Students"), format="localized"),
            "support": share_column(_("Of those with the first")),
            "lift": column.NumberColumn(_("Against the usual"), format="%.2f ×"),
            "median_days": whole_column(_("Days between, median")),
        },
        alt=_("Which subject follows which, the most frequent first."),
    )  # fmt: skip
    st.caption(_("Pick a line to see who is ready for it. An association, not a cause."))
    if clicked is not None:
        row = pairs.iloc[clicked[0]]
        open_rows(
            expansion_eligible,
            _everybody(reading),
            where={"course_line": row["subject"]},
            title=_("Ready for “{subject}”", subject=row["next_subject"]),
        )


def _tasks(found: Expansion, ready: int) -> Iterator[Task]:
    pairs, sums = found.known_pairs, found.retention
    if not pairs.empty and ready >= LEAST_MATURE:
        best = pairs.sort_values("lift", ascending=False).iloc[0]
        yield Task(
            _(
                "Offer “{next}” to those in “{subject}” who have been there for two months.",
                subject=escape(best["subject"]), next=escape(best["next_subject"]),
            ),
            TEACHERS, 14,
            _("{share} of them take it", share=percent(best["support"])),
        )  # fmt: skip
    if sums["contraction"] > 0:
        yield Task(
            _("Ask those who went to a smaller course why: they stayed, but pay less."),
            HEADS, 30, _("{amount} a month", amount=money(sums["contraction"])),
        )  # fmt: skip
