"""How long until the first order, with leads that have not ordered kept in."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from components.ask import query
from components.kit.charts.chart import show
from components.kit.charts.share_curve import share_curve
from components.kit.rows.drill import open_rows
from components.kit.states import ENOUGH, too_few
from components.screens.conversion.reading import Reading
from components.words.formats import days_range, interval, is_missing, number, percent, value
from components.words.i18n import _
from metrics.acquisition.verdicts import judged_filters
from metrics.foundation.duration_curves import duration_curves, duration_tally
from metrics.leads.response import time_to_convert
from metrics.models.kaplan_meier import Survival

HORIZON = 180  # days within which an order is called a conversion at all


def timing_panel(reading: Reading) -> None:
    """Draw the share that has ordered by each day, and by when half of them have."""
    filters = judged_filters(reading.filters, as_of_on=reading.scope.as_of_on, window_days=90)
    curve: Survival = query.fold(
        duration_tally, duration_curves, filters, scope=reading.scope,
        metric=time_to_convert, per_unit=1,
    ).now  # fmt: skip
    if curve.n < ENOUGH:
        st.caption(too_few(int(curve.n)))
        return
    last = min(HORIZON, int(curve.longest))
    points = curve_points(curve, last)
    times = quantiles_within(curve, last)
    finding = timing_finding(points, times, last)
    clicked = show(
        share_curve(
            points, unit="days", title=finding,
            marks={name: day for name, day in times.items() if not is_missing(day)},
        ),
        key="conversion_timing_curve", alt=finding, clickable=True,
    )  # fmt: skip
    st.caption(
        _(
            "Leads of {days}, n = {n}; those without an order count until today (Kaplan–Meier)."
            " Median, P75 and P90 are of the orders that come within {last} days; of all leads"
            " {median}.",
            days=days_range(filters.period),
            n=number(curve.n, exact=True),
            last=last,
            median=_("fewer than half ever order")
            if is_missing(curve.quantile(0.5))
            else _("half order by day {day}", day=number(curve.quantile(0.5))),
        )
    )
    asked = st.button(_("See the rows"), icon=":material/table_rows:", key="conversion_timing_rows")
    if asked or clicked:  # every mark of the curve rests on all of them
        open_rows(time_to_convert, filters)


def curve_points(curve: Survival, last: int) -> pd.DataFrame:
    """The share that has ordered by each day, with its interval."""
    days = np.arange(last + 1)
    bounds = [curve.interval(day) for day in days]
    return pd.DataFrame(
        {
            "time": days,
            "share": [1 - curve.at(day) for day in days],
            "low": [1 - high for _low, high in bounds],
            "high": [1 - low for low, _high in bounds],
        }
    )


def quantiles_within(curve: Survival, last: int) -> dict[str, float]:
    """By which day half, three quarters and nine tenths of the horizon's orders have come."""
    whole = 1 - curve.at(last)
    names = {_("Median"): 0.5, "P75": 0.75, "P90": 0.9}
    if not whole > 0:
        return dict.fromkeys(names, float("nan"))
    return {name: curve.quantile(p * whole) for name, p in names.items()}


def timing_finding(points: pd.DataFrame, times: dict[str, float], last: int) -> str:
    """How many order, and how soon, as the picture's title."""
    end = points.iloc[-1]
    median, p75, p90 = times.values()
    return _(
        "{share} order within {last} days (95% {interval}): half of them by day {median},"
        " P75 {p75}, P90 {p90}",
        share=percent(end["share"]), last=last,
        interval=interval(end["low"], end["high"], "ratio"), median=number(median),
        p75=value(p75, "days"), p90=value(p90, "days"),
    )  # fmt: skip
