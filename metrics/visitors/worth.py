"""What it should be worth to reach a visitor: chance of a lead × what a lead brings."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from metrics.models.shrinkage import beta_binomial
from metrics.visitors.interest import BANDS

Floats = NDArray[np.float64]


def band_rates(outcomes: pd.DataFrame) -> pd.DataFrame:
    """Each band's chance of a lead, drawn towards the others by how few people tell it.

    More interest is not taken for less chance: bands that would say so are pooled.

    Parameters
    ----------
    outcomes
        Of `metrics.visitors.interest.band_outcomes`; a band without people has no row.

    Returns
    -------
    DataFrame
        By ``band``: ``people``, ``leads``, ``rate`` (missing where nobody was observed).
    """
    table = outcomes.set_index("band").reindex(range(len(BANDS) + 1))
    table = table[["people", "leads"]].fillna(0).astype(float)
    people, leads = table["people"].to_numpy(), table["leads"].to_numpy()
    if not people.sum():
        return table.assign(rate=np.nan)
    alpha, beta = beta_binomial(leads, people)
    weight = people + alpha + beta
    return table.assign(rate=_rising((leads + alpha) / weight, weight))


def _rising(rates: Floats, weights: Floats) -> Floats:
    """Rates that do not fall: neighbours that do are pooled (Ayer et al. 1955)."""
    blocks: list[tuple[float, float, int]] = []
    for rate, weight in zip(rates.tolist(), weights.tolist(), strict=True):
        blocks.append((rate, weight, 1))
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            (a, wa, na), (b, wb, nb) = blocks[-2:]
            blocks[-2:] = [((a * wa + b * wb) / (wa + wb), wa + wb, na + nb)]
    return np.concatenate([np.full(n, rate) for rate, _weight, n in blocks])


def expected_value(
    visitors: pd.DataFrame, outcomes: pd.DataFrame, worth: pd.DataFrame
) -> pd.DataFrame:
    """Visitors with ``rate``, ``lead_cny`` and ``expected_cny`` = rate × net revenue per lead.

    Parameters
    ----------
    visitors
        With ``band``.
    worth
        Of `metrics.visitors.interest.lead_worth`: one row; without revenue or leads the value is
        missing, and people are ranked by score alone.
    """
    rates = band_rates(outcomes)["rate"]
    (row,) = worth.to_dict("records")
    known = row["leads"] and not pd.isna(row["net_cny"])
    lead_cny = float(row["net_cny"]) / float(row["leads"]) if known else np.nan
    chance = rates.reindex(visitors["band"]).to_numpy()
    return visitors.assign(rate=chance, lead_cny=lead_cny, expected_cny=chance * lead_cny)
