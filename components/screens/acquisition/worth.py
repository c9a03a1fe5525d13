"""What a payer is worth against what they cost: LTV to CAC, by paid channel."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from components.ask.tally import tally
from components.kit.rows.drill import open_rows
from components.kit.rows.table import clickable_table, interval_column
from components.screens.acquisition.measures import MEASURES
from components.screens.acquisition.reading import Reading
from components.words.formats import MISSING, days_range, interval, money, number
from components.words.i18n import _
from metrics.acquisition.cohort_value import ltv
from metrics.acquisition.payback import ltv_to_cac
from metrics.foundation.separation import LEAST_MATURE

_PAID = "paid"  # all paid channels together


def worth_of(reading: Reading, paid: Sequence[str]) -> pd.DataFrame:
    """Worth and cost of a payer by ``node``: `_PAID`, then each channel, the best first.

    Both are of the leads whose payback is drawn, within the same days.
    """
    filters, days = reading.judged("roi"), reading.choice.return_days
    paths = {channel: [_PAID, channel] for channel in paid}
    worth = tally(ltv, filters, scope=reading.scope, days=days, base="payer")
    cost = tally(MEASURES[_cac(reading)].metric, filters, scope=reading.scope, window_days=days)
    found = ltv_to_cac(worth.nodes(paths), cost.nodes(paths), by=("node",))
    found = found[found["node"].isin([_PAID, *paid])]
    first = (found["node"] != _PAID).rename("first")
    best = found["value"].where(found["n"] >= LEAST_MATURE)
    order = pd.DataFrame({"first": first, "best": best, "node": found["node"]})
    order = order.sort_values(["first", "best", "node"], ascending=[True, False, True])
    return found.loc[order.index].reset_index(drop=True)


def _cac(reading: Reading) -> str:
    """The dearest CAC of which the viewer's role reads all sources."""
    return reading.seen("cac_full", "cac_media")[0]


def worth_table(reading: Reading, paid: Sequence[str]) -> tuple[str, str] | None:
    """Draw what a payer of each paid channel brought, what they cost, and the first by the
    second; gives the node and the column of the cell clicked just now."""
    found = worth_of(reading, paid)
    if found.empty:
        return None
    st.markdown(worth_words(found))
    judged = found["n"] >= LEAST_MATURE
    rows = found.to_dict("records")
    name = {_PAID: _("Paid channels")} | reading.channels
    cost = MEASURES[_cac(reading)]
    column = st.column_config
    clicked = clickable_table(
        pd.DataFrame(
            {
                "channel": [name.get(row["node"], row["node"]) for row in rows],
                "value": [
                    number(row["value"]) if told else _("too few to judge")
                    for row, told in zip(rows, judged, strict=True)
                ],
                "bounds": [interval(row["low"], row["high"], "times") for row in rows],
                "ltv": [money(row["ltv"]) for row in rows],
                "cac": [money(row["cac"]) for row in rows],
                "n": found["n"],
                "immature": found["immature"],
            }
        ),
        placeholder=MISSING, height="content", key="acquisition_worth",
        column_config={
            "channel": column.TextColumn(_("Channel"), pinned=True),
            "ltv": column.TextColumn(_("LTV, {days} days", days=reading.choice.return_days)),
            "cac": column.TextColumn(_(cost.title)),
            "value": column.TextColumn(_("LTV:CAC")),
            "bounds": interval_column(),
            "n": column.NumberColumn(_("Payers")),
            "immature": column.NumberColumn(_("Immature")),
        },
        alt=_("Paid channels with what a payer brought and cost."),
    )  # fmt: skip
    st.caption(
        _(
            "LTV: net revenue of those leads of {days} who bought a course, in their first {n}"
            " days, a head. CAC: what all those leads cost ÷ the same payers. No cost of"
            " teaching is taken off.",
            days=days_range(reading.judged("roi").period),
            n=reading.choice.return_days,
        )
        + " "
        + _("A cell opens its rows.")
    )
    return None if clicked is None else (rows[clicked[0]]["node"], clicked[1])


def open_worth(reading: Reading, paid: Sequence[str], node: str, column: str) -> None:
    """Open what a node of the table cost, or the payers and what they brought."""
    filters, days = reading.judged("roi"), reading.choice.return_days
    where = {"channel_id": tuple(paid) if node == _PAID else node}
    name = _("Paid channels") if node == _PAID else reading.channels.get(node, node)
    if column == "cac":
        cost = MEASURES[_cac(reading)]
        title = f"{name} · {_(cost.title)}"
        open_rows(cost.metric, filters, where=where, title=title, window_days=days)
    else:
        title = f"{name} · {_('LTV, {days} days', days=days)}"
        open_rows(ltv, filters, where=where, title=title, days=days, base="payer")


def worth_words(found: pd.DataFrame) -> str:
    """What a payer of the paid channels brought for each yuan they cost."""
    whole = found.iloc[0]
    if whole["n"] < LEAST_MATURE or pd.isna(whole["value"]):
        return _("Too few payers to set what they bring against what they cost.")
    return _(
        "A payer of the paid channels brought {ratio} times what they cost ({interval};"
        " {n} payers).",
        ratio=number(whole["value"]),
        interval=interval(whole["low"], whole["high"], "times"),
        n=number(whole["n"], exact=True),
    )
