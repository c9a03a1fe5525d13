"""Whether the sources behind a figure have spoken lately: fresh, late or missing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import pandas as pd
import streamlit as st

from components import query
from components.format import escape, moment
from components.i18n import N_, _, language
from data.contracts import CONTRACTS

FRESH, LATE, SILENT = "fresh", "late", "missing"
_GRACE = 2.0  # late after this many of a source's usual gaps
_LEAST_HOURS = 24.0  # no source is late within a day
_WORDS = {FRESH: N_("fresh"), LATE: N_("late"), SILENT: N_("no data")}
_COLOURS = {FRESH: "green", LATE: "orange", SILENT: "red"}
# States differ by icon too, never by colour alone.
_ICONS = {
    FRESH: ":material/check_circle:",
    LATE: ":material/schedule:",
    SILENT: ":material/error:",
}


@dataclass(frozen=True)
class Source:
    """A source: its name, state, and the UTC instant of its newest row (or None)."""

    name: str
    state: str
    last_at: datetime | None

    @property
    def title(self) -> str:
        """The source's name in the reader's language."""
        if language() == "en" or self.name not in CONTRACTS:
            return self.name.replace("_", " ")
        return CONTRACTS[self.name].label


def sources(names: Iterable[str] | None = None) -> list[Source]:
    """The state of these sources, or of all that ever arrived, worst first."""
    table = query.names("freshness")
    found = {row["source"]: row for row in table.to_dict("records")}
    wanted = list(found) if names is None else list(names)
    now = query.as_of()
    states = [_source(name, found.get(name), now) for name in wanted]
    return sorted(
        states, key=lambda source: ([SILENT, LATE, FRESH].index(source.state), source.name)
    )


def _source(name: str, row: dict[str, object] | None, now: datetime) -> Source:
    if row is None or pd.isna(row["last_at"]):
        return Source(name, SILENT, None)
    last_at = pd.Timestamp(row["last_at"]).to_pydatetime()
    usual = row["usual_hours"]
    hours = _LEAST_HOURS if pd.isna(usual) else max(float(usual) * _GRACE, _LEAST_HOURS)
    return Source(name, FRESH if now - last_at <= timedelta(hours=hours) else LATE, last_at)


def in_words(states: list[Source]) -> str:
    """One phrase for the evidence line: sources 5/5 fresh; sources 4/5, spend late."""
    if not states:
        return ""
    fresh = sum(source.state == FRESH for source in states)
    if fresh == len(states):
        return _("sources {fresh}/{all} fresh", fresh=fresh, all=len(states))
    worst = states[0]
    return _(
        "sources {fresh}/{all} fresh, {source} {state}",
        fresh=fresh,
        all=len(states),
        source=escape(worst.title),
        state=_(_WORDS[worst.state]),
    )


def freshness_badge() -> None:
    """As of when, and whether all sources spoke lately; opens to the list of sources.

    Reference tables (campuses, courses…) have no usual gap and cannot be late.
    """
    states = [s for s in sources() if s.name in CONTRACTS and CONTRACTS[s.name].at]
    worst = states[0].state if states else SILENT
    label = _("As of {at}", at=moment(query.as_of()))
    with st.popover(
        f"{label} · :{_COLOURS[worst]}[{_(_WORDS[worst])}]",
        icon=_ICONS[worst],
        type="tertiary",
        key="frame_freshness",
    ):
        st.caption(_("Every figure is computed as of this moment, never by the wall clock."))
        for source in states:
            colour, word = _COLOURS[source.state], _(_WORDS[source.state])
            st.markdown(
                f":{colour}-badge[{_ICONS[source.state]} {word}] "
                f"{escape(source.title)} · {moment(source.last_at)}"
            )
