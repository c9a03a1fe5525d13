"""The timeline: a vertical line by day, gaps shown as gaps, money and status at the right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from components.ask import query
from components.kit.navigation import PERSON_PAGE
from components.kit.rows.drill import download_buttons
from components.kit.states import nothing_to_show
from components.runtime.theme import palette
from components.screens.person.entries import Line, line_of
from components.screens.person.names import ago, as_day, clock, full_day, is_known
from components.screens.person.view import View, as_rows
from components.screens.person.words import GROUPS
from components.words.i18n import _, ngettext
from data.scope import Scope
from metrics.people.person import timeline

FIRST, MORE = 20, 60  # entries drawn at first, and with each press
GAP_DAYS = 7  # silence from which a gap is named
_SHOWN = "person_entries_shown"
_KINDS = "person_kinds"


@dataclass(frozen=True)
class Day:
    """A day's entries, and the days of silence that follow it (0 where not worth naming)."""

    on: date
    entries: tuple[dict[str, Any], ...]
    silent_days: int


def days_of(entries: Sequence[dict[str, Any]], today: date) -> Iterator[Day]:
    """Entries, newest first, by day; silence is counted up to the next day or to today."""
    later, newest = today, True
    start = 0
    while start < len(entries):
        on = as_day(entries[start]["on"])
        end = start
        while end < len(entries) and as_day(entries[end]["on"]) == on:
            end += 1
        # Today itself may still bring something; the day of an entry has brought it.
        silent = (later - on).days - (0 if newest else 1)
        yield Day(on, tuple(entries[start:end]), silent if silent >= GAP_DAYS else 0)
        later, newest, start = on, False, end


def timeline_section(person_id: str, view: View) -> None:
    """The person's timeline with its filter and export."""
    st.subheader(_("Timeline"))
    st.html(_line_style())
    _entries(person_id, view)
    with st.popover(_("Export the timeline"), icon=":material/download:"):
        download_buttons(
            partial(query.fetch, timeline, None, scope=view.scope, person_id=person_id),
            subject="person_timeline",
            key="person_timeline_file",
            where={"person_id": person_id},
        )


@st.fragment
def _entries(person_id: str, view: View) -> None:
    # A fragment runs again without the page around it: who looks is asked anew.
    view = view.renewed()
    rows = view.fetch(timeline, person_id=person_id)
    kinds = _picked_kinds(rows, person_id)
    count = int(rows["kind"].isin(kinds).sum()) if kinds else len(rows)
    if not count:
        nothing_to_show(
            _("Nothing happened yet that you may see."),
            _("What a role may not read is left out."),
        )
        return
    limit = st.session_state.get(f"{_SHOWN}_{person_id}", FIRST)
    with st.container(key="person_line", gap="small"):
        for day in _newest(person_id, tuple(kinds), limit, scope=view.scope):
            _draw_day(day, view, filtered=bool(kinds))
    if count > limit:
        st.button(
            _("{n} earlier entries", n=count - limit),
            icon=":material/expand_more:",
            key="person_more",
            on_click=_show_more,
            args=(person_id, limit),
            width="stretch",
        )


@query.remembered
def _newest(person_id: str, kinds: tuple[str, ...], most: int, *, scope: Scope) -> list[Day]:
    """The newest entries of some kinds, of all where none is picked, by day."""
    rows = query.fetch(timeline, None, scope=scope, person_id=person_id)
    picked = rows[rows["kind"].isin(kinds)] if kinds else rows
    return list(days_of(as_rows(picked.head(most)), scope.as_of_on))


def _show_more(person_id: str, limit: int) -> None:
    st.session_state[f"{_SHOWN}_{person_id}"] = limit + MORE


def _picked_kinds(rows: pd.DataFrame, person_id: str) -> list[str]:
    counts = rows["kind"].value_counts()
    sums = {name: sum(counts.get(k, 0) for k in kinds) for name, (_w, kinds) in GROUPS.items()}
    present = [name for name, n in sums.items() if n]
    if len(present) < 2:
        return []
    picked = st.pills(
        _("Show only"),
        present,
        selection_mode="multi",
        format_func=lambda name: f"{_(GROUPS[name][0])} {sums[name]}",
        key=f"{_KINDS}_{person_id}",
        label_visibility="collapsed",
    )
    return [kind for name in picked for kind in GROUPS[name][1]]


def _draw_day(day: Day, view: View, *, filtered: bool) -> None:
    today, silence = view.today, ""
    if day.silent_days:
        n = day.silent_days
        words = (
            ngettext("{n} day without such an entry", "{n} days without such an entry", n)
            if filtered
            else ngettext("{n} day without a sign", "{n} days without a sign", n)
        )
        silence = f":gray[:material/more_vert: {words}]\n\n"
    heading = full_day(day.on, today, weekday=True)
    st.markdown(f"{silence}**{heading}** :small[:gray[{ago(day.on, today)}]]")
    with st.container(key=f"person_day_{day.on}", gap="xsmall"):
        plain: list[str] = []  # lines without a right side are drawn as one
        for entry in day.entries:
            line = line_of(entry, view.names)
            told = _told(line, clock(entry["at"]) if is_known(entry["at"]) else "")
            if not (line.money or line.badge or line.person_id):
                plain.append(told)
                continue
            _draw_plain(plain)
            _draw_split(line, told)
        _draw_plain(plain)


def _told(line: Line, time: str) -> str:
    look = line.look
    headline = f":{look.colour}-badge[{look.icon} {_(look.word)}] **{line.headline}**"
    rest = " · ".join(part for part in (time, *line.details) if part)
    return headline + (f"  \n:small[:gray[{rest}]]" if rest else "")


def _draw_plain(lines: list[str]) -> None:
    if lines:
        st.markdown("\n\n".join(lines))
        lines.clear()


def _draw_split(line: Line, told: str) -> None:
    """A line with money, status or somebody else at its right."""
    right = [f"**{line.money}**"] if line.money else []
    if line.badge:
        colour, word = line.badge
        right.append(f":{colour}-badge[{word}]")
    with st.container(horizontal=True, gap="small", wrap=False):
        st.markdown(told, width="stretch")
        if right:
            st.markdown("  \n".join(right), width="content", text_alignment="right")
        if line.person_id:
            st.page_link(
                f"../../pages/{PERSON_PAGE}.py",
                label=_("See who"),
                icon=":material/person:",
                query_params={"person_id": line.person_id},
            )


def _line_style() -> str:
    """The vertical line beside a day's entries; without it the page reads the same."""
    rule = f"border-left:2px solid {palette().border};padding-left:.9rem"
    return f"<style>[class*='st-key-person_day_']{{{rule}}}</style>"
