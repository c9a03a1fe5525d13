"""Channels side by side: which leads may be judged, and what may be said of each channel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from statistics import NormalDist

import numpy as np
import pandas as pd

from data.errors import InvalidOption
from data.scope import Filters, Period
from metrics.separation import LEAST_MATURE
from metrics.units import Z95

SHIFTED_DAYS = 90  # a judged cohort that had to be moved back is at least a quarter long

GOOD, POOR, CHEAP_BUT_POOR, SLOW = "good", "poor", "cheap_but_poor", "slow"
SAME, TOO_EARLY, TOO_FEW = "same", "too_early", "too_few"
VERDICTS = (GOOD, POOR, CHEAP_BUT_POOR, SLOW, SAME, TOO_EARLY, TOO_FEW)


def judged_cohort(period: Period, *, as_of_on: date, window_days: int) -> Period:
    """The days whose leads a window is judged on: the period's own, or the newest old enough.

    A period of which at least half of the days are as old as the window is kept: its
    younger leads stay out as immature. Otherwise nothing could be said of it yet, so the
    newest days that are old enough stand in for it: as many, and at least `SHIFTED_DAYS`.

    Raises
    ------
    InvalidOption
        If ``window_days`` is negative.
    """
    if window_days < 0:
        raise InvalidOption(f"window_days must be at least 0, got {window_days}")
    end = as_of_on - timedelta(days=window_days)
    old_enough = (min(period.end, end) - period.start).days
    if 2 * old_enough >= period.days:
        return period
    return Period(start=end - timedelta(days=max(period.days, SHIFTED_DAYS)), end=end)


def judged_filters(filters: Filters, *, as_of_on: date, window_days: int) -> Filters:
    """The filters with the days that a window is judged on; see `judged_cohort`.

    A cohort that had to be moved is compared with the days just before it.
    """
    period = judged_cohort(filters.period, as_of_on=as_of_on, window_days=window_days)
    if period == filters.period:
        return filters
    before = period.previous() if filters.comparison is not None else None
    return replace(filters, period=period, comparison=before)


def side_by_side(
    figures: Mapping[str, pd.DataFrame], *, key: str, keys: Sequence[str] = ()
) -> pd.DataFrame:
    """Figures of several metrics as one row per channel.

    Parameters
    ----------
    figures
        Metric's name → its roll-up by ``key``.
    key
        The grouping column; a missing key is "" (leads or spend without a channel).
    keys
        Channels that must have a row even where no figure has them.

    Returns
    -------
    DataFrame
        ``key`` and for each metric ``<name>``, ``<name>_low``, ``<name>_high``,
        ``<name>_numerator``, ``<name>_n``, ``<name>_immature``; missing where the metric
        has no such channel.
    """
    wide = pd.DataFrame({key: pd.Series(list(keys), dtype="object")})
    for name, figure in figures.items():
        part = pd.DataFrame(
            {
                key: figure[key].astype("object").where(figure[key].notna(), ""),
                name: figure["value"],
                f"{name}_low": figure["low"],
                f"{name}_high": figure["high"],
                f"{name}_numerator": figure["numerator"],
                f"{name}_n": figure["n"],
                f"{name}_immature": figure["immature"],
            }
        )
        wide = wide.merge(part, on=key, how="outer")
    return wide.sort_values(key, ignore_index=True)


def against_rest(rates: pd.DataFrame) -> pd.DataFrame:
    """Each group's proportion against all other groups together.

    Parameters
    ----------
    rates
        One row per group: ``numerator`` and ``denominator`` (sums of mature units).

    Returns
    -------
    DataFrame
        Same index: ``rest`` (proportion of the others), ``difference``, ``low``, ``high``
        (bounds so wide that all groups' intervals hold at once with 95 %). Missing where
        the group or its rest is empty.

    References
    ----------
    Newcombe (1998), Statistics in Medicine 17:873-890, method 10. Bonferroni over groups.
    """
    x, n = rates["numerator"].astype(float), rates["denominator"].astype(float)
    z = _all_at_once(int((n > 0).sum()))
    p, low, high = _wilson(x, n, z)
    q, rest_low, rest_high = _wilson(x.sum() - x, n.sum() - n, z)
    difference = p - q
    return pd.DataFrame(
        {
            "rest": q,
            "difference": difference,
            "low": difference - np.sqrt((p - low) ** 2 + (rest_high - q) ** 2),
            "high": difference + np.sqrt((high - p) ** 2 + (q - rest_low) ** 2),
        }
    )


def return_against_rest(returns: pd.DataFrame) -> pd.DataFrame:
    """Each channel's ROI or ROAS against that of all other paid channels together.

    Parameters
    ----------
    returns
        One row per channel: ``numerator``, ``denominator`` (cost, a given amount),
        ``value``, ``low``, ``high`` (95 %). Channels without cost take no part.

    Returns
    -------
    DataFrame
        Same index and columns as `against_rest` gives.

    References
    ----------
    Bonferroni over channels. As cost is given, the others' return is the cost-weighted
    mean of independent returns, and its variance the sum of their squared shares.
    """
    cost = returns["denominator"].astype(float)
    cost = cost.where((cost > 0) & returns["low"].notna())
    revenue = returns["numerator"].astype(float).where(cost.notna())
    variance = ((returns["high"] - returns["low"]) / (2 * Z95)) ** 2
    spread = (variance * cost**2).where(cost.notna())
    rest_cost = (cost.sum() - cost).where(lambda left: left > 0)
    rest = (revenue.sum() - revenue) / rest_cost
    difference = revenue / cost - rest
    z = _all_at_once(int(cost.notna().sum()))
    half = z * np.sqrt(variance + (spread.sum() - spread) / rest_cost**2)
    return pd.DataFrame(
        {
            "rest": rest,
            "difference": difference,
            "low": difference - half,
            "high": difference + half,
        }
    )


def paid_total(returns: pd.DataFrame) -> float | None:
    """All paid channels' ratio of sums; revenue of channels without cost is not in it."""
    paid = returns[returns["denominator"] > 0]
    cost = float(paid["denominator"].sum())
    return float(paid["numerator"].sum()) / cost if cost else None


def _all_at_once(groups: int) -> float:
    """The normal quantile by which all groups' intervals hold at once with 95 %."""
    return NormalDist().inv_cdf(1 - 0.05 / (2 * max(1, groups)))


def _wilson(x: pd.Series, n: pd.Series, z: float) -> tuple[pd.Series, pd.Series, pd.Series]:
    n = n.where(n > 0)
    p = x / n
    centre = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n * n)) / (1 + z**2 / n)
    return p, centre - half, centre + half


