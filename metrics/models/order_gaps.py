"""Gaps between orders: when the next one comes where people buy by the term, not at any time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from data.errors import InvalidOption

Floats = NDArray[np.float64]
FARTHEST = 2  # times the history: farther ahead nothing is said


@dataclass(frozen=True)
class OrderGaps:
    """The chance of the next order in each period since the last one, where none came before.

    ``first`` is of the second order of all, ``later`` of those after it; both have a chance
    a period of the ``history``. Longer waits than were ever seen end in nothing.
    """

    first: Floats
    later: Floats
    history: int

    def expected(
        self, repeats: ArrayLike, last: ArrayLike, age: ArrayLike, *, ahead: int
    ) -> Floats:
        """Orders to expect of each in the periods ahead, given how long they have waited.

        Parameters
        ----------
        repeats, last, age
            (n,) as for `metrics.models.bg_nbd.fit_bg_nbd`, in whole periods.
        ahead
            Whole periods from now.

        Raises
        ------
        InvalidOption
            If ``ahead`` is below 1 or beyond the history: history and forecast together
            may last twice the history.
        """
        most = (FARTHEST - 1) * self.history
        if not 1 <= ahead <= most:
            raise InvalidOption(
                f"ahead must lie between 1 and {most} ({FARTHEST} times the history in all),"
                f" got {ahead}"
            )
        x = np.asarray(repeats, dtype=np.int64)
        waited = np.asarray(age, dtype=np.int64) - np.asarray(last, dtype=np.int64)
        if (waited < 0).any() or (x < 0).any():
            raise InvalidOption("repeats must be at least 0, and age no less than last")
        fresh = self._after_an_order(ahead)
        tables = [self._by_wait(chances, fresh, ahead) for chances in (self.first, self.later)]
        place = np.minimum(waited, self.history)
        found: Floats = np.where(x > 0, tables[1][place], tables[0][place])
        return found

    def _after_an_order(self, ahead: int) -> Floats:
        """Orders to expect in 0, 1… periods after a repeat order."""
        chances = np.append(self.later, np.zeros(ahead))[:ahead]
        comes = chances * np.cumprod(np.append(1.0, 1 - chances))[:-1]
        found = np.zeros(ahead + 1)
        for periods in range(1, ahead + 1):
            found[periods] = (comes[:periods] * (1 + found[periods - 1 :: -1][:periods])).sum()
        return found

    def _by_wait(self, chances: Floats, fresh: Floats, ahead: int) -> Floats:
        """Orders to expect of who has waited 0, 1… periods."""
        padded = np.append(chances, np.zeros(ahead + 1))
        waits = np.arange(self.history + 1)
        open_, found = np.ones(waits.size), np.zeros(waits.size)
        for period in range(ahead):
            chance = padded[waits + period]
            found += open_ * chance * (1 + fresh[ahead - 1 - period])
            open_ *= 1 - chance
        return found


def fit_order_gaps(
    is_first: ArrayLike, waited: ArrayLike, happened: ArrayLike, *, weights: ArrayLike
) -> OrderGaps:
    """The product-limit chances of the gaps; one that is still open counts as far as it got.

    Parameters
    ----------
    is_first
        (n,) whether the gap follows the first order.
    waited
        (n,) its length in whole periods, so far where it is open.
    happened
        (n,) whether an order ended it.
    weights
        (n,) how many gaps a row stands for.

    Raises
    ------
    InvalidOption
        If no gap was ended by an order, or lengths differ.

    References
    ----------
    Kaplan & Meier (1958), JASA 53:457-481. Cox (1962), Renewal Theory, ch. 4.
    """
    first, ended = np.asarray(is_first, dtype=bool), np.asarray(happened, dtype=bool)
    time, w = np.asarray(waited, dtype=np.int64), np.asarray(weights, dtype=np.float64)
    if not first.shape == ended.shape == time.shape == w.shape or not time.size:
        raise InvalidOption("is_first, waited, happened and weights must be of one length above 0")
    if not (w * ended).sum() > 0:
        raise InvalidOption("happened must hold a gap that was ended, got none")
    history = int(time.max()) + 1

    def chances(rows: NDArray[np.bool_]) -> Floats:
        all_ = np.bincount(time[rows], w[rows], history)
        came = np.bincount(time[rows], w[rows] * ended[rows], history)
        at_risk = all_[::-1].cumsum()[::-1]
        found: Floats = np.divide(came, at_risk, out=np.zeros(history), where=at_risk > 0)
        return found

    later = chances(~first) if (w * ended * ~first).sum() > 0 else chances(first)
    return OrderGaps(chances(first), later, history)
