"""The month's targets by campus, edited beside last year and a proposal from history."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import streamlit as st

from components.ask import query
from components.kit.plans.history import history_list
from components.kit.plans.planned import PLANNED
from components.kit.plans.saving import may_edit, save_targets
from components.kit.reading import Plain
from components.kit.states import nothing_to_show
from components.words.formats import delta, is_missing, number, value
from components.words.formats import month as month_words
from components.words.i18n import _
from data.scope import Filters, Period
from metrics.models.run_rate import HISTORY_DAYS
from metrics.plans.plan import campus_plans
from metrics.plans.proposal import month_days, plan_table, year_before

_FIRST = next(iter(PLANNED))
_BACK, _AHEAD = 2, 6  # months around the one under way
_STEP = {"new_leads": 1.0, "first_orders": 1.0, "net_revenue": 1000.0}


def first_plan(reading: Plain) -> pd.DataFrame:
    """The plan of the month under way, of the figure that stands first."""
    month = _months(reading.today)[_BACK]
    return plan_of(reading.filters, month, _FIRST, tuple(reading.names("campus")))


def targets_panel(reading: Plain) -> None:
    """Draw the month's plan; whoever may edit it can save it."""
    months = _months(reading.today)
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        month = st.selectbox(
            _("Month"), months, index=_BACK, key="plans_month", width=200,
            format_func=month_words,
        )  # fmt: skip
        name = st.segmented_control(
            _("Figure"), list(PLANNED), default=_FIRST, required=True, key="plans_figure",
            format_func=lambda n: _(PLANNED[n].title),
        )  # fmt: skip
    names = reading.names("campus")
    if not names:
        nothing_to_show(_("No campus to plan for."))
        return
    table = plan_of(reading.filters, month, name, tuple(names))
    st.markdown(f"### {plan_sentence(table, month, name)}")
    st.caption(
        _(
            "Proposal: each campus's usual weekdays and holidays of the last 8 weeks over the"
            " month's days, times how last year's month differed from its own weeks before."
        )
    )
    _editor(table, names, month, name)
    history_list("targets")


def _months(today: date) -> list[date]:
    months = [today.replace(day=1)]
    for _n in range(_BACK):
        months.insert(0, (months[0] - timedelta(days=1)).replace(day=1))
    for _n in range(_AHEAD):
        months.append((months[-1] + timedelta(days=32)).replace(day=1))
    return months


@query.remembered
def plan_of(filters: Filters, month: date, name: str, campuses: tuple[str, ...]) -> pd.DataFrame:
    """A month's plan of a figure by campus, as `plan_table` gives it."""
    scope = query.current_scope(filters)
    first = year_before(month) - timedelta(days=HISTORY_DAYS + 366)
    end = scope.as_of_on + timedelta(days=1)
    own = Filters(period=Period(start=first, end=end), campuses=filters.campuses)
    daily = query.run(PLANNED[name], own, by=("campus_id", "unit_on"), scope=scope)
    targets = query.fetch(campus_plans, scope=scope, month_on=month, metric=name)
    return plan_table(
        daily.rename(columns={"unit_on": "on"}), targets, list(campuses), month_on=month,
        as_of_on=scope.as_of_on,
    )  # fmt: skip


def plan_sentence(table: pd.DataFrame, month: date, name: str) -> str:
    """The plan of all campuses against last year and against the proposal."""
    unit = PLANNED[name].unit
    plan, before, offered = (table[c].sum(min_count=1) for c in ("plan", "last_year", "proposal"))
    head = {"month": month_words(month), "figure": _(PLANNED[name].title)}
    if is_missing(plan):
        text = _("{figure}, {month}: no plan yet", **head)
    else:
        text = _("{figure}, {month}: plan {plan}", **head, plan=value(plan, unit))
        missing = int(table["plan"].isna().sum())
        if missing:
            text += _(" ({n} campuses without one)", n=missing)
    if not is_missing(before):
        change = "" if is_missing(plan) else f" ({delta(plan, before, unit)})"
        text += _("; last year {before}{change}", before=value(before, unit), change=change)
    if not is_missing(offered):
        text += _("; its history suggests {proposal}", proposal=value(offered, unit))
    return (text + _(".")).replace("$", r"\$")


def _editor(table: pd.DataFrame, names: dict[str, str], month: date, name: str) -> None:
    unit, step = PLANNED[name].unit, _STEP[name]
    rounded = (table["proposal"] / step).round() * step
    shown = table.assign(
        campus=[names.get(c, c) for c in table["campus_id"]], proposal=rounded,
    )[["campus", "plan", "proposal", "last_year", "actual"]]  # fmt: skip
    figure = st.column_config.NumberColumn
    columns = {
        "campus": st.column_config.TextColumn(_("Campus"), disabled=True, pinned=True),
        "plan": figure(
            _("Plan") if unit != "cny" else _("Plan, ¥"), min_value=0, step=step,
            format="localized",
        ),
        "proposal": figure(_("Proposal"), disabled=True, format="localized"),
        "last_year": figure(_("Last year"), disabled=True, format="localized"),
        "actual": figure(_("So far"), disabled=True, format="localized"),
    }  # fmt: skip
    if not any(may_edit(campus) for campus in table["campus_id"]):
        st.caption(_("Your role reads this plan; it does not change it."))
        st.dataframe(shown, hide_index=True, column_config=columns, placeholder="—",
                     key="plans_table", alt=_("The month's plan by campus."))  # fmt: skip
        return
    filled = st.toggle(
        _("Fill in the proposal where there is no plan"), key="plans_fill",
        help=_("Nothing is stored until you save."),
    )  # fmt: skip
    if filled:
        shown["plan"] = shown["plan"].fillna(shown["proposal"])
    with st.form("plans_form", border=False):
        edited = st.data_editor(
            shown, hide_index=True, column_config=columns, num_rows="fixed",
            key=f"plans_{month}_{name}_{filled}",
        )  # fmt: skip
        saved = st.form_submit_button(_("Save the plan"), icon=":material/save:", type="primary")
    if saved:
        gone = edited["plan"].isna() & table["plan"].notna()
        if gone.any():
            st.error(
                _("A plan that was made cannot be emptied: {n} cells are blank; 0 is a plan.",
                  n=number(int(gone.sum()))), icon=":material/error:",
            )  # fmt: skip
            return
        save_targets(month, name, edited["plan"].set_axis(table["campus_id"]))
    if month_days(month)[-1] < query.current_scope().as_of_on:
        st.caption(_("This month is over: its plan still counts in every comparison."))
