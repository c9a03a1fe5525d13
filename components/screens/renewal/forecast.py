"""How far the forecast of renewals can be trusted: calibration, what it rests on, the target."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd
import streamlit as st

from components.ask import query
from components.kit.charts.calibration import calibration_plot
from components.kit.charts.chart import show
from components.kit.states import nothing_to_show
from components.screens.renewal.behind import open_forecast_families
from components.screens.renewal.reading import Reading
from components.screens.renewal.worklist import FEATURES, trust_words
from components.words.formats import number
from components.words.i18n import _, sentences
from metrics.renewal.intent import Tested
from metrics.renewal.pool import renewal_month


def forecast_panel(reading: Reading) -> None:
    """Draw what is expected of the month against plan, and how the forecast did before."""
    st.caption(month_words(reading))
    st.caption(trust_words(reading))
    tested = reading.intent.tested
    if tested is None:
        nothing_to_show(_("There is nothing yet to test the forecast on."))
        return
    finding = calibration_finding(tested)
    clicked = show(
        calibration_plot(tested.bins, title=finding), key="renewal_calibration", alt=finding,
        clickable=True,
    )  # fmt: skip
    if clicked:
        own = tested.families[tested.families["group"] == clicked["group"]]
        open_forecast_families(reading, own)
    weights = reading.intent.weights
    column = st.column_config
    st.dataframe(
        weights.assign(feature=[_(FEATURES[name]) for name in weights["feature"]]),
        hide_index=True,
        column_config={
            "feature": column.TextColumn(_("What it rests on")),
            "weight": column.NumberColumn(_("Weight (log odds a spread)"), format="%.2f"),
            "low": column.NumberColumn("95% ↓", format="%.2f"),
            "high": column.NumberColumn("95% ↑", format="%.2f"),
        },
        alt=_("What the forecast rests on, the heaviest first."),
    )
    st.caption(_("Associations in the past, not causes."))


def month_words(reading: Reading) -> str:
    """Of what falls due in the running month: paid, expected in all, and the plan."""
    start = reading.today.replace(day=1)
    end = (start + timedelta(days=32)).replace(day=1)
    row = query.fetch(
        renewal_month, reading.filters, scope=reading.scope, start=start, end=end
    ).iloc[0]
    pool = reading.intent.pool
    days = pd.to_datetime(pool["due_on"]).dt.date
    expected, low, high = reading.intent.expected(pool[(days >= start) & (days < end)])
    said = _(
        "Due this month: {due}, renewed so far {paid}, expected in all {expected} ({low}–{high}).",
        due=number(row["due"], exact=True),
        paid=number(row["renewed"], exact=True),
        expected=number(round(row["renewed"] + expected)),
        low=number(round(row["renewed"] + low)),
        high=number(round(row["renewed"] + high)),
    )
    plan = row["plan"]
    own = reading.scope.role == "consultant"  # plans are of whole campuses
    if pd.isna(plan) or own or reading.filters.channels or reading.filters.course_lines:
        return sentences(said, _("No plan for renewals covers exactly this."))
    missing = plan - row["renewed"] - expected
    if missing > 0:
        short = _(
            "The plan is {plan}: {missing} short.",
            plan=number(plan, exact=True), missing=number(round(missing)),
        )  # fmt: skip
        return sentences(said, short)
    return sentences(said, _("The plan is {plan}: within reach.", plan=number(plan, exact=True)))


def calibration_finding(tested: Tested) -> str:
    """Whether as many renewed as were expected."""
    return _(
        "Of {n} later families {expected} were expected to renew, {happened} did",
        n=number(tested.roc.n, exact=True),
        expected=number(round(tested.expected)),
        happened=number(tested.happened, exact=True),
    )