def shared_letters(figures: pd.DataFrame, *, key: str, better: int = 1) -> dict[str, str]:
    """Letters such that channels which share one cannot be told apart.

    Two channels share a letter exactly where their 95 % intervals overlap, so that a wide
    interval between two others does not make those alike. "A" is with the best value.

    Parameters
    ----------
    figures
        A metric's roll-up by ``key``: ``value``, ``low``, ``high``, ``n``.
    better
        1 where more is better, -1 where less is.

    Returns
    -------
    dict
        Channel → its letters ("A", "AB"); none with fewer than `LEAST_MATURE` units or
        without an interval.

    References
    ----------
    METRICS, rule 6. Piepho (2004), Journal of Computational and Graphical Statistics
    13:456-466 (letter displays): here the maximal cliques of an interval graph.
    """
    known = figures[(figures["n"] >= LEAST_MATURE) & figures["low"].notna()]
    spans = [
        (float(low), float(high), float(value), str(name))
        for low, high, value, name in zip(
            known["low"], known["high"], known["value"], known[key], strict=True
        )
    ]
    # At an interval's end, all that are open overlap each other; a set is maximal only if
    # one of them was opened since the last end.
    ends = sorted({span[1] for span in spans})
    cliques = []
    for end in ends:
        open_now = [span for span in spans if span[0] <= end <= span[1]]
        if not any(set(open_now) <= set(found) for found in cliques):
            cliques.append(open_now)
    cliques.sort(key=lambda found: -max(better * span[2] for span in found))
    letters: dict[str, str] = {}
    for number, found in enumerate(cliques):
        for span in found:
            letters[span[3]] = letters.get(span[3], "") + _letter(number)
    return letters


