"""Which channel brings quality and which doesn't, in one sentence with its evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from components.ask import query
from components.kit.answer import answer_card
from components.kit.measures import Choice
from components.kit.states import too_few
from components.screens.acquisition.linkage import LINKS, weakest_link
from components.screens.acquisition.measures import MEASURES
from components.screens.acquisition.reading import Reading
from components.words.formats import days_range, delta, escape, interval, money, number, percent
from components.words.i18n import N_, _, ngettext, sentences
from metrics.acquisition.linkage import TRUSTED
from metrics.acquisition.verdicts import (
    CHEAP_BUT_POOR,
    GOOD,
    LATE_DAYS,
    POOR,
    SAME,
    SLOW,
    TOO_EARLY,
)

VERDICT_WORDS = {
    GOOD: N_("brings quality"),
    POOR: N_("poor"),
    CHEAP_BUT_POOR: N_("cheap but poor"),
    SLOW: N_("slow, not poor"),
    SAME: N_("cannot be separated"),
    TOO_EARLY: N_("too early to judge"),
    "too_few": N_("too few to judge"),
}


@dataclass(frozen=True)
class Finding:
    """What is said, and the channel and measure that the evidence line is about."""

    sentence: str
    measure: str
    channel: str | None = None


def finding(
    verdicts: pd.DataFrame,
    roi: pd.DataFrame | None,
    names: Mapping[str, str],
    choice: Choice,
) -> Finding:
    """The sentence: best and worst channel, or that none can be told apart, or too few.

    ``roi`` has ``channel_id``, ``low`` and ``high`` for the intervals.
    """
    judged = verdicts[~verdicts["verdict"].isin([TOO_EARLY, "too_few"])]
    if judged.empty:
        return Finding(too_few(int(verdicts["n"].fillna(0).sum())), "conversion")
    by_money = judged[judged["basis"] == "money"]
    if len(by_money) > 1:
        bounds = roi.set_index("channel_id") if roi is not None else pd.DataFrame()
        good = by_money[by_money["verdict"] == GOOD].sort_values("roi", ascending=False)
        poor = by_money[by_money["verdict"].isin([POOR, CHEAP_BUT_POOR])].sort_values("roi")
        parts = [_pays(row, bounds, names, choice) for row in good.head(1).to_dict("records")]
        parts += [_loses(row, bounds, names, choice) for row in poor.head(1).to_dict("records")]
        measure, about = "roi", [*good["channel_id"].head(1), *poor["channel_id"].head(1)]
        free = judged[(judged["basis"] == "conversion") & (judged["verdict"] == GOOD)]
        best = free.sort_values("difference_low", ascending=False).head(1).to_dict("records")
        if good.empty and parts:  # what costs nothing may still bring the best families
            parts += [_converts(row, names, choice, better=True) for row in best]
    else:
        good = judged[judged["verdict"] == GOOD].sort_values("difference_low", ascending=False)
        poor = judged[judged["verdict"].isin([POOR, CHEAP_BUT_POOR])].sort_values("difference_high")
        best, worst = good.head(1).to_dict("records"), poor.head(1).to_dict("records")
        parts = [_converts(row, names, choice, better=True) for row in best]
        parts += [_converts(row, names, choice, better=False) for row in worst]
        told = [*((row, True) for row in best), *((row, False) for row in worst)][:1]
        # The evidence below the sentence is of the window that the sentence names first.
        is_late = any(not _told_early(row, better=better) for row, better in told)
        measure = "late" if is_late else "conversion"
        about = [*good["channel_id"].head(1), *poor["channel_id"].head(1)]
    if not parts:
        words = _("The channels cannot be separated: their intervals overlap.")
        return Finding(words, measure)
    return Finding(_("; ").join(parts) + _("."), measure, about[0])


def _named(channel: str, names: Mapping[str, str]) -> str:
    return escape(names.get(channel) or channel or _("no channel"))


def _bounds(bounds: pd.DataFrame, channel: str) -> str:
    row = bounds.loc[channel]
    if row["low"] < 0:  # a dash after a minus reads as another minus
        return _("{low} to {high}", low=percent(row["low"]), high=percent(row["high"]))
    return interval(row["low"], row["high"], "ratio")


def _pays(row: dict, bounds: pd.DataFrame, names: Mapping[str, str], choice: Choice) -> str:
    return _(
        "“{channel}” pays back best: {days}-day ROI {roi} (95% {interval}),"
        " the other paid channels {rest}",
        channel=_named(row["channel_id"], names),
        days=choice.return_days,
        roi=percent(row["roi"]),
        interval=_bounds(bounds, row["channel_id"]),
        rest=percent(row["roi_rest"]),
    )


def _loses(row: dict, bounds: pd.DataFrame, names: Mapping[str, str], choice: Choice) -> str:
    values = {
        "channel": _named(row["channel_id"], names),
        "days": choice.return_days,
        "roi": percent(row["roi"]),
        "interval": _bounds(bounds, row["channel_id"]),
        "price": money(row["price"]),
        "rest": percent(row["roi_rest"]),
    }
    if row["verdict"] == CHEAP_BUT_POOR:
        return _(
            "“{channel}” is cheap but low in quality: {price} a lead, {days}-day ROI {roi}"
            " ({interval}),"
            " the other paid channels {rest}",
            **values,
        )
    return _(
        "“{channel}” pays back worst: {days}-day ROI {roi} ({interval}),"
        " the other paid channels {rest}",
        **values,
    )


def _told_early(row: dict, *, better: bool) -> bool:
    """Whether the short window tells the channel apart; if not, the long one does."""
    return bool(row["difference_low"] > 0 if better else row["difference_high"] < 0)


def _converts(row: dict, names: Mapping[str, str], choice: Choice, *, better: bool) -> str:
    days, rate, rest = choice.window_days, row["conversion"], row["rest"]
    low, high = row["difference_low"], row["difference_high"]
    if not _told_early(row, better=better):
        days, rate, rest = LATE_DAYS, row["late"], row["late_rest"]
        low, high = row["late_low"], row["late_high"]
    values = {
        "channel": _named(row["channel_id"], names),
        "rate": percent(rate),
        "days": days,
        "rest": percent(rest),
        "low": delta(low, 0.0, "ratio").split()[0],
        "high": delta(high, 0.0, "ratio"),
    }
    if better:
        return _(
            "“{channel}” converts best: {rate} order within {days} days, elsewhere {rest}"
            " ({low} to {high})",
            **values,
        )
    return _(
        "“{channel}” converts worst: {rate} order within {days} days, elsewhere {rest}"
        " ({low} to {high})",
        **values,
    )


def remarks(verdicts: pd.DataFrame, names: Mapping[str, str], choice: Choice) -> list[str]:
    """What must be said beside the answer: slow channels, and those too young to judge."""
    said = [
        _(
            "“{channel}” is slow, not poor: {short} after {days} days, {late} after {late_days}.",
            channel=_named(row["channel_id"], names),
            short=percent(row["conversion"]),
            days=choice.window_days,
            late=percent(row["late"]),
            late_days=LATE_DAYS,
        )
        for row in slow_channels(verdicts).head(2).to_dict("records")
    ]
    early = verdicts[verdicts["verdict"] == TOO_EARLY]
    if len(early):
        said.append(
            ngettext(
                "{n} channel is too young to judge ({immature} leads immature).",
                "{n} channels are too young to judge ({immature} leads immature).",
                len(early),
                immature=number(early["immature"].sum(), exact=True),
            )
        )
    return said


def slow_channels(verdicts: pd.DataFrame) -> pd.DataFrame:
    """Channels that are slow, whatever else is said of them, the slowest first."""
    behind = verdicts["is_slow"] | (verdicts["verdict"] == SLOW)
    return verdicts[behind].sort_values("late", ascending=False)


def channel_answer(reading: Reading) -> None:
    """Draw the answer card, what lowers its confidence, and on which leads it rests."""
    found, sentence = answer_of(reading)
    measure = MEASURES[found.measure]
    figures = reading.by_channel(found.measure).set_index("channel_id")
    about = found.channel
    figure = reading.figures(found.measure).total if about is None else figures.loc[about]
    where = None if about is None else {"channel_id": about or None}
    answer_card(
        sentence,
        metric=measure.metric,
        figure=figure,
        filters=reading.judged(found.measure),
        key="acquisition",
        where=where,
        **measure.settings(reading.choice),
    )


@query.remembered
def answer_of(reading: Reading) -> tuple[Finding, str]:
    """What the answer is about, and its words."""
    roi = reading.by_channel("roi") if reading.sees_money else None
    found = finding(reading.verdicts, roi, reading.channels, reading.choice)
    return found, _with_details(found.sentence, _details(reading, found.measure))


def _with_details(sentence: str, details: list[str]) -> str:
    return "\n\n".join([sentence, sentences(*details)]) if details else sentence


def _details(reading: Reading, measure: str) -> list[str]:
    said = remarks(reading.verdicts, reading.channels, reading.choice)
    period = reading.judged(measure).period
    if period != reading.filters.period:
        said.append(
            _(
                "Judged on the leads of {days}, the newest that are {old} days old.",
                days=escape(days_range(period)),
                old=reading.choice.days(MEASURES[measure].cohort),
            )
        )
    if not reading.sees_money:
        said.append(_("Your role does not see spend: channels are compared by conversion only."))
        return said
    link, share = weakest_link(reading)
    if share is not None and share < TRUSTED:
        said.append(
            ":orange["
            + _(
                "Low confidence: {link} only {share}; ROI misses what is not linked.",
                link=_(LINKS[link]),
                share=percent(share),
            )
            + "]"
        )
    return said


def role_note(reading: Reading) -> None:
    """Say that figures with spend are missing because of the role."""
    if not reading.sees_money:
        st.caption(_("Spend, cost per lead, CAC and ROI are not shown to your role."))
