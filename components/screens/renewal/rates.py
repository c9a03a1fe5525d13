"""Three renewal rates of the same days, and the parts that lie between them."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from components.kit.charts.chart import show
from components.kit.charts.waterfall import waterfall
from components.kit.rows.drill import open_rows
from components.kit.states import nothing_to_show
from components.screens.renewal.behind import open_bridge_part
from components.screens.renewal.reading import Reading
from components.words.formats import days_range, percent
from components.words.i18n import N_, _
from metrics.renewal.bridge import AMOUNT_PARTS, FLOW_PARTS, Bridge
from metrics.renewal.due import renewal_amount_rate, renewal_flow_rate, renewal_rate

PARTS = {
    "paid_before": N_("paid before these days"),
    "paid_after": N_("paid after them"),
    "due_later": N_("paid now, due later"),
    "due_earlier": N_("paid now, due before"),
    "outside_window": N_("paid too early or late"),
    "closings": N_("divided by closings"),
    "size": N_("larger ones renew more or less"),
    "price": N_("renewed for more or less"),
}


def rates_panel(reading: Reading) -> None:
    """Draw the bridge from the due cohort's rate to the month's flow, or to the amount."""
    found = reading.bridge
    st.caption(
        _(
            "One period, {days}, three readings: of those that fell due ({cohort}), of those who"
            " paid or closed in it ({flow}), and of the money ({amount}).",
            days=days_range(reading.judged.period),
            cohort=percent(found.cohort),
            flow=percent(found.flow),
            amount=percent(found.amount),
        )
    )
    other = st.segmented_control(
        _("Compare the due cohort with"), ["flow", "amount"], default="flow", required=True,
        format_func=lambda name: _("the month's flow") if name == "flow" else _("the amount"),
        key="renewal_bridge_to",
    )  # fmt: skip
    names = FLOW_PARTS if other == "flow" else AMOUNT_PARTS
    rate = renewal_flow_rate if other == "flow" else renewal_amount_rate
    after = found.flow if other == "flow" else found.amount
    if found.cohort is None or after is None:
        nothing_to_show(_("One of the rates has nothing to divide by in these days."))
        return
    parts = bridge_rows(found, names)
    finding = bridge_finding(found.cohort, after, parts)
    clicked = show(
        waterfall(
            parts,
            before=found.cohort,
            after=after,
            before_name=_("Due cohort"),
            after_name=_("Month's flow") if other == "flow" else _("Amount"),
            unit="ratio",
            title=finding,
            before_where={"metric": renewal_rate.name},
            after_where={"metric": rate.name},
        ),
        key=f"renewal_bridge_{other}",
        alt=finding,
        clickable=True,
    )
    st.caption(
        _("The parts add up to the difference exactly. A part opens the enrolments behind it.")
    )
    if clicked and "metric" in clicked:
        is_cohort = clicked["metric"] == renewal_rate.name
        open_rows(renewal_rate if is_cohort else rate, reading.judged)
    elif clicked:
        part = clicked["part"]
        open_bridge_part(reading, part, title=_(PARTS[part]))


def bridge_rows(found: Bridge, names: tuple[str, ...]) -> pd.DataFrame:
    """The parts in order, with their words."""
    return pd.DataFrame(
        [
            {"name": _(PARTS[name]), "change": found.parts[name], "where": {"part": name}}
            for name in names
        ]
    )


def bridge_finding(before: float, after: float, parts: pd.DataFrame) -> str:
    """The largest part, as the picture's title."""
    largest = parts.loc[parts["change"].abs().idxmax()]
    return _(
        "From {before} to {after}: most by “{part}”",
        before=percent(before),
        after=percent(after),
        part=largest["name"],
    )
