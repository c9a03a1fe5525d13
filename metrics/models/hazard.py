"""A weekly discrete-time hazard: the chance that something happens in the coming week."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from data.errors import InvalidOption
from metrics.models.logit import Floats, Logit, fit_logit

LEAST_EVENTS = 30  # fewer events give no model
_PRIOR = 2.0  # an event and a non-event a column


def fit_hazard(features: Floats, happened: NDArray[np.bool_]) -> Logit:
    """Fit the logit of "happens within the week" on what is known before the week.

    Parameters
    ----------
    features
        (n, columns), known at the start of each person-week, finite.
    happened
        (n,) whether it happened within that week.

    Raises
    ------
    InvalidOption
        If fewer than `LEAST_EVENTS` happened, or nothing else did.

    References
    ----------
    Allison (1982), Sociological Methodology 13:61-98.
    """
    events = int(happened.sum())
    if min(events, happened.size - events) < LEAST_EVENTS:
        raise InvalidOption(f"events must be at least {LEAST_EVENTS}, got {events}")
    return fit_logit(features, happened.astype(np.float64), prior=_PRIOR)
