"""What a rule of the common pool would move, and whose leads they are."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pandas as pd
import streamlit as st

from components.ask import query
from components.kit.charts.bars import ranked_bars
from components.kit.charts.chart import show
from components.kit.rows.drill import open_rows
from components.kit.states import nothing_to_show
from components.screens.conversion.reading import Reading
from components.words.formats import number, percent
from components.words.i18n import _
from data.scope import Filters, Period
from metrics.leads.pool_rule import CAUSES, DEAL_DAYS, IDLE_DAYS, pool_rule

_SHOWN = 12
YEARS_DAYS = 730  # older leads are in nobody's hands but on paper


def pool_rule_panel(reading: Reading) -> None:
    """Draw the rule, what it moves, and from whom."""
    with st.container(horizontal=True, gap="medium"):
        idle_days = st.number_input(
            _("Back to the pool after days without a contact"), 1, 365, IDLE_DAYS,
            key="pool_idle_days", width=300, bind="query-params",
        )  # fmt: skip
        deal_days = st.number_input(
            _("Or after days without an order"), 1, 730, DEAL_DAYS, key="pool_deal_days",
            width=240, bind="query-params",
        )  # fmt: skip
    options = {"idle_days": idle_days, "deal_days": deal_days}
    filters = _two_years(reading)
    found = query.run(pool_rule, filters, by=("owner_id", "cause"), scope=reading.scope, **options)
    if found.empty:
        nothing_to_show(_("No open lead of the last two years has an owner."))
        return
    st.markdown(moved_sentence(found, idle_days, deal_days))
    owners = by_owner(found)
    if owners.empty:
        return
    finding = owners_finding(owners, reading.consultants)
    clicked = show(
        ranked_bars(
            owners, by="owner_id", unit="leads", title=finding, names=reading.consultants,
            most=_SHOWN,
        ),
        key="conversion_pool_rule_owners", alt=finding, clickable=True,
    )  # fmt: skip
    st.caption(
        _(
            "Open leads of the last two years, whatever days are picked; the clock runs from the"
            " last contact, reached or not, else from the assignment. A simulation: nothing is"
            " moved. A bar opens the leads."
        )
    )
    if clicked:
        open_rows(pool_rule, filters, where={**clicked, "cause": CAUSES}, **options)


def _two_years(reading: Reading) -> Filters:
    until = reading.scope.as_of_on + timedelta(days=1)
    period = Period(start=until - timedelta(days=YEARS_DAYS), end=until)
    return replace(reading.filters, period=period, comparison=None)


def moved_sentence(found: pd.DataFrame, idle_days: int, deal_days: int) -> str:
    """How many leads the rule moves, of how many, and why."""
    moved, all_ = found["numerator"].sum(), found["denominator"].sum()
    by_cause = found.groupby("cause")["numerator"].sum()
    return _(
        "By this rule **{moved} of {all} open leads ({share})** go back to the pool: {idle} without"
        " a contact for {idle_days} days, {late} more without an order for {deal_days} days.",
        moved=number(moved, exact=True),
        all=number(all_, exact=True),
        share=percent(moved / all_),
        idle=number(by_cause.get("no_contact", 0), exact=True),
        idle_days=idle_days,
        late=number(by_cause.get("no_deal", 0), exact=True),
        deal_days=deal_days,
    )


def by_owner(found: pd.DataFrame) -> pd.DataFrame:
    """``owner_id``, ``value`` (leads moved) and ``open`` (leads held), most moved first."""
    owners = found.groupby("owner_id", as_index=False).agg(
        value=("numerator", "sum"), open=("denominator", "sum")
    )
    owners = owners[owners["value"] > 0]
    return owners.sort_values(["value", "owner_id"], ascending=[False, True], ignore_index=True)


def owners_finding(owners: pd.DataFrame, names: dict[str, str]) -> str:
    """Whose leads would move most, as the picture's title."""
    first = owners.iloc[0]
    return _(
        "Most from {name}: {n} of {open}; {people} consultants hold such leads",
        name=names.get(first["owner_id"], first["owner_id"]),
        n=number(first["value"], exact=True),
        open=number(first["open"], exact=True),
        people=len(owners),
    )
