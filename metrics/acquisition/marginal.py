"""Marginal return: what the next thousand yuan of a channel would bring, if it can be said."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtri

from data.errors import InvalidOption

LEAST_WEEKS = 8
LEAST_PAYERS = 30
_STEPS = 100
LEAST_SPREAD = 1.5  # highest ÷ lowest weekly spend
TOO_FEW_WEEKS, TOO_FEW_PAYERS, SPEND_TOO_EVEN, BEYOND_OBSERVED = (
    "too_few_weeks", "too_few_payers", "spend_too_even", "beyond_observed",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Marginal:
    """What more spend of a channel would bring in a week.

    ``gain`` (payers or leads) with an interval, or ``refusal`` and no gain. ``now_cny``
    is the mean weekly spend of the last four weeks, ``most_cny`` the highest week seen,
    ``elasticity`` the power of the fitted curve, at most 1.
    """

    gain: float | None
    low: float | None
    high: float | None
    refusal: str | None
    weeks: int
    now_cny: float | None
    most_cny: float | None
    elasticity: float | None


def by_week(spend: pd.DataFrame, outcomes: pd.DataFrame) -> pd.DataFrame:
    """Days of spend and of payers (or leads) as weeks from Monday.

    Parameters
    ----------
    spend, outcomes
        Roll-ups by ``unit_on`` of one channel: ``numerator`` of each.

    Returns
    -------
    DataFrame
        ``week_on``, ``spend_cny``, ``gained``; only weeks whose seven days are all inside
        the days given.
    """
    daily = [
        side.groupby(pd.to_datetime(side["unit_on"]))["numerator"].sum().astype(float)
        for side in (spend, outcomes)
    ]
    days = pd.concat(daily, axis=1, keys=["spend_cny", "gained"]).sort_index()
    if days.empty:
        return pd.DataFrame({"week_on": [], "spend_cny": [], "gained": []})
    days = days.reindex(pd.date_range(days.index.min(), days.index.max())).fillna(0.0)
    monday = pd.DatetimeIndex(days.index)
    weeks = days.groupby(monday - pd.to_timedelta(monday.day_of_week, unit="D"))
    table = weeks.sum()[weeks.size() == 7]
    return table.rename_axis("week_on").reset_index()


def marginal_return(
    weeks: pd.DataFrame, *, step_cny: float = 1000.0, level: float = 0.8
) -> Marginal:
    """Payers gained by one more step of weekly spend, from a concave curve over weeks.

    The curve is gained = a × spend^b with 0 ≤ b ≤ 1, fitted by quasi-Poisson: more money
    never brings more than proportionally. It is an association over weeks, not an
    experiment: a season that raised both would show as a return.

    Parameters
    ----------
    weeks
        Of `by_week`, for days old enough that their payers are known.
    step_cny
        More weekly spend than now, more than 0.
    level
        Of the interval, in (0, 1).

    Returns
    -------
    Marginal
        Refused with fewer than 8 weeks of spend or 30 payers, where weekly spend hardly
        varied, and where the step would pass the highest spend ever seen.

    Raises
    ------
    InvalidOption
        If an option is out of its bounds.

    References
    ----------
    METRICS, "budget move".
    """
    if step_cny <= 0:
        raise InvalidOption(f"step_cny must be more than 0, got {step_cny}")
    if not 0 < level < 1:
        raise InvalidOption(f"level must be between 0 and 1, got {level}")
    spent = weeks[weeks["spend_cny"] > 0].sort_values("week_on")
    x, y = spent["spend_cny"].to_numpy(float), spent["gained"].to_numpy(float)
    now = float(x[-4:].mean()) if x.size else None
    most = float(x.max()) if x.size else None
    refusal = None
    if x.size < LEAST_WEEKS:
        refusal = TOO_FEW_WEEKS
    elif y.sum() < LEAST_PAYERS:
        refusal = TOO_FEW_PAYERS
    elif x.max() / x.min() < LEAST_SPREAD:
        refusal = SPEND_TOO_EVEN
    elif now is not None and now + step_cny > x.max():
        refusal = BEYOND_OBSERVED
    if refusal or now is None:
        return Marginal(
            gain=None, low=None, high=None, refusal=refusal, weeks=int(x.size), now_cny=now,
            most_cny=most, elasticity=None,
        )  # fmt: skip
    centre = float(np.log(x).mean())
    theta, covariance = _fit(np.log(x) - centre, y)
    at = np.log(np.array([now, now + step_cny])) - centre
    curve = np.exp(theta[0] + theta[1] * at)
    gain = float(curve[1] - curve[0])
    slope = np.array([gain, curve[1] * at[1] - curve[0] * at[0]])
    half = float(ndtri((1 + level) / 2) * np.sqrt(slope @ covariance @ slope))
    return Marginal(
        gain=gain, low=max(gain - half, 0.0), high=gain + half, refusal=None,
        weeks=int(x.size), now_cny=now, most_cny=most, elasticity=float(theta[1]),
    )  # fmt: skip


def _fit(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Quasi-Poisson log-linear fit with the slope kept in [0, 1]; parameters, covariance.

    Two parameters by Newton's method: statsmodels takes seconds to import, and warns
    where weeks lie on the curve exactly.
    """
    design = np.column_stack([np.ones_like(x), x])
    theta = np.array([np.log(y.mean()), 0.0])
    for _ in range(_STEPS):
        mu = np.exp(design @ theta)
        step = np.linalg.solve(design.T @ (design * mu[:, None]), design.T @ (y - mu))
        theta = theta + np.clip(step, -1, 1)
        if np.abs(step).max() < 1e-10:
            break
    mu = np.exp(design @ theta)
    scale = max(float(((y - mu) ** 2 / mu).sum() / (y.size - 2)), 1.0)
    covariance = scale * np.linalg.inv(design.T @ (design * mu[:, None]))
    if not 0 <= theta[1] <= 1:
        theta[1] = min(max(theta[1], 0.0), 1.0)
        theta[0] = np.log(y.sum() / np.exp(theta[1] * x).sum())
    return theta, covariance
