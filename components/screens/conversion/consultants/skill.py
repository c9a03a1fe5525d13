"""Consultants compared fairly: what they converted against what their leads promised."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pandas as pd
import streamlit as st

from components.ask import query
from components.kit.charts.chart import show
from components.kit.charts.funnel_plot import funnel_plot
from components.kit.rows.columns import names_by_id
from components.kit.rows.drawer import day_column, open_list
from components.kit.rows.table import clickable_table, interval_column, lines_height, share_column
from components.kit.states import nothing_to_show, too_few
from components.screens.conversion.reading import LEARNED_DAYS, Reading, institution_score
from components.words.formats import interval, number, percent
from components.words.i18n import N_, _
from data.scope import Filters, Period
from metrics.leads.fair_rate import ABOVE, BELOW, FEW, WITHIN, fairness, funnel_limits
from metrics.leads.features import received_leads, received_rows

FAIR_DAYS = 90  # a long window: few orders cannot tell consultants apart
VERDICTS = {
    ABOVE: N_("more than their leads promised"),
    BELOW: N_("less than their leads promised"),
    WITHIN: N_("cannot be separated from the average"),
    FEW: N_("too few to judge"),
}


def consultants_panel(reading: Reading) -> None:
    """Draw the funnel plot and the consultants behind it."""
    people = fair_table(reading)
    if people.empty:
        nothing_to_show(_("No leads old enough to compare consultants by."))
        return
    finding = fair_finding(people, reading.consultants)
    clicked = show(
        funnel_plot(
            people,
            funnel_limits(float(people["expected"].max()) * 1.05),
            key="owner_id",
            names=reading.consultants,
            title=finding,
            x_title=_("Orders expected of the leads received"),
            y_title=_("Observed ÷ expected"),
        ),
        key="conversion_consultants_plot",
        alt=finding,
        clickable=True,
    )
    st.caption(
        _(
            "Leads of the last year and a half that are {days} days old. Expected is the sum of"
            " the scores of the leads received, so that good leads are no merit. Grey: where a"
            " consultant of average skill lies 19 times of 20: of {n} such consultants about {out}"
            " would lie outside by chance alone.",
            days=FAIR_DAYS,
            n=len(people),
            out=number(round(len(people) / 20), exact=True),
        )
    )
    clicked = _table(reading, people) or clicked
    if clicked:
        _open_received(reading, clicked["owner_id"])


def _open_received(reading: Reading, owner_id: str) -> None:
    """Open the leads that a consultant is compared by."""
    open_list(
        partial(
            query.fetch, received_leads, _judged(reading), scope=reading.scope,
            window_days=FAIR_DAYS, owner_id=owner_id,
        ),
        {
            "name": st.column_config.TextColumn(_("Name")),
            "created_at": day_column(_("Lead on")),
            "won": st.column_config.CheckboxColumn(_("Has ordered")),
            "campus": st.column_config.TextColumn(_("Campus")),
            "channel": st.column_config.TextColumn(_("Channel")),
        },
        title=reading.consultants.get(owner_id, owner_id), subject="received_leads",
        key="conversion_received", where={"owner_id": owner_id},
    )  # fmt: skip


def fair_table(reading: Reading) -> pd.DataFrame:
    """Observed ÷ expected per consultant; empty where there is no score to expect by."""
    score = institution_score(FAIR_DAYS)
    if not score.is_model:
        return pd.DataFrame()
    found: pd.DataFrame = query.fold(
        received_rows, fairness(score), _judged(reading), scope=reading.scope,
        window_days=FAIR_DAYS,
    )  # fmt: skip
    return found


def _judged(reading: Reading) -> Filters:
    """The filters with the days whose leads are compared."""
    until = reading.scope.as_of_on + timedelta(days=1)
    period = Period(start=until - timedelta(days=LEARNED_DAYS), end=until)
    return replace(reading.filters, period=period, comparison=None)


def fair_finding(people: pd.DataFrame, names: dict[str, str]) -> str:
    """Who differs from the average, or that nobody can be told apart, as the picture's title."""
    judged = people[people["verdict"] != FEW]
    if judged.empty:
        return too_few(int(people["n"].max()))
    parts = []
    for verdict, place in ((BELOW, 0), (ABOVE, -1)):
        found = judged[judged["verdict"] == verdict]
        if found.empty:
            continue
        row = found.iloc[place]
        parts.append(
            _(
                "{name} brought {ratio} of what the leads promised ({low} to {high})",
                name=names.get(row["owner_id"], row["owner_id"]),
                ratio=percent(row["ratio"]),
                low=percent(row["low"]),
                high=percent(row["high"]),
            )
        )
    return _("; ").join(parts) if parts else _("No consultant can be separated from the average")


def _table(reading: Reading, people: pd.DataFrame) -> dict[str, str] | None:
    """Draw the table; gives the consultant of the line clicked just now."""
    campus = names_by_id("campus", scope=reading.scope)
    clicked = clickable_table(
        pd.DataFrame(
            {
                "name": [reading.consultants.get(o, o) for o in people["owner_id"]],
                "campus": [campus.get(c, c) for c in people["campus_id"]],
                "n": people["n"],
                "observed": people["observed"],
                "expected": people["expected"].round(1),
                "raw": people["raw"],
                "ratio": people["ratio"],
                "bounds": [
                    interval(row["low"], row["high"], "ratio") for row in people.to_dict("records")
                ],
                "verdict": [_(VERDICTS[verdict]) for verdict in people["verdict"]],
            }
        ),
        key="conversion_consultants_table",
        height=lines_height(len(people), 12),
        column_config={
            "name": st.column_config.TextColumn(_("Consultant"), pinned=True),
            "campus": st.column_config.TextColumn(_("Campus")),
            "n": st.column_config.NumberColumn(_("Leads"), format="localized"),
            "observed": st.column_config.NumberColumn(_("Observed")),
            "expected": st.column_config.NumberColumn(_("Expected")),
            "raw": share_column(_("Raw rate")),
            "ratio": share_column(_("Observed ÷ expected")),
            "bounds": interval_column(),
            "verdict": st.column_config.TextColumn(_("Verdict")),
        },
        alt=_("{n} consultants, the lowest ratio first", n=number(len(people), exact=True)),
    )
    return None if clicked is None else {"owner_id": people["owner_id"].iloc[clicked[0]]}