def _letter(number: int) -> str:
    return chr(ord("A") + number) if number < 26 else f"({number + 1})"


def channel_verdicts(
    conversion: pd.DataFrame,
    late: pd.DataFrame,
    *,
    key: str,
    money: pd.DataFrame | None = None,
    price: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """What may be said of each channel's quality on leads old enough to be judged.

    Money decides where the viewer may see it and the channel costs any: better or worse
    return than the other paid channels together. Elsewhere conversion decides, by the long
    window: a channel behind after the short window but not after the long one is slow,
    not poor, and one whose long window isn't over yet is too early to call.

    Parameters
    ----------
    conversion, late
        First-order conversion by ``key`` within the short and the long window.
    key
        The grouping column.
    money
        ROI by ``key`` on a cohort old enough for it; its interval decides.
    price
        CPL by ``key``: below the median of paid channels is cheap.

    Returns
    -------
    DataFrame
        One row per channel of ``conversion``: ``key``, ``verdict`` (one of `VERDICTS`),
        ``basis`` ("money" or "conversion"), ``conversion``, ``rest``, ``difference_low``,
        ``difference_high``, ``n``, ``immature``, ``late``, ``roi``, ``roi_rest``, ``price``,
        ``is_cheap``, ``is_slow`` (behind after the short window, not after the long one).
    """
    short = conversion.set_index(key)
    long = late.set_index(key).reindex(short.index)
    short_gap = against_rest(short)
    long_gap = against_rest(long.fillna({"numerator": 0, "denominator": 0}))
    roi = _column(money, key, short.index)
    cost = _column(price, key, short.index)["value"]
    cost = cost.where(cost > 0)  # a channel that costs nothing is not a cheap one
    roi_gap = return_against_rest(roi)
    enough = short["n"].fillna(0) >= LEAST_MATURE
    enough_late = long["n"].fillna(0) >= LEAST_MATURE
    cheap = cost < cost.median() if cost.notna().sum() > 1 else pd.Series(False, short.index)
    judged = enough_late & roi_gap["difference"].notna()
    verdicts = pd.DataFrame(
        {
            "conversion": short["value"],
            "rest": short_gap["rest"],
            "difference_low": short_gap["low"],
            "difference_high": short_gap["high"],
            "n": short["n"],
            "immature": short["immature"],
            "late": long["value"],
            "roi": roi["value"],
            "roi_rest": roi_gap["rest"],
            "price": cost,
            "is_cheap": cheap,
            "basis": np.where(judged, "money", "conversion"),
        },
        index=short.index,
    )
    behind, ahead = short_gap["high"] < 0, short_gap["low"] > 0
    behind_late, ahead_late = long_gap["high"] < 0, long_gap["low"] > 0
    verdicts["is_slow"] = enough & enough_late & behind & ~behind_late
    verdicts["verdict"] = np.select(
        [
            ~enough & (short["n"].fillna(0) + short["immature"].fillna(0) < LEAST_MATURE),
            ~enough,
            judged & (roi_gap["low"] > 0),
            judged & (roi_gap["high"] < 0) & cheap,
            judged & (roi_gap["high"] < 0),
            judged,
            behind & ~enough_late,
            behind & ~behind_late,
            behind_late & cheap,
            behind_late,
            ahead_late | (ahead & ~enough_late),
        ],
        [
            TOO_FEW, TOO_EARLY, GOOD, CHEAP_BUT_POOR, POOR, SAME, TOO_EARLY, SLOW,
            CHEAP_BUT_POOR, POOR, GOOD,
        ],
        default=SAME,
    )  # fmt: skip
    return verdicts.reset_index()


def _column(figure: pd.DataFrame | None, key: str, index: pd.Index) -> pd.DataFrame:
    names = ["numerator", "denominator", "value", "low", "high"]
    if figure is None or figure.empty:
        return pd.DataFrame(np.nan, index=index, columns=names)
    return figure.set_index(key)[names].astype(float).reindex(index)
