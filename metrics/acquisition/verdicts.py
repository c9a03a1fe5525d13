"""Channels side by side: which leads may be judged, and what may be said of each channel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from data.errors import InvalidOption
from data.scope import Filters, Period
from metrics.acquisition.contrast import against_rest, return_against_rest
from metrics.foundation.separation import LEAST_MATURE

SHIFTED_DAYS = 90  # a judged cohort that had to be moved back is at least a quarter long
CAUGHT_UP = 0.75  # of the others' conversion: too few leads to be behind is not level yet
LATE_DAYS = 90  # what the short window misses of a slow channel shows by then

GOOD, POOR, CHEAP_BUT_POOR, SLOW = "good", "poor", "cheap_but_poor", "slow"
SAME, TOO_EARLY, TOO_FEW = "same", "too_early", "too_few"
VERDICTS = (GOOD, POOR, CHEAP_BUT_POOR, SLOW, SAME, TOO_EARLY, TOO_FEW)


def judged_cohort(period: Period, *, as_of_on: date, window_days: int) -> Period:
    """The days whose leads a window is judged on: the period's own, or the newest old enough.

    A period of which at least half of the days are as old as the window is kept, and every
    one where there is nothing to wait for: its younger leads stay out as immature.
    Otherwise nothing could be said of it yet, so the newest days that are old enough stand
    in for it: as many, at least `SHIFTED_DAYS`, and at least as many as the window, since
    few leads tell little of what comes late.

    Raises
    ------
    InvalidOption
        If ``window_days`` is negative.
    """
    if window_days < 0:
        raise InvalidOption(f"window_days must be at least 0, got {window_days}")
    if window_days == 0:
        return period
    end = as_of_on - timedelta(days=window_days)
    old_enough = (min(period.end, end) - period.start).days
    if 2 * old_enough >= period.days:
        return period
    length = max(period.days, SHIFTED_DAYS, window_days)
    return Period(start=end - timedelta(days=length), end=end)


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
    found = {name: _by_key(figure, key) for name, figure in figures.items()}
    rows = sorted({*keys, *(place for table in found.values() for place in table)})
    wide: dict[str, list[Any]] = {key: rows}
    nothing = (np.nan,) * len(_FIGURES)
    for name, table in found.items():
        columns = zip(*(table.get(row, nothing) for row in rows), strict=True) if rows else ()
        for figure, column in zip(_FIGURES, columns, strict=False):
            wide[name if figure == "value" else f"{name}_{figure}"] = list(column)
    return pd.DataFrame(wide)


_FIGURES = ("value", "low", "high", "numerator", "n", "immature")


def _by_key(figure: pd.DataFrame, key: str) -> dict[str, tuple[Any, ...]]:
    columns = [figure[name].to_list() for name in (key, *_FIGURES)]
    return {row[0] or "": row[1:] for row in zip(*columns, strict=True)}


def channel_verdicts(
    conversion: pd.DataFrame,
    late: pd.DataFrame,
    *,
    key: str,
    money: pd.DataFrame | None = None,
    price: pd.DataFrame | None = None,
    return_days: int = LATE_DAYS,
) -> pd.DataFrame:
    """What may be said of each channel's quality on leads old enough to be judged.

    Money decides where the viewer may see it and the channel costs any: better or worse
    return than the other paid channels together. Elsewhere conversion decides, by the long
    window: a channel behind after the short window but level after the long one is slow,
    not poor, and one whose long window isn't over yet is too early to call. A return over
    fewer days than the long window blames nobody by itself for the same reason.

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
    return_days
        The days of the ROI given.

    Returns
    -------
    DataFrame
        One row per channel of ``conversion``: ``key``, ``verdict`` (one of `VERDICTS`),
        ``basis`` ("money" or "conversion"), ``conversion``, ``rest``, ``difference_low``,
        ``difference_high``, the same after the long window as ``late``, ``late_rest``,
        ``late_low``, ``late_high``, ``n``, ``immature``, ``roi``, ``roi_rest``, ``price``,
        ``is_cheap``, ``is_slow`` (behind after the short window, level after the long one).
    """
    short = conversion.set_index(key)
    long = late.set_index(key).reindex(short.index)
    sums = ["numerator", "denominator", "n"]
    long[sums] = long[sums].fillna(0)
    roi, cost = _column(money, key, short.index), _column(price, key, short.index)
    gap, late_gap, roi_gap = against_rest(short), against_rest(long), return_against_rest(roi)
    n, young = short["n"].to_numpy(), short["immature"].to_numpy()
    paid = cost["value"].to_numpy()
    paid = np.where(paid > 0, paid, np.nan)  # a channel that costs nothing is not a cheap one
    known = paid[~np.isnan(paid)]
    cheap = paid < np.median(known) if known.size > 1 else np.zeros(n.shape, dtype=bool)
    enough, enough_late = n >= LEAST_MATURE, long["n"].to_numpy() >= LEAST_MATURE
    behind, ahead = gap["high"].to_numpy() < 0, gap["low"].to_numpy() > 0
    behind_late, ahead_late = late_gap["high"].to_numpy() < 0, late_gap["low"].to_numpy() > 0
    level = long["value"].to_numpy() >= CAUGHT_UP * late_gap["rest"].to_numpy()
    caught_up = ~behind_late & level
    judged = enough_late & roi_gap["difference"].notna().to_numpy()
    soon = return_days < LATE_DAYS
    loses = judged & (roi_gap["high"].to_numpy() < 0) & (behind_late | (not soon))
    verdict = np.select(
        [
            ~enough & (n + young < LEAST_MATURE),
            ~enough,
            judged & (roi_gap["low"].to_numpy() > 0),
            loses & cheap,
            loses,
            judged & behind & caught_up & soon,
            judged,
            behind & ~enough_late,
            behind & caught_up,
            behind_late & cheap,
            behind_late,
            ahead_late | (ahead & ~enough_late),
        ],
        [
            TOO_FEW, TOO_EARLY, GOOD, CHEAP_BUT_POOR, POOR, SLOW, SAME, TOO_EARLY, SLOW,
            CHEAP_BUT_POOR, POOR, GOOD,
        ],
        default=SAME,
    )  # fmt: skip
    return pd.DataFrame(
        {
            key: short.index.to_numpy(),
            "verdict": verdict,
            "basis": np.where(judged, "money", "conversion"),
            "conversion": short["value"].to_numpy(),
            "rest": gap["rest"].to_numpy(),
            "difference_low": gap["low"].to_numpy(),
            "difference_high": gap["high"].to_numpy(),
            "n": n,
            "immature": young,
            "late": long["value"].to_numpy(),
            "roi": roi["value"].to_numpy(),
            "roi_rest": roi_gap["rest"].to_numpy(),
            "price": paid,
            "is_cheap": cheap,
            "late_rest": late_gap["rest"].to_numpy(),
            "late_low": late_gap["low"].to_numpy(),
            "late_high": late_gap["high"].to_numpy(),
            "is_slow": enough & enough_late & behind & caught_up & ~loses,
        }
    )


def _column(figure: pd.DataFrame | None, key: str, index: pd.Index) -> pd.DataFrame:
    names = ["numerator", "denominator", "value", "low", "high"]
    if figure is None or figure.empty:
        return pd.DataFrame(np.nan, index=index, columns=names)
    return figure.set_index(key)[names].astype(float).reindex(index)
