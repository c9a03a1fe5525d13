"""The filter bar: campus, days, comparison, channel and course, kept in the address.

Metrics never see a widget: pages call `current_filters` and get one frozen value.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pandas as pd
import streamlit as st

from components.ask import query
from components.kit.choices.address import KeptChoice
from components.kit.choices.periods import (
    COMPARISONS,
    CUSTOM,
    DEFAULT_COMPARISON,
    DEFAULT_PRESET,
    EVERYTHING,
    NO_COMPARISON,
    PRESETS,
    comparison_of,
    period_of,
)
from components.words.formats import day, days_range, escape
from components.words.i18n import N_, _
from data.scope import Filters, Period, Scope, local_day
from metrics.foundation.known_days import known_days

_STORED = "filters_in_force"
CAMPUS, PRESET, DAYS, COMPARISON, VS_DAYS, CHANNEL, COURSE = (
    "campus", "period", "days", "vs", "vs_days", "channel", "course",
)  # fmt: skip
_EARLIEST = date(2015, 1, 1)


def current_filters() -> Filters:
    """What the viewer picked; without a filter bar, this month to date of everything."""
    stored = st.session_state.get(_STORED)
    return stored if isinstance(stored, Filters) else _filters(_today())


def default_filters() -> Filters:
    """What is picked where nobody picked anything; see `known_from`."""
    preset, first = known_from()
    period = period_of(preset, _today(), first=first)
    comparison = comparison_of(DEFAULT_COMPARISON, preset, period)
    return known_comparison(Filters(period=period, comparison=comparison))


def known_comparison(filters: Filters) -> Filters:
    """The filters without a comparison that begins before anything is known.

    What is not known is not zero: days half of which nobody wrote down would make every
    figure look like a rise.
    """
    if filters.comparison is None:
        return filters
    first = known_from()[1]
    unknown = first is not None and filters.comparison.start < first
    return replace(filters, comparison=None) if unknown else filters


def filter_bar() -> Filters:
    """Draw the filters and give back what is picked."""
    today = _today()
    campuses, channels, lines = choices()
    period, comparison = _kept()
    period.field()
    comparison.field()
    # TRICKY: a popover's label is drawn before the widgets inside it know their values
    # from the address; labels are therefore checked once more after the widgets.
    labels = _labels(today, campuses, channels)
    if len(campuses) > 1:
        with st.popover(labels[0], icon=":material/apartment:", key="filter_campus"):
            _multiselect(_("Campus"), campuses, CAMPUS, _("All campuses"))
    with st.popover(labels[1], icon=":material/calendar_today:", key="filter_days"):
        _period_widgets(today, period, comparison)
    with st.popover(labels[2], icon=":material/filter_alt:", key="filter_more"):
        _multiselect(_("Channel"), channels, CHANNEL, _("All channels"))
        _multiselect(_("Course line"), lines, COURSE, _("All course lines"))
    filters = _filters(today)
    st.session_state[_STORED] = filters
    if _labels(today, campuses, channels) != labels:
        st.rerun()
    return filters


def _today() -> date:
    return local_day(query.as_of())


def _filters(today: date) -> Filters:
    state = st.session_state
    preset, against = (kept.name for kept in _kept())
    _usual, first = known_from()
    period = period_of(preset, today, tuple(state.get(DAYS) or ()), first=first)
    comparison = comparison_of(against, preset, period, tuple(state.get(VS_DAYS) or ()))
    return known_comparison(
        Filters(
            period=period,
            comparison=comparison,
            campuses=tuple(sorted(state.get(CAMPUS) or ())),
            channels=tuple(sorted(state.get(CHANNEL) or ())),
            course_lines=tuple(sorted(state.get(COURSE) or ())),
        )
    )


def _kept() -> tuple[KeptChoice, KeptChoice]:
    """Which days, and with which they are compared."""
    return (
        KeptChoice(PRESET, PRESETS, known_from()[0]),
        KeptChoice(COMPARISON, COMPARISONS, DEFAULT_COMPARISON),
    )


def _period_widgets(today: date, period: KeptChoice, comparison: KeptChoice) -> None:
    if period.ask(st.selectbox, _("Days")) == CUSTOM:
        _days_picker(_("First and last day"), period_of(DEFAULT_PRESET, today), today, DAYS)
    kind = comparison.ask(st.selectbox, _("Compared with"))
    filters = _filters(today)
    if kind == CUSTOM:
        _days_picker(
            _("First and last day compared with"), filters.period.previous(), today, VS_DAYS
        )
        filters = _filters(today)
    first = known_from()[1]
    if filters.comparison is None and kind != NO_COMPARISON and first is not None:
        st.caption(
            _("No comparison: nothing is known of all those days; data begin on {day}.",
              day=day(first))
        )  # fmt: skip
    if filters.comparison is not None:
        st.caption(
            _(
                "{days}, compared with {before}",
                days=days_range(filters.period, now=today),
                before=days_range(filters.comparison, now=today),
            )
        )


def _days_picker(label: str, usual: Period, today: date, key: str) -> None:
    picked = st.date_input(
        label,
        (usual.start, usual.end - timedelta(days=1)),
        max_value=today,
        min_value=_EARLIEST,
        format="YYYY-MM-DD",
        key=key,
        bind="query-params",
    )
    if len(picked) != 2:  # half picked: the calendar reports the first click
        st.caption(_("Now pick the last day."))


def _multiselect(label: str, options: dict[str, str], key: str, everything: str) -> None:
    st.multiselect(
        label,
        list(options),
        format_func=lambda option: options.get(option, str(option)),
        placeholder=everything,
        select_all=False,
        key=key,
        bind="query-params",
    )


def _labels(
    today: date, campuses: dict[str, str], channels: dict[str, str]
) -> tuple[str, str, str]:
    """What each button of the bar says."""
    filters = _filters(today)
    preset = _kept()[0].name
    days = days_range(filters.period, now=today)
    when = days if preset == CUSTOM else f"{_(PRESETS[preset])} {days}"
    more = [
        _picked(filters.channels, channels, N_("{n} channels")),
        _picked(filters.course_lines, {}, N_("{n} course lines")),
    ]
    return (
        _picked(filters.campuses, campuses, N_("{n} campuses")) or _("All campuses"),
        escape(when),
        " · ".join(filter(None, more)) or _("Channels, courses"),
    )


def _picked(picked: tuple[str, ...], names: dict[str, str], many: str) -> str:
    if not picked:
        return ""
    if len(picked) == 1:
        return escape(names.get(picked[0], picked[0]))
    return _(many, n=len(picked))


@query.remembered
def known_from() -> tuple[str, date | None]:
    """The preset to begin with, and the first day on which anything is known.

    This month to date, unless all that is known is older: an imported history opens on
    all of it, not on an empty month.
    """
    known = query.fetch(known_days).iloc[0]
    if pd.isna(known["first_on"]):
        return DEFAULT_PRESET, None
    first, last = (pd.Timestamp(known[name]).date() for name in ("first_on", "last_on"))
    is_history = last < period_of(DEFAULT_PRESET, _today()).start
    return (EVERYTHING if is_history else DEFAULT_PRESET), first


@query.remembered
def choices() -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """Campuses, channels and course lines that may be picked: id → name."""
    scope = query.current_scope()  # looked up once, not for every list of names
    return _campuses(scope), _channels(scope), _course_lines(scope)


def _campuses(scope: Scope) -> dict[str, str]:
    return _named(query.names("campus", scope=scope), "campus_id")


def _channels(scope: Scope) -> dict[str, str]:
    """Channels in the order of their tree, each with its ancestors' names before it."""
    tree = query.names("channel", scope=scope)
    name = dict(zip(tree["channel_id"], tree["name"], strict=True))
    paths = sorted(
        tree["path"].dropna(), key=lambda path: [name.get(x, x) for x in path.split("/")]
    )
    labels = pd.DataFrame(
        [(p.split("/")[-1], " / ".join(name.get(x, x) for x in p.split("/"))) for p in paths],
        columns=["channel_id", "name"],
    )
    return _named(labels, "channel_id")


def _course_lines(scope: Scope) -> dict[str, str]:
    lines = query.names("course", scope=scope)["course_line"].dropna().unique()
    return {line: line for line in sorted(lines)}


def _named(frame: pd.DataFrame, key: str) -> dict[str, str]:
    """Id → name; names that occur twice get their id, since the address holds names."""
    twice = frame["name"].duplicated(keep=False)
    names = frame["name"].fillna(frame[key])
    shown = names.where(~twice, names + " (" + frame[key] + ")")
    return dict(zip(frame[key], shown, strict=True))
