"""Has every source spoken lately? Silence is an alert, never a zero."""

from __future__ import annotations

import streamlit as st

from components.kit.freshness import FRESH, Source, has_data, sources
from components.kit.page import Nothing
from components.kit.rows.columns import names_by_id
from components.words.formats import escape, moment
from components.words.i18n import _
from data.contracts import CONTRACTS

FEED = "spend:"


def nothing_yet() -> Nothing | None:
    """Where to begin while the institution has no data; None once it has."""
    if has_data():
        return None
    return Nothing(
        _("No data has arrived yet."),
        _("Begin with your leads: import them under Data sources, or on the command line."),
    )


def late_sources() -> list[Source]:
    """Sources and single feeds that have been silent for longer than usual."""
    return [
        source
        for source in sources()
        if source.state != FRESH and (source.name.startswith(FEED) or _is_dated(source.name))
    ]


def _is_dated(name: str) -> bool:
    return name in CONTRACTS and CONTRACTS[name].at is not None


def source_title(source: Source, channels: dict[str, str]) -> str:
    """The source's name; a single feed is named by its channel."""
    if source.name.startswith(FEED):
        channel = source.name.removeprefix(FEED)
        return _("Spend of {channel}", channel=channels.get(channel, channel))
    return source.title


def sources_made() -> tuple[dict[str, str], list[Source]]:
    """The names of channels, and the sources that are silent."""
    return names_by_id("channel"), late_sources()


def sources_card() -> None:
    """Freshness of each source, and an alert for each that is silent."""
    channels, late = sources_made()
    with st.container(border=True, height="stretch"):
        st.markdown(f"**{_('Sources')}**")
        never = [source_title(s, channels) for s in late if s.last_at is None]
        if never:
            st.info(
                _("Nothing has arrived yet of: {sources}.", sources=escape(_(", ").join(never))),
                icon=":material/inbox:",
            )
        for source in late:
            if source.last_at is None:
                continue
            st.warning(
                _(
                    "No data from {source} since {at}: its figures are missing, not zero.",
                    source=escape(source_title(source, channels)),
                    at=moment(source.last_at),
                ),
                icon=":material/schedule:",
            )
        fresh = [s for s in sources() if s.state == FRESH and _is_dated(s.name)]
        st.markdown(
            " ".join(
                f":green-badge[:material/check_circle: {escape(s.title)} {moment(s.last_at)}]"
                for s in fresh
            )
        )
