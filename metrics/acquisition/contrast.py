"""A channel against the others: by how much it differs, and from which it does not."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from metrics.foundation.intervals import Z95, newcombe
from metrics.foundation.separation import LEAST_MATURE

Floats = NDArray[np.float64]


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
    x, n = _floats(rates, "numerator"), _floats(rates, "denominator")
    z = _all_at_once(int((n > 0).sum()))
    others, of = x.sum() - x, n.sum() - n
    difference, low, high = newcombe(x, n, others, of, z)
    rest = np.divide(others, of, out=np.full(of.size, np.nan), where=of > 0)
    found = {"rest": rest, "difference": difference, "low": low, "high": high}
    return pd.DataFrame(found, index=rates.index)


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
    cost, revenue = _floats(returns, "denominator"), _floats(returns, "numerator")
    low, high = _floats(returns, "low"), _floats(returns, "high")
    paid = (cost > 0) & ~np.isnan(low)
    cost, revenue = np.where(paid, cost, np.nan), np.where(paid, revenue, np.nan)
    variance = ((high - low) / (2 * Z95)) ** 2
    spread = variance * cost**2
    with np.errstate(divide="ignore", invalid="ignore"):
        rest_cost = np.nansum(cost) - cost
        rest_cost = np.where(rest_cost > 0, rest_cost, np.nan)
        rest = (np.nansum(revenue) - revenue) / rest_cost
        difference = revenue / cost - rest
        others = np.maximum(np.nansum(spread) - spread, 0.0) / rest_cost**2
        half = _all_at_once(int(paid.sum())) * np.sqrt(variance + others)
        found = {
            "rest": rest,
            "difference": difference,
            "low": difference - half,
            "high": difference + half,
        }
    return pd.DataFrame(found, index=returns.index)


def paid_total(returns: pd.DataFrame) -> float | None:
    """All paid channels' ratio of sums; revenue of channels without cost is not in it."""
    paid = returns[returns["denominator"] > 0]
    cost = float(paid["denominator"].sum())
    return float(paid["numerator"].sum()) / cost if cost else None


def _all_at_once(groups: int) -> float:
    """The normal quantile by which all groups' intervals hold at once with 95 %."""
    return NormalDist().inv_cdf(1 - 0.05 / (2 * max(1, groups)))


def _floats(table: pd.DataFrame, column: str) -> Floats:
    return table[column].to_numpy(dtype=np.float64, na_value=np.nan)


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
    cliques: list[list[tuple[float, float, float, str]]] = []
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
