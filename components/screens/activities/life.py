"""One activity: the answer, its figures and its life line."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from components.ask import query
from components.kit.activity_words import PHASES, said
from components.kit.answer import answer_card
from components.kit.charts.chart import show
from components.kit.charts.lifeline import hour_bars, lifeline
from components.kit.figures import FigureCard, figure_cards
from components.kit.rows.drill import open_rows
from components.kit.states import nothing_to_show
from components.screens.activities.phases import phase_table
from components.screens.activities.reading import Life, open_activity
from components.screens.activities.sentences import life_sentence, title_of
from components.words.formats import day, days_range, interval, number, percent
from components.words.i18n import N_, _
from data.scope import Period
from metrics.activities.health import phase_days
from metrics.activities.outcomes import activity_conversion, activity_cost_per_lead, activity_orders
from metrics.activities.plan import planned_by_day
from metrics.activities.traffic import (
    activity_leads,
    activity_shares,
    activity_views,
    activity_visitors,
)
from metrics.foundation.registry import Metric
from metrics.models.activity_curve import band

LEADS = "leads"
FIGURES: dict[str, Metric] = {
    LEADS: activity_leads,
    "visitors": activity_visitors,
    "views": activity_views,
    "shares": activity_shares,
    "orders": activity_orders,
}
_WORDS = {
    LEADS: N_("Leads"), "visitors": N_("Visitors"), "views": N_("Page views"),
    "shares": N_("Shares"), "orders": N_("Orders"),
}  # fmt: skip
BY = {"unit_on": N_("By day"), "hour": N_("By hour")}


def life_head(life: Life) -> None:
    """Draw the way back, the answer and the row of figures."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            _("All activities"), icon=":material/arrow_back:", key="activities_back",
            on_click=open_activity, args=("",), type="tertiary",
        )  # fmt: skip
        period = Period(
            start=life.days[0], end=life.days[-1] + pd.Timedelta(days=1).to_pytimedelta()
        )
        st.caption(f"{title_of(life.row)} · {days_range(period)}".replace("$", r"\$"))
    leads = query.run(activity_leads, life.filters, scope=life.scope, **life.only).iloc[0]
    answer_card(
        life_sentence(life), metric=activity_leads, figure=leads, filters=life.filters,
        key="activity", **life.only,
    )  # fmt: skip
    cards = [
        (activity_visitors, _("Visitors")),
        (activity_shares, _("Shares")),
        (activity_conversion, _("First orders in 90 days")),
        (activity_cost_per_lead, _("Cost per lead")),
    ]
    figure_cards(
        [
            FigureCard(
                metric=metric, title=title, options=life.only,
                figure=query.run(metric, life.filters, scope=life.scope, **life.only).iloc[0],
            )
            for metric, title in cards
        ],
        filters=life.filters,
        key="activity_cards",
    )  # fmt: skip


def life_picture(life: Life) -> None:
    """Draw the life line, by day or by hour, and the phases against their plan."""
    with st.container(horizontal=True, gap="medium"):
        name = st.segmented_control(
            _("Figure"), list(FIGURES), default=LEADS, required=True, key="activity_figure",
            format_func=lambda figure: _(_WORDS[figure]), label_visibility="collapsed",
        )  # fmt: skip
        by = st.segmented_control(
            _("By"), list(BY), default="unit_on", required=True, key="activity_by",
            format_func=lambda column: _(BY[column]), label_visibility="collapsed",
        )  # fmt: skip
    metric = FIGURES[name]
    options: dict[str, Any] = dict(life.only)
    if metric is activity_visitors and by == "unit_on":
        options["daily"] = True
    figures = query.run(metric, life.filters, by=(by,), scope=life.scope, **options)
    if figures.empty:
        nothing_to_show(_("Nothing of this came from the activity yet."))
        return
    where = {"activity_id": life.activity_id}
    if by == "hour":
        finding = _hour_finding(figures, _(_WORDS[name]))
        drawn = hour_bars(figures, unit=metric.unit, where=where, title=finding)
    else:
        points = life_points(life, figures, name)
        finding = life_finding(life, points, name)
        phases = {
            said(PHASES, phase): [life.days[n] for n in span]
            for phase, span in phase_days(life.health.days).items()
        }
        drawn = lifeline(points, phases=phases, unit=metric.unit, where=where, title=finding)
    clicked = show(drawn, key=f"activity_life_{name}_{by}", alt=finding, clickable=True)
    if clicked:
        open_rows(metric, life.filters, where=clicked, title=_(_WORDS[name]), **options)
    if name == LEADS and by == "unit_on":
        _phases(life)
        phase_table(life)


