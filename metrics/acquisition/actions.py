"""What to do about channels: only what the figures carry, with what it should bring."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from metrics.acquisition.contrast import against_rest
from metrics.acquisition.verdicts import CHEAP_BUT_POOR, POOR
from metrics.foundation.separation import LEAST_MATURE

MOVED_SHARE = 0.2  # of either channel's spend: further, nobody has seen what it brings


@dataclass(frozen=True, kw_only=True)
class BudgetMove:
    """Money to move from one channel to another, and the net revenue it should bring.

    At the average return of both, hence only for a small share of what each of them
    spends already; ``low_cny`` and ``high_cny`` from the intervals of both returns.
    """

    source: str
    target: str
    amount_cny: float
    gain_cny: float
    low_cny: float
    high_cny: float


def budget_move(
    verdicts: pd.DataFrame, returns: pd.DataFrame, spend: pd.DataFrame
) -> BudgetMove | None:
    """The move from the poor channel that spends most to the one that surely pays back better.

    Parameters
    ----------
    verdicts
        Of `metrics.acquisition.verdicts.channel_verdicts`, by ``channel_id``.
    returns
        ROI by ``channel_id`` with its interval and ``n``: a target's lies wholly above the
        source's, the one with the highest lower bound first.
    spend
        Spend of the period by ``channel_id``.

    Returns
    -------
    BudgetMove or None
        None where no channel that spends is poor, or none is surely better.
    """
    said = dict(zip(verdicts["channel_id"], verdicts["verdict"], strict=True))
    spent = dict(zip(spend["channel_id"], spend["value"], strict=True))
    paid = [
        row
        for row in returns.to_dict("records")
        if spent.get(row["channel_id"], 0) > 0 and row["n"] >= LEAST_MATURE
    ]
    poor = [row for row in paid if said.get(row["channel_id"]) in (POOR, CHEAP_BUT_POOR)]
    if not poor:
        return None
    source = max(poor, key=lambda row: spent[row["channel_id"]])
    better = [row for row in paid if row["low"] > source["high"]]
    if not better:
        return None
    target = max(better, key=lambda row: row["low"])
    smaller = min(spent[source["channel_id"]], spent[target["channel_id"]])
    amount = round(MOVED_SHARE * float(smaller), 2)
    return BudgetMove(
        source=str(source["channel_id"]), target=str(target["channel_id"]), amount_cny=amount,
        gain_cny=amount * float(target["value"] - source["value"]),
        low_cny=amount * float(target["low"] - source["high"]),
        high_cny=amount * float(target["high"] - source["low"]),
    )  # fmt: skip


def doubled_channels(duplicates: pd.DataFrame, price: pd.DataFrame) -> pd.DataFrame:
    """Paid channels that sell families who had left their phone before, beyond the usual.

    Parameters
    ----------
    duplicates
        Duplicate rate by ``channel_id``.
    price
        CPL by ``channel_id``.

    Returns
    -------
    DataFrame
        ``channel_id``, ``leads`` (repeated), ``rate``, ``rest``, ``worth_cny`` (at the
        channel's price of a lead), the dearest first; only channels with at least
        `LEAST_MATURE` leads whose rate is above all others' together.
    """
    table = duplicates.set_index("channel_id")
    gap = against_rest(table)
    cost = price.set_index("channel_id")["value"].reindex(table.index).astype(float)
    above = (gap["low"] > 0) & (table["n"] >= LEAST_MATURE) & (cost > 0)
    found = pd.DataFrame(
        {
            "channel_id": table.index,
            "leads": table["numerator"].to_numpy(),
            "rate": table["value"].to_numpy(),
            "rest": gap["rest"].to_numpy(),
            "worth_cny": np.round(table["numerator"].to_numpy() * cost.to_numpy(), 2),
        }
    )[above.to_numpy()]
    return found.sort_values("worth_cny", ascending=False, ignore_index=True)
