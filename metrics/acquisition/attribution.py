"""Attribution: which channels stood before a first order, under eight models side by side."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.errors import InvalidOption
from data.facts import Facts
from metrics.acquisition.path_sums import ORDERS, PathSums, attribute, merged
from metrics.foundation.clock import at_least, formal_lines
from metrics.foundation.money import to_the_cent
from metrics.foundation.registry import table
from metrics.kernels.attribution import RULES
from metrics.models.markov import removal_effects

MODELS = (*RULES[:6], "markov", "shapley")
LEVELS = {"channel_id": "channel_id", "channel_level2": "level2_id", "channel_root": "root_id"}
__all__ = [
    "LEVELS", "MODELS", "attribute", "attribution_touches", "converting_touches", "credits",
    "disagreement", "merged", "paths",
]  # fmt: skip

Floats = NDArray[np.float64]


@table(grain="touch")
def attribution_touches(
    facts: Facts,
    *,
    lookback_days: int = 30,
    half_life_days: float = 7.0,
    level: str = "channel_level2",
) -> ir.Table:
    """Touches of everyone who may have converted in the period, with their conversion.

    The conversion is the person's first formal order; its revenue is that order's formal
    lines. The period takes it by the day it was paid; course lines narrow conversions,
    channels narrow nothing here (a path without its other touches is another path).

    Parameters
    ----------
    facts
        The viewer's facts, and the period with course lines.
    lookback_days
        Touches older than this before the conversion earn nothing, at least 1.
    half_life_days
        Of the time-decay model, more than 0.
    level
        ``channel_id``, ``channel_level2`` or ``channel_root``: the level of the tree.

    Returns
    -------
    ibis Table
        For `attribute`, one row per touch and per conversion: ``person_id``, ``channel``
        (missing where unknown), ``at`` (UTC), ``is_direct``, ``in_period``,
        ``value_cny``, ``outcome`` (missing for a touch; 1 converted in the period, 0
        after it, -1 before it), ``lookback_days``, ``half_life_seconds``.

    Raises
    ------
    InvalidOption
        If an option is out of its bounds.

    References
    ----------
    METRICS, "attribution".
    """
    at_least("lookback_days", lookback_days)
    if half_life_days <= 0:
        raise InvalidOption(f"half_life_days must be more than 0, got {half_life_days}")
    touches = _touches(facts, lookback_days, level)
    conversions = _conversions(facts)
    period = facts.period
    outcome = ibis.cases(
        (conversions.paid_on < period.start, -1), (conversions.paid_on < period.end, 1), else_=0
    )
    # TRICKY: conversions are rows among the touches, not a column beside them: a join of
    # all touches costs more than everything that follows.
    rows = touches.select(
        "person_id", "channel", "at", is_direct=touches.is_direct.fill_null(False),
        in_period=touches.touched_on >= period.start, value_cny=ibis.null("float64"),
        outcome=ibis.null("int8"),
    ).union(
        conversions.select(
            "person_id", channel=ibis.null("string"), at=conversions.paid_at,
            is_direct=ibis.literal(False), in_period=ibis.literal(False),
            value_cny=conversions.value_cny.cast("float64"), outcome=outcome.cast("int8"),
        )
    )  # fmt: skip
    return rows.filter(rows.person_id.notnull()).mutate(
        lookback_days=ibis.literal(lookback_days, "int32"),
        half_life_seconds=ibis.literal(round(half_life_days * 86_400), "int32"),
    )


def _touches(facts: Facts, lookback_days: int, level: str) -> ir.Table:
    if level not in LEVELS:
        raise InvalidOption(f"level must be one of {', '.join(LEVELS)}, got {level!r}")
    touches = facts.touch
    first_on = facts.period.start - ibis.interval(days=lookback_days + 1)
    touches = touches.filter(
        touches.touched_on >= first_on.cast("date"), touches.touched_on < facts.period.end
    ).select("person_id", "channel_id", "is_direct", "touched_on", at="touched_at")
    if level == "channel_id":
        return touches.mutate(channel=touches.channel_id)
    tree = facts.channel.select("channel_id", channel=LEVELS[level])
    named = touches.left_join(tree, "channel_id").drop("channel_id_right")
    return named.mutate(channel=named.channel.coalesce(named.channel_id))


def _conversions(facts: Facts) -> ir.Table:
    lines = formal_lines(facts)
    orders = lines.group_by("person_id", "order_id").aggregate(
        paid_at=lines.paid_at.min(), paid_on=lines.paid_on.min(), value_cny=lines.net_cny.sum(),
        course_line=lines.course_line.min(),
    )  # fmt: skip
    names = ("paid_at", "order_id", "paid_on", "value_cny", "course_line")
    # TRICKY: the whole order is compared, so equal times give the same first one always.
    whole = ibis.struct({name: orders[name] for name in names}).min()
    firsts = orders.group_by("person_id").aggregate(first=whole)
    firsts = firsts.select("person_id", **{name: firsts.first[name] for name in names})
    chosen = facts.of_course_lines(firsts.course_line)
    if chosen is None:
        return firsts
    # Who bought another line first is no "non-converting" path of this one.
    return firsts.mutate(
        paid_on=ibis.ifelse(chosen, firsts.paid_on, ibis.literal("1970-01-01").cast("date"))
    )


def credits(sums: PathSums, *, markov_order: int = 1) -> pd.DataFrame:
    """Every model's credits by channel; each model adds up to the same totals.

    Conversions are fractions; revenue is to the cent by largest remainders. Conversions
    nobody touched in the look-back are a row of their own under every model. Markov
    credits revenue by the shares of conversions.

    Parameters
    ----------
    sums
        Of `attribute` or `merged`.
    markov_order
        1, 2 or 3.

    Returns
    -------
    DataFrame
        ``model`` (of `MODELS`), ``channel`` ("" unknown; missing for the untouched),
        ``conversions``, ``revenue_cny``, ``share`` of touched conversions.

    Raises
    ------
    InvalidOption
        If ``markov_order`` is none of 1, 2, 3.
    """
    if markov_order not in ORDERS:
        raise InvalidOption(f"markov_order must be 1, 2 or 3, got {markov_order}")
    conversions = sums.conversions - sums.untouched
    revenue = round(sums.revenue_cny - sums.untouched_cny, 2)
    count = len(sums.channels)
    found: list[pd.DataFrame] = []
    for model in MODELS:
        if model == "markov":
            shares = _markov_shares(sums, markov_order)
            credit = np.column_stack([shares * conversions, shares * revenue])
        else:
            credit = sums.credits[RULES.index(model)]
        found.append(
            pd.DataFrame(
                {
                    "model": [model] * (count + 1),
                    "channel": [*sums.channels, None],
                    "conversions": [*_scaled(credit[:, 0], conversions), sums.untouched],
                    "revenue_cny": [*to_the_cent(credit[:, 1], revenue), sums.untouched_cny],
                }
            )
        )
    table = pd.concat(found, ignore_index=True)
    touched = table["channel"].notna() & (conversions > 0)
    table["share"] = (table["conversions"] / (conversions or 1)).where(touched)
    return table


def _markov_shares(sums: PathSums, order: int) -> Floats:
    if order not in sums.moves:
        return np.zeros(len(sums.channels))
    states, nexts, weights = sums.moves[order]
    _, effects = removal_effects(states, nexts, weights, channels=len(sums.channels))
    total = effects.sum()
    return effects / total if total > 0 else effects


def _scaled(credit: Floats, total: float) -> Floats:
    found = credit.sum()
    return credit * (total / found) if found > 0 else credit


def disagreement(table: pd.DataFrame) -> pd.DataFrame:
    """Where the models rank a channel differently.

    Channels tied to a thousandth of a conversion share the better rank.

    Parameters
    ----------
    table
        Of `credits`.

    Returns
    -------
    DataFrame
        ``channel``, ``rank_best`` and ``rank_worst`` (1 is most conversions), ``low`` and
        ``high`` (conversions), ``disagrees`` (the ranks differ).
    """
    known = table[table["channel"].notna()]
    rounded = known["conversions"].round(3)
    ranks = rounded.groupby(known["model"]).rank(method="min", ascending=False)
    by_channel = known.assign(rank=ranks.astype("int64")).groupby("channel", sort=True)
    found = by_channel.agg(
        rank_best=("rank", "min"), rank_worst=("rank", "max"),
        low=("conversions", "min"), high=("conversions", "max"),
    ).reset_index()  # fmt: skip
    return found.assign(disagrees=found["rank_best"] != found["rank_worst"])


@table(grain="touch")
def converting_touches(
    facts: Facts,
    *,
    channel: str | None = None,
    lookback_days: int = 30,
    level: str = "channel_level2",
) -> ir.Table:
    """The touches behind attributed conversions: whole paths that hold a channel.

    Parameters
    ----------
    facts
        As in `attribution_touches`.
    channel
        Only paths with a touch of this channel at ``level``; None keeps all.
    lookback_days, level
        As in `attribution_touches`.

    Returns
    -------
    ibis Table
        One row per touch: ``person_id``, ``channel``, ``at``, ``converted_at``,
        ``value_cny``. `paths` makes one row per conversion of it.
    """
    at_least("lookback_days", lookback_days)
    conversions = _conversions(facts)
    won = conversions.filter(facts.period.hold(conversions.paid_on)).select(
        "person_id", "value_cny", converted_at="paid_at"
    )
    rows = _touches(facts, lookback_days, level).inner_join(won, "person_id")
    rows = rows.filter(
        rows.at <= rows.converted_at,
        rows.at >= rows.converted_at - ibis.interval(days=lookback_days),
    ).select("person_id", "channel", "at", "converted_at", "value_cny")
    if channel is None:
        return rows
    holders = rows.view()
    holders = holders.filter(holders.channel == channel).select("person_id").distinct()
    return rows.semi_join(holders, "person_id")


def paths(touches: pd.DataFrame) -> pd.DataFrame:
    """One row per conversion of `converting_touches`: its channels in order.

    Returns
    -------
    DataFrame
        ``person_id``, ``converted_at``, ``value_cny``, ``touches``, ``days`` (first touch
        to conversion) and ``path`` (channels joined by " > "), newest conversion first.
    """
    ordered = touches.assign(channel=touches["channel"].fillna("")).sort_values(
        ["person_id", "at", "channel"]
    )
    by_person = ordered.groupby("person_id", sort=True)
    found = by_person.agg(
        converted_at=("converted_at", "first"), value_cny=("value_cny", "first"),
        touches=("at", "size"), first_at=("at", "min"), path=("channel", " > ".join),
    ).reset_index()  # fmt: skip
    waited = pd.to_datetime(found["converted_at"]) - pd.to_datetime(found["first_at"])
    found = found.assign(days=waited.dt.total_seconds() / 86_400).drop(columns="first_at")
    return found.sort_values(["converted_at", "person_id"], ascending=[False, True])
