"""The legal window of prepaid training, and the prepaid balance rolled forward."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import streamlit as st

from components.ask import query
from components.kit.charts.chart import show
from components.kit.charts.waterfall import waterfall
from components.kit.figures import FigureCard, figure_cards
from components.kit.rows.drill import open_rows, person_column, person_links
from components.kit.rows.table import lines_height, whole_column
from components.kit.states import nothing_to_show
from components.screens.renewal.reading import Reading
from components.words.formats import days_range, money, number
from components.words.i18n import N_, _
from data.scope import Period
from metrics.renewal.legal_window import (
    DAYS_BEFORE,
    LESSONS_LEFT,
    MOST_DAYS,
    MOST_LESSONS,
    charges_beyond_window,
    depletion_rows,
    renewals_before_window,
)
from metrics.renewal.prepaid import MOVEMENTS, RollForward, prepaid_change, roll_forward

WORDS = {
    "charged": N_("charged"),
    "moved_in": N_("moved in"),
    "taught": N_("taught"),
    "refunded": N_("refunded"),
    "released": N_("released at the end"),
}

_OPENING, _CLOSING = "opening", "closing"  # what the outer bars stand for


def legal_panel(reading: Reading) -> None:
    """Draw the two flags with their rows; limits are the viewer's to set."""
    with st.container(horizontal=True, gap="medium"):
        lessons = _limit(_("Lessons a charge"), MOST_LESSONS, "renewal_most_lessons")
        days = _limit(_("Days a charge"), MOST_DAYS, "renewal_most_days")
        left = _limit(_("Lessons left to renew"), LESSONS_LEFT, "renewal_lessons_left")
        before = _limit(_("Days before the next course"), DAYS_BEFORE, "renewal_days_before")
    asked = {
        charges_beyond_window: {"most_lessons": lessons, "most_days": days},
        renewals_before_window: {"lessons_left": left, "days_before": before},
    }
    cards = [
        FigureCard(
            metric=metric,
            figure=query.run(metric, reading.year, scope=reading.scope, **options).iloc[0],
            options=options,
        )
        for metric, options in asked.items()
    ]
    if not any(card.figure["denominator"] for card in cards):
        nothing_to_show(_("No charge for school-age courses in these days: nothing to check."))
        return
    figure_cards(cards, filters=reading.year, key="renewal_legal")
    st.caption(
        _(
            "School-age courses, paid in {days}. Rules differ by province: set the limits above."
            " Courses for adults are never flagged.",
            days=days_range(reading.year.period),
        )
    )


def _limit(label: str, usual: int, key: str) -> int:
    return int(st.number_input(label, min_value=1, max_value=400, value=usual, key=key, width=190))


def prepaid_panel(reading: Reading) -> None:
    """Draw the balance of the days picked, and who runs out next."""
    period = reading.filters.period
    before = replace(
        reading.filters, period=Period(start=date(2000, 1, 1), end=period.start), comparison=None
    )
    found = roll_forward(
        reading.figures(prepaid_change, before, "movement"),
        reading.figures(prepaid_change, reading.filters, "movement"),
    )
    if not found.opening and not any(found.movements.values()):
        nothing_to_show(_("No prepaid enrolment is known here."))
        return
    finding = prepaid_finding(found)
    clicked = show(
        waterfall(
            roll_rows(found),
            before=found.opening,
            after=found.closing,
            before_name=_("Opening balance"),
            after_name=_("Closing balance"),
            unit="cny",
            title=finding,
            before_where=_OPENING,
            after_where=_CLOSING,
        ),
        key="renewal_prepaid_bars",
        alt=finding,
        clickable=True,
    )
    if clicked == _OPENING:
        open_rows(prepaid_change, before, title=_("Opening balance"))
    elif clicked == _CLOSING:
        until = replace(before, period=Period(start=before.period.start, end=period.end))
        open_rows(prepaid_change, until, title=_("Closing balance"))
    elif clicked:
        words = _(WORDS[clicked["movement"]])
        open_rows(prepaid_change, reading.filters, where=clicked, title=words)
    st.caption(
        _(
            "{days}, to the cent. Lessons are worth the price over the lessons bought; what is left"
            " at the end (unused, fee, moved on) is released.",
            days=days_range(period),
        )
    )
    _running_out(reading)


def roll_rows(found: RollForward) -> pd.DataFrame:
    """The movements in order, with their words."""
    rows = [
        {"name": _(WORDS[m]), "change": found.movements[m], "where": {"movement": m}}
        for m in MOVEMENTS
    ]
    return pd.DataFrame(rows)


def prepaid_finding(found: RollForward) -> str:
    """How the balance moved."""
    return _(
        "Prepaid balance from {before} to {after}: {taught} taught, {charged} charged",
        before=money(found.opening),
        after=money(found.closing),
        taught=money(-found.movements["taught"]),
        charged=money(found.movements["charged"]),
    )


def _running_out(reading: Reading) -> None:
    rows = query.fetch(depletion_rows, reading.filters, scope=reading.scope)
    if rows.empty:
        return
    st.markdown(f"**{_('Who runs out next')}**")
    column = st.column_config
    campuses = reading.names("campus")
    st.dataframe(
        pd.DataFrame(
            {
                "open": person_links(rows["person_id"]),
                "campus": [campuses.get(c, c) for c in rows["campus_id"]],
                "course_line": rows["course_line"],
                "left": rows["lessons_left"],
                "weekly": rows["weekly_lessons"],
                "depletes_on": rows["depletes_on"],
                "due_on": rows["due_on"],
                "opens_on": rows["opens_on"],
            }
        ),
        hide_index=True,
        placeholder="—",
        height=lines_height(len(rows), 10),
        column_config={
            "open": person_column(),
            "campus": column.TextColumn(_("Campus")),
            "course_line": column.TextColumn(_("Course line")),
            "left": whole_column(_("Lessons left")),
            "weekly": column.NumberColumn(_("Lessons a week"), format="%.1f"),
            "depletes_on": column.DateColumn(_("Used up on"), format="YYYY-MM-DD"),
            "due_on": column.DateColumn(_("Due on"), format="YYYY-MM-DD"),
            "opens_on": column.DateColumn(_("May be charged from"), format="YYYY-MM-DD"),
        },
        alt=_("{n} rows, one a line", n=number(len(rows), exact=True)),
    )
