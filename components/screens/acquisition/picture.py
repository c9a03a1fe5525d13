"""Channels ranked by one measure, with their intervals."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from components.ask import query
from components.kit.charts.bars import ranked_bars
from components.kit.charts.chart import show
from components.kit.rows.drill import open_rows
from components.kit.states import nothing_to_show
from components.screens.acquisition.measures import MEASURES, PICTURED
from components.screens.acquisition.reading import Reading
from components.words.formats import value
from components.words.i18n import _
from metrics.acquisition.contrast import paid_total

# Revenue of channels that cost nothing would stand in the total of all, but in no bar.
_OF_PAID = ("roi",)


def channel_picture(reading: Reading, chosen: str) -> None:
    """Draw the channels of one measure, ranked, with their intervals."""
    name = reading.seen(*PICTURED[chosen])[0]
    measure, judged = MEASURES[name], reading.judged(name)
    heading = measure.heading(reading.choice)
    drawn = ranking_of(reading, name)
    if drawn is None:
        nothing_to_show(_("No channel has a figure for “{measure}” yet.", measure=heading))
        return
    finding, picture = drawn
    clicked = show(picture, key=f"acquisition_picture_{name}", alt=finding, clickable=True)
    if clicked:
        open_rows(
            measure.metric,
            judged,
            where=clicked,
            title=f"{reading.channels.get(clicked['channel_id'], '')} · {heading}",
            **measure.settings(reading.choice),
        )


@query.remembered
def ranking_of(reading: Reading, name: str) -> tuple[str, go.Figure] | None:
    """The finding and the picture; None where no channel has a figure."""
    measure = MEASURES[name]
    shown = ranked_channels(reading.by_channel(name))
    if shown.empty:
        return None
    unit = measure.metric.unit
    finding = picture_finding(shown, reading.channels, measure.heading(reading.choice), unit)
    picture = ranked_bars(
        shown, by="channel_id", unit=unit, title=finding, names=reading.channels,
        reference=_reference(reading, name),
        reference_name=_("Paid channels") if name in _OF_PAID else _("All"),
    )  # fmt: skip
    return finding, picture


def ranked_channels(figures: pd.DataFrame) -> pd.DataFrame:
    """Channels with a figure, the highest first."""
    known = figures[(figures["channel_id"] != "") & figures["value"].notna()]
    return known.sort_values(["value", "channel_id"], ascending=[False, True], ignore_index=True)


def picture_finding(shown: pd.DataFrame, names: dict[str, str], heading: str, unit: str) -> str:
    """What the ranking shows, as its title."""
    first, last = shown.iloc[0], shown.iloc[-1]
    return _(
        "{measure}: from {low} ({lowest}) to {high} ({highest})",
        measure=heading,
        low=value(last["value"], unit),
        lowest=names.get(last["channel_id"], last["channel_id"]),
        high=value(first["value"], unit),
        highest=names.get(first["channel_id"], first["channel_id"]),
    )


def _reference(reading: Reading, name: str) -> float | None:
    """The line across the bars: all channels, or all that cost anything."""
    if name in _OF_PAID:
        return paid_total(reading.by_channel(name))
    return float(reading.figures(name).total["value"])
