"""How far an activity was carried on, by whom most, and whether 20/80 holds."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from components.ask import query
from components.kit.answer import answer_card
from components.kit.figures import FigureCard, figure_cards
from components.kit.states import ENOUGH
from components.screens.spread.reading import EVER, SpreadReading
from components.words.formats import escape, interval, is_missing, number, percent
from components.words.i18n import _, ngettext, sentences
from metrics.foundation.concentration import Concentration
from metrics.foundation.registry import Metric
from metrics.kernels.share_tree import median_hop_hours
from metrics.spread.shares import k_factor, share_arrivals, share_leads, share_revenue

_LEAST_WIDTH = 200


def spread_answer(reading: SpreadReading) -> None:
    """Draw the answer card."""
    answer_card(
        sentence_of(reading),
        metric=share_arrivals,
        figure=reading.figure(share_arrivals),
        filters=EVER,
        key="spread",
        activities=reading.activities,
    )


@query.remembered
def sentence_of(reading: SpreadReading) -> str:
    """The answer: what shares brought, who carried it, and how far."""
    nodes = reading.nodes
    brought = int(reading.figure(share_arrivals)["value"])
    came = int(nodes["visitors"].sum())
    by_credit = reading.kols(everywhere=False, credit="direct", measure="visitors")
    sharers = int((by_credit["direct_visitors"] > 0).sum())
    parts = [
        _(
            "{n} of {all} visitors ({share}) came by a share of one of {sharers} sharers.",
            n=number(brought),
            all=number(came),
            share=percent(brought / came if came else None),
            sharers=number(sharers),
        )
    ]
    top = nodes.iloc[0]
    if top["below"]:
        name = escape(reading.named([top["person_id"]])[top["person_id"]])
        parts.append(
            ngettext(
                "“{name}” brought most: {direct} directly, {below} with all below over {n}"
                " generation, {share} of those who came by a share.",
                "“{name}” brought most: {direct} directly, {below} with all below over {n}"
                " generations, {share} of those who came by a share.",
                int(top["height"]),
                name=name,
                direct=number(top["direct_visitors"]),
                below=number(top["subtree_visitors"]),
                share=percent(top["subtree_visitors"] / brought),
            )
        )
    parts.append(twenty_eighty(reading.concentrated(
        everywhere=False, credit="direct", measure="visitors"
    )))  # fmt: skip
    return sentences(*parts)


def twenty_eighty(found: Concentration) -> str:
    """Whether a fifth of the sharers bring most, in a sentence."""
    if found.verdict == "too_few":
        return _(
            "Too few sharers to tell whether 20/80 holds: {n}, {enough} are needed.",
            n=number(found.n),
            enough=ENOUGH,
        )
    values = {
        "share": percent(found.top_share),
        "interval": interval(found.low, found.high, "ratio"),
        "least": percent(found.least_people),
    }
    if found.verdict == "holds":
        return _(
            "The top 20% of sharers brought {share} (95% {interval}); {least} of them make 80%.",
            **values,
        )
    return _(
        "20/80 does not hold here: the top 20% of sharers brought {share} (95% {interval}).",
        **values,
    )


def spread_cards(reading: SpreadReading) -> None:
    """Draw the figures: what shares brought, and how the loop runs."""
    cards, speed = cards_of(reading)
    figure_cards(cards, filters=EVER, key="spread_cards")
    st.caption(speed)


@query.remembered
def cards_of(reading: SpreadReading) -> tuple[tuple[FigureCard, ...], str]:
    """The figures beside those of the activity before, and how fast the loop runs."""
    before = reading.before
    against = _("against {activity}", activity=reading.activity_names[before]) if before else ""
    cards = tuple(
        FigureCard(
            metric=metric,
            figure=reading.figure(metric),
            previous=reading.figure(metric, earlier=True) if is_compared(metric, before) else None,
            against=against if is_compared(metric, before) else "",
            options={"activities": reading.activities},
            note=_note(metric, reading.figure(metric)),
        )
        for metric in (share_arrivals, share_leads, share_revenue, k_factor)
        if reading.figure(metric)["n"]
    )
    return cards, _speed(reading)


def is_compared(metric: Metric, before: str) -> bool:
    """Whether a figure can stand against the activity before: its revenue is still coming in."""
    return bool(before) and metric is not share_revenue


def _note(metric: Metric, figure: pd.Series) -> str:
    if metric is share_revenue:
        return _("of {n} paying leads, within 90 days of each, so far", n=number(figure["n"]))
    if metric is not k_factor:
        return ""
    parts = [
        _("leads per sharer within 7 days of the first share"),
        _("n = {n} sharers", n=number(figure["n"], exact=True)),
    ]
    if not is_missing(figure["low"]):
        parts.append(f"95% {interval(max(figure['low'], 0.0), figure['high'], 'times')}")
    if figure["immature"]:
        parts.append(_("{n} immature", n=number(figure["immature"], exact=True)))
    return " · ".join(parts)


def _speed(reading: SpreadReading) -> str:
    """Generations, their reproduction and the time to the next hop, in a line."""
    hours, hops, backward = median_hop_hours(reading.forest.tree)
    judged = reading.generations[reading.generations["is_judged"]]
    rates = [
        _(
            "generation {g}: {r} ({interval})",
            g=row["generation"],
            r=number(row["r"]),
            interval=interval(row["low"], row["high"], "times"),
        )
        for row in judged.head(3).to_dict("records")
    ]
    parts = []
    if rates:
        parts.append(
            _(
                "People brought per person, by generation: {list}",
                list=_(", ").join(rates),
            )
        )
    if not is_missing(hours):
        parts.append(
            _(
                "median {hours} hours to the next hop ({n} hops)",
                hours=number(hours),
                n=number(hops),
            )
        )
    if backward:
        parts.append(_("{n} timed before who brought them, left out", n=number(backward)))
    return " · ".join(parts)
