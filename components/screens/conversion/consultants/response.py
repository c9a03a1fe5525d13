"""How soon leads are reached, and whether the delay tells on what they buy."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from components.ask import query
from components.kit.charts.bars import ranked_bars
from components.kit.charts.chart import show
from components.kit.rows.drill import open_rows
from components.kit.rows.table import clickable_table
from components.kit.states import ENOUGH, nothing_to_show
from components.screens.conversion.reading import Reading
from components.screens.conversion.words import DELAY_WORDS
from components.words.formats import interval, is_missing, number, percent, value
from components.words.i18n import N_, _
from metrics.acquisition.verdicts import judged_filters
from metrics.foundation.duration_curves import duration_curves, duration_tally
from metrics.foundation.intervals import share_bounds
from metrics.leads.response import DELAYS, NEVER, conversion_by_response, response_time
from metrics.models.kaplan_meier import Survival

_SHARES = (
    (5 / 60, N_("within 5 minutes")),
    (0.5, N_("within 30 minutes")),
    (24.0, N_("within 24 hours")),
    (48.0, N_("within 48 hours")),
)
_CLOCKS = ("assigned", "created")  # the lines of the table
_ORDER = [*(name for name, _hours in DELAYS), NEVER]


def response_panel(reading: Reading) -> None:
    """Draw quantiles and shares, then conversion by delay."""
    curve = reading.response.now
    if not curve.n:
        nothing_to_show(_("No lead of these days was assigned."))
        return
    clicked = clickable_table(
        times_table({_("from the assignment"): curve, **_from_creation(reading)}),
        key="conversion_response_times",
        placeholder="—",
        alt=_("Response times and shares reached in time."),
    )
    st.caption(
        _(
            "Business hours, {opens}:00–{closes}:00 every day; leads not reached yet are kept as"
            " open (Kaplan–Meier estimate). {open} of {n} are open.",
            opens=reading.choice.opens,
            closes=reading.choice.closes,
            open=number(curve.n - curve.happened, exact=True),
            n=number(curve.n, exact=True),
        )
    )
    if clicked is not None:
        open_rows(
            response_time, reading.filters, since=_CLOCKS[clicked[0]],
            opens=reading.choice.opens, closes=reading.choice.closes,
        )  # fmt: skip
    _by_delay(reading)


def _from_creation(reading: Reading) -> dict[str, Survival]:
    found = query.fold(
        duration_tally, duration_curves, reading.filters, scope=reading.scope,
        metric=response_time, per_unit=60, since="created", opens=reading.choice.opens,
        closes=reading.choice.closes,
    )  # fmt: skip
    return {_("from the creation"): found.now}


def times_table(curves: dict[str, Survival]) -> pd.DataFrame:
    """A row per curve: quantiles in hours, shares reached in time with their intervals."""
    rows = []
    for name, curve in curves.items():
        row = {_("Clock"): name}
        for p, words in ((0.5, _("Median")), (0.75, "P75"), (0.9, "P90")):
            row[words] = value(curve.quantile(p), "hours")
        for hours, words in _SHARES:
            open_ = curve.at(hours)
            low, high = curve.interval(hours)
            if open_ == 1:  # nobody yet: the curve has no step to bound, a count has
                low, high = 1 - float(share_bounds(0, int(curve.n))[1]), 1.0
            said = percent(1 - open_) if not is_missing(open_) else "—"
            bounds = "" if is_missing(low) else f" ({interval(1 - high, 1 - low, 'ratio')})"
            row[_(words)] = said + bounds
        rows.append(row)
    return pd.DataFrame(rows)


def _by_delay(reading: Reading) -> None:
    filters = judged_filters(
        reading.filters, as_of_on=reading.scope.as_of_on, window_days=reading.choice.window_days + 3
    )
    options = {
        "window_days": reading.choice.window_days, "opens": reading.choice.opens,
        "closes": reading.choice.closes,
    }  # fmt: skip
    found = query.run(
        conversion_by_response, filters, by=("delay",), scope=reading.scope, **options
    )
    found = found[found["n"] > 0]
    found = found.sort_values("delay", key=lambda names: names.map(_ORDER.index))
    if found.empty:
        return
    finding = delay_finding(found)
    clicked = show(
        ranked_bars(
            found, by="delay", unit="ratio", title=finding,
            names={name: _(words) for name, words in DELAY_WORDS.items()},
        ),
        key="conversion_by_delay", alt=finding, clickable=True,
    )  # fmt: skip
    st.caption(
        _(
            "First orders within {days} days of the assignment. An association, not the effect of"
            " calling sooner: families who answer at once may be keener, and numbers that cannot"
            " be reached stand among the slow.",
            days=reading.choice.window_days,
        )
    )
    if clicked:
        open_rows(conversion_by_response, filters, where=clicked, **options)


def delay_finding(found: pd.DataFrame) -> str:
    """Whether leads reached soon buy more than those reached late, as the picture's title."""
    table = found.set_index("delay")
    soon = [name for name in ("within_5_min", "within_30_min") if name in table.index]
    late = [name for name in ("within_48_h", "later") if name in table.index]
    n = {side: table.loc[names, "n"].sum() for side, names in (("soon", soon), ("late", late))}
    if min(n.values()) < ENOUGH:
        return _("Too few leads were reached late to compare")
    fast, slow = (_pooled(table.loc[names]) for names in (soon, late))
    values = {"fast": percent(fast[0]), "slow": percent(slow[0])}
    if fast[1] > slow[2]:
        return _("Reached within 30 minutes {fast} order, after a day {slow}", **values)
    if fast[2] < slow[1]:
        return _("Reached within 30 minutes only {fast} order, after a day {slow}", **values)
    return _("{fast} and {slow}: reached soon or after a day cannot be separated", **values)


def _pooled(rows: pd.DataFrame) -> tuple[float, float, float]:
    won, n = int(rows["numerator"].sum()), int(rows["denominator"].sum())
    low, high = share_bounds(won, n)
    return won / n, float(low), float(high)