def life_points(life: Life, figures: pd.DataFrame, name: str) -> pd.DataFrame:
    """The activity's days with what came on each; leads with band and plan."""
    today = life.scope.as_of_on
    came = dict(
        zip(pd.to_datetime(figures["unit_on"]).dt.date, figures["value"].astype(float), strict=True)
    )
    days = list(life.days)
    if name == "orders":  # they come for months after the last day
        days += sorted(on for on in came if on > life.days[-1])
    points = pd.DataFrame(
        {
            "unit_on": days,
            "value": [came.get(on, 0.0) if on <= today else None for on in days],
            "is_immature": [on == today for on in days],
        }
    )
    if name != LEADS:
        return points
    shares = life.overview.shares(life.activity_id)
    final = life.overview.final(life.activity_id)
    total = final.value if final else float(life.health.leads) if life.is_over else None
    if shares is not None and total:
        usual = band(shares)
        points["usual"] = usual.middle * total
        points["low"], points["high"] = usual.low * total, usual.high * total
    if len(life.plan):
        points["plan"] = planned_by_day(life.plan, life.health.days)
    return points


def life_finding(life: Life, points: pd.DataFrame, name: str) -> str:
    """What the line shows, as its title."""
    known = points[points["value"].notna()]
    best = known.loc[known["value"].astype(float).idxmax()]
    peak = _(
        "{figure}: most on {day} with {n}",
        figure=_(_WORDS[name]), day=day(best["unit_on"]), n=number(best["value"]),
    )  # fmt: skip
    if name != LEADS or "usual" not in points:
        return peak
    settled = known[~known["is_immature"]]
    below = settled[settled["value"] < settled["low"].round()]
    if below.empty:
        return _("{peak}; no day below what is usual", peak=peak)
    first: date = below["unit_on"].iloc[0]
    return _(
        "{peak}; {n} of {days} days below what is usual, first on {first}",
        peak=peak, n=len(below), days=len(settled), first=day(first),
    )  # fmt: skip


def _hour_finding(figures: pd.DataFrame, title: str) -> str:
    best = figures.loc[figures["value"].idxmax()]
    share = best["value"] / figures["value"].sum()
    return _(
        "{figure}: {share} come from {hour}:00 to {next}:00",
        figure=title, share=percent(share), hour=int(best["hour"]), next=int(best["hour"]) + 1,
    )  # fmt: skip


def _phases(life: Life) -> None:
    """The three indices, what the band was learned from, and the forecast."""
    found = life.health
    parts = [
        _("launch ÷ middle {value} (healthy from 1.5)", value=_index(found.launch_index)),
        _("middle days with leads {value} (healthy: all)", value=percent(found.middle_share)),
        _("sprint ÷ last middle days {value} (healthy 1.2 to 3, below the launch)",
          value=_index(found.sprint_index)),
    ]  # fmt: skip
    shares = life.overview.shares(life.activity_id)
    parts.append(
        _("band learned from {n} activities of the type", n=len(shares))
        if shares is not None
        else _("no usual band: fewer than three finished activities of the type")
    )
    final = life.overview.final(life.activity_id)
    if final is not None:
        coverage = life.overview.coverage.share
        parts.append(
            _(
                "forecast {value} ({bounds}) from {n} activities at the same age; such intervals"
                " held {share} of the time",
                value=number(round(final.value)),
                bounds=interval(round(final.low), round(final.high), "leads"),
                n=final.activities, share=percent(coverage),
            )
        )  # fmt: skip
    st.caption(_(" · ").join(parts))


def _index(value: float | None) -> str:
    return "—" if value is None else f"{value:.2f}"
