"""Will the month keep its plan?"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from components.ask import query
from components.kit.answer import answer_card
from components.kit.charts.chart import day_axis, figure, label_room, own_palette, show, value_axis
from components.kit.plans.planned import PLANNED
from components.kit.rows.drill import open_rows
from components.runtime.theme import Palette
from components.words.formats import day, interval, number, percent, value
from components.words.i18n import N_, _, sentences
from data.scope import Filters, Period, role
from metrics.foundation.registry import Metric
from metrics.leads.new_leads import new_leads
from metrics.models.run_rate import HISTORY_DAYS
from metrics.plans.pace import Pace, pace, pace_curve
from metrics.plans.plan import month_plan
from metrics.plans.today import leads_by_hour

_ANSWERED = "new_leads"  # the answer above says its sentence
_HOUR_WEEKS = 8


@dataclass(frozen=True)
class MonthPace:
    """One planned figure's month: how it stands, its days and its curve."""

    metric: Metric
    filters: Filters  # the month to date
    stand: Pace
    curve: pd.DataFrame


@query.remembered
def month_of(filters: Filters, name: str) -> MonthPace:
    """How the month under way stands for a planned figure, whatever days are picked."""
    metric = PLANNED[name]
    scope = query.current_scope(filters)
    month = scope.as_of_on.replace(day=1)
    first = min(month, scope.as_of_on - timedelta(days=HISTORY_DAYS))
    tomorrow = scope.as_of_on + timedelta(days=1)
    learned = replace(filters, period=Period(start=first, end=tomorrow), comparison=None)
    daily = query.run(metric, learned, by=("unit_on",)).rename(columns={"unit_on": "on"})
    hourly = None
    if metric is new_leads:
        hours = query.fetch(leads_by_hour, filters, weeks=_HOUR_WEEKS)
        hourly = hours.rename(
            columns={"created_on": "on", "created_hour": "hour", "leads": "value"}
        )
    plan = _plan(filters, name, month)
    given = {"as_of": scope.as_of, "month_on": month, "plan": plan, "hourly": hourly}
    return MonthPace(
        metric,
        replace(filters, period=Period(start=month, end=tomorrow), comparison=None),
        pace(daily, **given),
        pace_curve(daily, **given),
    )


def _plan(filters: Filters, name: str, month: date) -> float | None:
    # Plans are made for a campus, not for a channel, a course or one consultant's leads.
    own = role(query.current_scope(filters).role).people != "all"
    if own or filters.channels or filters.course_lines:
        return None
    plan = query.fetch(month_plan, filters, month_on=month).set_index("metric")["value"]
    return float(plan[name]) if name in plan.index else None


def planned_for(role_name: str) -> list[str]:
    """The planned figures that a role may read."""
    hidden = role(role_name).hidden_facts
    return [name for name in PLANNED if name == "new_leads" or "order_line" not in hidden]


def works_leads(role_name: str) -> bool:
    """Whether new leads are a role's work: of a class teacher's plan they would be none."""
    return role(role_name).people != "own_classes"


def sentence(month: MonthPace) -> str:
    """The month in a sentence: so far, against plan, where it will end, what is needed."""
    stand, unit = month.stand, month.metric.unit
    parts = [
        _(
            "{title} this month: {actual}",
            title=_(month.metric.title),
            actual=value(stand.actual, unit),
        )
    ]
    if stand.pace is not None:
        parts.append(_("{share} of the plan to date", share=percent(stand.pace)))
    if stand.month_end is not None:
        end = _("at this pace {end} by the end", end=value(round(stand.month_end.value), unit))
        if stand.projected is not None:
            end += _(", {share} of the plan", share=percent(stand.projected))
        parts.append(end)
    if stand.needed_per_day:
        parts.append(
            _(
                "{needed} a day are needed to reach it",
                needed=value(math.ceil(stand.needed_per_day), unit),
            )
        )
    return _("; ").join(parts) + _(".")


def today_sentence(month: MonthPace) -> str:
    """Today's plan, and where today will end; "" where neither can be told."""
    stand, unit = month.stand, month.metric.unit
    parts = []
    if stand.plan_today is not None:
        parts.append(_("Planned for today: {plan}.", plan=value(stand.plan_today, unit)))
    if stand.day_end is not None:
        parts.append(
            _(
                "At this pace {end} by midnight (80% {interval}).",
                end=value(stand.day_end.value, unit),
                interval=interval(stand.day_end.low, stand.day_end.high, unit),
            )
        )
    return sentences(*parts)


_STATES = {
    True: ("green", ":material/check_circle:", N_("on track")),
    False: ("orange", ":material/warning:", N_("behind the plan")),
}


