"""Whether the sources behind a figure have spoken lately: fresh, late or missing."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pandas as pd
import streamlit as st

from components.ask import query
from components.kit.rows.columns import names_by_id
from components.words.formats import escape, moment
from components.words.i18n import N_, _, language
from data.contracts import CONTRACTS
from metrics.acquisition.spend_feeds import GRACE, LEAST_HOURS

FRESH, LATE, SILENT = "fresh", "late", "missing"
_NEVER = datetime(1970, 1, 1)  # noqa: DTZ001  # a store's as-of before the first load
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
    """A source: its name, title, state, and the UTC instant of its newest row (or None).

    A part of a source is named after it: ``spend:<channel>`` is one channel's spend.
    """

    name: str
    title: str
    state: str
    last_at: datetime | None


def has_data() -> bool:
    """Whether anything has ever arrived."""
    return query.as_of() > _NEVER


def sources(names: Iterable[str] | None = None) -> list[Source]:
    """The state of these sources, or of all that ever arrived, worst first.

    A source is as late as its latest part: spend of nine channels does not make up for
    the tenth that stopped.
    """
    return list(_sources(None if names is None else tuple(names)))


@query.remembered
def _sources(names: tuple[str, ...] | None) -> tuple[Source, ...]:
    scope = query.current_scope()
    table = query.names("freshness", scope=scope)
    found = {str(row["source"]): row for row in table.to_dict("records")}
    wanted = [name for name in found if not _is_part(name)] if names is None else list(names)
    now = query.as_of()
    channels = names_by_id("channel", scope=scope) if any(map(_is_part, found)) else {}
    worst = [
        min(
            (
                _source(part, _title(part, channels), found.get(part), now)
                for part in [name, *(p for p in found if p.startswith(f"{name}:"))]
            ),
            key=_worst_first,
        )
        for name in wanted
    ]
    return tuple(sorted(worst, key=_worst_first))


def _is_part(name: str) -> bool:
    return ":" in name


def _worst_first(source: Source) -> tuple[int, bool]:
    # Of equally bad ones the whole stands before its parts.
    return [SILENT, LATE, FRESH].index(source.state), _is_part(source.name)


def _source(name: str, title: str, row: Mapping[Hashable, Any] | None, now: datetime) -> Source:
    """Reference tables (campuses, courses…) and rare sources have no usual gap: never late."""
    if row is None or not row["rows"]:
        return Source(name, title, SILENT, None)
    last_at = None if pd.isna(row["last_at"]) else pd.Timestamp(row["last_at"]).to_pydatetime()
    usual = row["usual_hours"]
    late = (
        last_at is not None
        and not pd.isna(usual)
        and now - last_at > timedelta(hours=max(float(usual) * GRACE, LEAST_HOURS))
    )
    return Source(name, title, LATE if late else FRESH, last_at)


def _title(name: str, channels: Mapping[str, str]) -> str:
    """The source's name in the reader's language, a part with its channel's name."""
    table, _colon, channel = name.partition(":")
    known = language() == "zh" and table in CONTRACTS
    title = CONTRACTS[table].label if known else table.replace("_", " ")
    return f"{title} · {channels.get(channel, channel)}" if channel else title


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
    """As of when, and how many sources are behind; opens to the list of those that move."""
    states = [s for s in sources() if s.last_at is not None or s.state == SILENT]
    behind = [source for source in states if source.state != FRESH]
    worst = behind[0].state if behind else FRESH
    words = _("fresh") if not behind else _("{n} late", n=len(behind))
    label = _("As of {at}", at=moment(query.as_of()))
    with st.popover(
        f"{label} · :{_COLOURS[worst]}[{words}]",
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
