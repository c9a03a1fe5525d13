"""The answer to "who will renew?": the rate, the worst group, what falls due next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pandas as pd

from components.ask import query
from components.kit.answer import answer_card
from components.screens.renewal.reading import Reading
from components.words.formats import days_range, escape, is_missing, money, number, percent
from components.words.i18n import _, ngettext, sentences
from metrics.foundation.intervals import share_bounds
from metrics.foundation.separation import LEAST_MATURE
from metrics.renewal.due import renewal_rate

SOON_DAYS = 30


@dataclass(frozen=True)
class Outlier:
    """A group that is below what the others have, beyond chance."""

    dimension: str
    group: str
    value: float
    n: int
    rest: float


def below_the_rest(figures: pd.DataFrame, dimension: str) -> Outlier | None:
    """The lowest group whose interval lies below the rest's; None where none is separable."""
    known = figures[figures["n"] >= LEAST_MATURE].dropna(subset=[dimension, "value"])
    top, bottom = float(figures["numerator"].sum()), float(figures["denominator"].sum())
    for row in known.sort_values("value").to_dict("records"):
        others = bottom - row["denominator"]
        if others < LEAST_MATURE:
            return None
        renewed = top - row["numerator"]
        if row["high"] < share_bounds(renewed, others)[0]:
            rest = renewed / others
            return Outlier(dimension, row[dimension], row["value"], int(row["n"]), rest)
        return None
    return None


@query.remembered
def outlier(reading: Reading) -> Outlier | None:
    """The channel, else the campus, that renews less than the rest in the last year."""
    for dimension in ("channel_id", "campus_id"):
        found = below_the_rest(reading.figures(renewal_rate, reading.year, dimension), dimension)
        if found is not None:
            return found
    return None


@query.remembered
def renewal_sentence(reading: Reading) -> str:
    """The rate of the judged days and, where one stands out, the group that pulls it down."""
    figure = reading.figure(renewal_rate)
    if not figure["denominator"]:
        return _("Nothing that fell due has been settled yet: no renewal rate to tell.")
    said = _(
        "{rate} of what fell due in {days} was renewed",
        rate=percent(figure["value"]),
        days=escape(days_range(reading.judged.period)),
    )
    found = outlier(reading)
    if found is None:
        return said + _("; no channel or campus can be separated from the rest.")
    names = reading.channels if found.dimension == "channel_id" else reading.names("campus")
    return said + _(
        "; over a year “{group}” renews worst: {rate} of {n}, the rest {rest}.",
        group=escape(names.get(found.group, found.group)),
        rate=percent(found.value),
        n=number(found.n, exact=True),
        rest=percent(found.rest),
    )


@query.remembered
def soon(reading: Reading) -> pd.DataFrame:
    """The families of the pool not yet paid that fall due within 30 days."""
    pool = reading.intent.pool
    days = pd.to_datetime(pool["due_on"]).dt.date
    last = reading.today + timedelta(days=SOON_DAYS)
    return pool[(days >= reading.today) & (days < last)]


@query.remembered
def outlook_sentence(reading: Reading) -> str:
    """What falls due in the next 30 days, and how many renewals to expect of it."""
    rows = soon(reading)
    if rows.empty:
        return _("Nothing unpaid falls due in the next {days} days.", days=SOON_DAYS)
    expected, low, high = reading.intent.expected(rows)
    said = ngettext(
        "In the next {days} days {n} enrolment not yet paid falls due, worth {amount}.",
        "In the next {days} days {n} enrolments not yet paid fall due, worth {amount}.",
        len(rows),
        days=SOON_DAYS,
        amount=money(rows["due_cny"].sum()),
    )
    silent = int((rows["pipeline"] == "untouched").sum())
    if silent:
        untold = _("With {n} of them nobody has talked yet.", n=number(silent, exact=True))
        said = sentences(said, untold)
    if not is_missing(expected):
        ahead = _(
            "Expected: {n} renewals (95% {low}–{high}).",
            n=number(round(expected)),
            low=number(round(low)),
            high=number(round(high)),
        )
        said = sentences(said, ahead)
    return said


def answer_of(reading: Reading) -> str:
    """The answer: the rate of the judged days, and what falls due next."""
    return "\n\n".join([renewal_sentence(reading), outlook_sentence(reading)])


def renewal_answer(reading: Reading) -> None:
    """Draw the answer card on the renewal rate of the judged days."""
    answer_card(
        answer_of(reading).replace("$", r"\$"),
        metric=renewal_rate,
        figure=reading.figure(renewal_rate),
        filters=reading.judged,
        key="renewal",
        previous=reading.figures(renewal_rate, reading.before).iloc[0],
        against=_("vs. {days}", days=days_range(reading.before.period)),
    )