@query.remembered
def month_answer(filters: Filters) -> tuple[MonthPace, pd.Series]:
    """The month's leads against their plan, and the figure they stand on."""
    month = month_of(filters, _ANSWERED)
    return month, query.run(month.metric, month.filters).iloc[0]


def pace_card(filters: Filters) -> None:
    """The board's answer: the month's leads against their plan."""
    month, figure = month_answer(filters)
    answer_card(
        sentence(month),
        metric=month.metric,
        figure=figure,
        filters=month.filters,
        key="board_pace",
    )


def pace_figure(month: MonthPace, *, colours: Palette | None = None) -> go.Figure:
    """The month, cumulative: actual, plan, and where it will end with its band."""
    colours = own_palette(colours)
    curve, unit = month.curve, month.metric.unit
    ahead = curve[curve["forecast"].notna()]
    edge = {"x": ahead["on"], "mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
    lines = (
        ("plan", colours.muted, 1.5, "dash"),
        ("forecast", colours.series, 1.75, "dot"),
        ("actual", colours.series, 2.5, "solid"),
    )
    drawn = figure(
        go.Scatter(y=ahead["low"], **edge),
        go.Scatter(
            y=ahead["high"], fill="tonexty", fillcolor=colours.faded(colours.series, 0.14), **edge
        ),
        *(
            go.Scatter(
                x=curve["on"], y=curve[name],
                # Only markers can be clicked; a day that has been opens its rows.
                mode="lines+markers" if name == "actual" else "lines", marker={"size": 5},
                customdata=[{"unit_on": on.isoformat()} for on in curve["on"]],
                line={"color": colour, "width": width, "dash": dash},
                text=[value(v, unit) for v in curve[name]],
                hovertemplate="%{x}<br><b>%{text}</b><extra></extra>",
            )
            for name, colour, width, dash in lines
        ),
        title="", colours=colours, height=280, showlegend=False,
    )  # fmt: skip
    seen = [v for name in ("plan", "high", "actual") for v in curve[name].dropna()]
    drawn.update_layout(
        xaxis={**day_axis(list(curve["on"])), "range": [curve["on"].iloc[0], curve["on"].iloc[-1]]},
        yaxis=value_axis(seen, unit),
    )
    last = curve.iloc[-1]
    higher = "forecast" if last["forecast"] >= last["plan"] else "plan"
    labels = {
        name: f"{words} {number(round(last[name]))}"
        for name, words in (("plan", _("plan")), ("forecast", _("forecast")))
        if not pd.isna(last[name])
    }
    for name, text in labels.items():
        drawn.add_annotation(
            x=last["on"], y=last[name], text=text, showarrow=False, xanchor="left", xshift=6,
            font={"color": colours.muted if name == "plan" else colours.series},
            yanchor="bottom" if name == higher else "top",  # they may lie close together
        )  # fmt: skip
    return drawn.update_layout(margin_r=label_room(labels.values()))


def month_card(filters: Filters) -> None:
    """The month's picture, and one line for each planned figure."""
    names = planned_for(query.current_scope(filters).role)
    with st.container(border=True, height="stretch"):
        st.markdown(f"**{_('The month against its plan')}**")
        name = st.segmented_control(
            _("Figure"),
            names,
            default=names[0],
            required=True,
            format_func=lambda n: _(PLANNED[n].title),
            key="board_planned",
            label_visibility="collapsed",
        )
        stand, said, more, picture = month_picture(filters, name)
        if stand.on_track is not None:
            colour, icon, words = _STATES[stand.on_track]
            st.badge(_(words), icon=icon, color=colour)
        st.caption(more if name == _ANSWERED and more else sentences(said, more))
        clicked = show(
            picture, key="board_month", clickable=True,
            alt=f"{day(stand.as_of_on)}: {sentences(said, more)}",
        )  # fmt: skip
        if clicked:
            month = month_of(filters, name)
            open_rows(month.metric, until(month.filters, clicked["unit_on"]))


def until(filters: Filters, on: str) -> Filters:
    """The days up to one, as it comes back from a mark: the curve says what came so far."""
    period = Period(start=filters.period.start, end=date.fromisoformat(on) + timedelta(days=1))
    return replace(filters, period=period, comparison=None)


@query.remembered
def month_picture(filters: Filters, name: str) -> tuple[Pace, str, str, go.Figure]:
    """How the month stands, its sentence, what the sentence leaves out, and the picture."""
    month = month_of(filters, name)
    stand, more = month.stand, []
    if stand.month_end is not None:
        ends = round(stand.month_end.low), round(stand.month_end.high)
        bounds = interval(*ends, month.metric.unit)
        more.append(_("80% interval of the month's end: {interval}.", interval=bounds))
    if stand.plan is None:
        more.append(_("No plan for this choice: plans are made by campus and month."))
    return stand, sentence(month), sentences(*more), pace_figure(month)
