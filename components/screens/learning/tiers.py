"""Students by tier, and how they moved from week to week; each cell opens its students."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from components.kit.charts.bars import ranked_bars
from components.kit.charts.chart import show
from components.kit.charts.matrix import matrix
from components.kit.states import nothing_to_show
from components.screens.learning.people import PEOPLE, open_students
from components.screens.learning.reading import Reading
from components.screens.learning.words import TIER_RULES, TIER_WORDS
from components.words.formats import day, number, percent
from components.words.i18n import _
from metrics.service.student_tiers import StudentTiers
from metrics.service.tiers import ALARMED, TIERS


def tiers_panel(reading: Reading) -> None:
    """Draw today's tiers and the moves of one week."""
    tiers = reading.weeks
    counts = tiers.counts()
    enrolled = sum(counts.values())
    if not enrolled:
        nothing_to_show(_("No student is enrolled on the as-of day."))
        return
    rows = pd.DataFrame({"tier": list(TIERS), "value": [float(counts[t]) for t in TIERS]})
    finding = tiers_finding(counts)
    words = {name: _(text) for name, text in TIER_WORDS.items()}
    clicked = show(
        ranked_bars(rows.iloc[::-1], by="tier", unit="people", title=finding, names=words),
        key="learning_tiers", alt=finding, clickable=True,
    )  # fmt: skip
    if clicked:
        now = tiers.now[tiers.now["tier_name"] == clicked["tier"]]
        open_students(now, reading, title=words[clicked["tier"]], columns=PEOPLE)
    rules = [f"**{_(TIER_WORDS[t])}**: {_(TIER_RULES[t])}" for t in reversed(TIERS)]
    st.caption(_("; ").join(rules))
    st.caption(
        _(
            "Cancelled and unmarked lessons and approved leave neither break nor lengthen a run of"
            " misses. A student in several courses has the graver tier."
        )
    )
    if len(tiers.days) > 1:
        _moves(reading, tiers, words)


def tiers_finding(counts: dict[str, int]) -> str:
    """What the tiers show, as the picture's title."""
    enrolled = sum(counts.values())
    alarmed = sum(counts[t] for t in ALARMED)
    return _(
        "{alarmed} of {n} enrolled students ({share}) need saving",
        alarmed=number(alarmed, exact=True),
        n=number(enrolled, exact=True),
        share=percent(alarmed / enrolled),
    )


def _moves(reading: Reading, tiers: StudentTiers, words: dict[str, str]) -> None:
    weeks = list(range(len(tiers.days) - 2, -1, -1))
    week = st.selectbox(
        _("Week"), weeks, width=320, key="learning_week",
        format_func=lambda w: _(
            "{before} → {after}", before=day(tiers.days[w]), after=day(tiers.days[w + 1])
        ),
    )  # fmt: skip
    moves = tiers.moves(week)
    order = [*reversed(TIERS)]
    rows = [t for t in [*order, "new"] if t in set(moves["before"])]
    columns = [t for t in [*order, "gone"] if t in set(moves["after"])]
    cells = moves.set_index(["before", "after"]).reindex(
        pd.MultiIndex.from_product([rows, columns], names=["before", "after"])
    )
    finding = moves_finding(moves, tiers, week)
    st.markdown(f"**{finding}**")
    clicked = show(
        matrix(
            cells.reset_index().dropna(subset=["n"]).assign(value=lambda c: c["n"]),
            row="before", column="after", unit="people", row_names=words,
            column_names=words,
        ),
        key=f"learning_moves_{week}", alt=finding, clickable=True,
    )  # fmt: skip
    st.caption(
        _("Rows: tier at the first day's end; columns: at the second's. A cell opens its students.")
    )
    if clicked:
        moved = tiers.moved(week, clicked["before"], clicked["after"])
        title = f"{words[clicked['before']]} → {words[clicked['after']]}"
        open_students(
            moved.assign(tier_name=clicked["after"]), reading, title=title,
            columns=("student", "course", "teacher", "campus"),
        )  # fmt: skip


def moves_finding(moves: pd.DataFrame, tiers: StudentTiers, week: int) -> str:
    """What the week's moves show, as the picture's title."""
    bad, good = set(ALARMED), {"healthy", "watch", "returned"}
    worse = moves[moves["before"].isin(good) & moves["after"].isin(bad)]["n"].sum()
    better = moves[moves["before"].isin(bad) & moves["after"].isin(good)]["n"].sum()
    left = moves[moves["before"].isin(bad) & (moves["after"] == "gone")]["n"].sum()
    return _(
        "Week to {day}: {worse} students slipped, {better} came back, {left} left from alarm",
        day=day(tiers.days[week + 1]),
        worse=number(worse, exact=True),
        better=number(better, exact=True),
        left=number(left, exact=True),
    )
