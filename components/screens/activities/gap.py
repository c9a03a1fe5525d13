"""Why leads are missing: the gap, split exactly over factors and ways of sharing."""

from __future__ import annotations

import streamlit as st

from components.ask import query
from components.kit.activity_words import FACTORS, SHARE_CHANNELS, STREAMS, said
from components.kit.charts.chart import show
from components.kit.charts.waterfall import waterfall
from components.kit.rows.table import clickable_table
from components.kit.states import nothing_to_show
from components.screens.activities.behind import LEADS, VISITORS, open_stream_people
from components.screens.activities.reading import Life
from components.words.formats import is_missing, number
from components.words.i18n import N_, _, sentences
from metrics.activities.cohort import DIRECT, UNSEEN
from metrics.activities.gap import (
    SHARES,
    SUBMIT_RATE,
    UNTRACED,
    VISITS_PER_SHARE,
    Gap,
    Stream,
    activity_streams,
    gap,
    planned_streams,
    streams_of,
    usual_streams,
)
from metrics.models.activity_curve import LEAST_PAST

USUAL, PLAN = "usual", "plan"
_EXPECTED, _ACTUAL = "expected", "actual"  # what the outer bars stand for
_AGAINST = {USUAL: N_("What is usual for the type"), PLAN: N_("The plan")}


def gap_panel(life: Life) -> None:
    """Draw the gap's parts by factor, and by way of sharing beneath."""
    past = life.overview.past(life.activity_id)
    choices = [name for name, known in ((USUAL, len(past) >= LEAST_PAST), (PLAN, len(life.plan)))
               if known]  # fmt: skip
    if not choices or not life.health.complete_days:
        nothing_to_show(
            _("There is nothing to hold this activity against yet."),
            _("Plan it by phase and channel, or wait until three of its type are over."),
        )
        return
    against = st.segmented_control(
        _("Against"), choices, default=choices[0], required=True, key="activity_against",
        format_func=lambda name: _(_AGAINST[name]),
    )  # fmt: skip
    found = life_gap(life, against)
    factors = found.by("factor")
    factors["name"] = [said(FACTORS, factor) for factor in factors["factor"]]
    order = list(FACTORS)
    factors = factors.sort_values("factor", key=lambda c: c.map(order.index))
    finding = gap_finding(found)
    factors["where"] = list(factors["factor"])
    clicked = show(
        waterfall(
            factors, before=found.expected, after=found.actual, change="leads",
            before_name=_("Expected"), after_name=_("Actual"), unit="leads", title=finding,
            before_where=_EXPECTED if against == USUAL else None, after_where=_ACTUAL,
        ),
        key=f"activity_gap_{against}",
        alt=finding,
        clickable=True,
    )  # fmt: skip
    stream = _by_stream(found)
    st.caption(
        sentences(
            _(
                "Leads = people reached × visit rate × submit rate, and for each way of sharing"
                " shares × visits per share × submit rate. Parts by logarithmic means (LMDI): they"
                " add up to the gap exactly. Reached: whom the campus met on its pages in these"
                " days and who did not come by a share."
            ),
            "" if life.is_over else _("Only the days that are over, of each activity."),
            _("A bar or a line opens its people."),
        )
    )
    if clicked:
        _open(life, clicked)
    elif stream:
        open_stream_people(life, title=said(STREAMS, stream), streams=[stream])


def _open(life: Life, mark: str) -> None:
    """Open whom a bar counts: leads, or the people in whom a factor shows."""
    if mark == _EXPECTED:
        past = tuple(sorted(life.overview.past(life.activity_id)))
        title = _("Leads of the {n} activities that it is held against", n=len(past))
        open_stream_people(life, title=title, only=LEADS, activities=past)
    elif mark == _ACTUAL:
        open_stream_people(life, title=_("Leads"), only=LEADS)
    elif mark in (SHARES, VISITS_PER_SHARE):
        title = _("{factor}: who came by a share", factor=said(FACTORS, mark))
        open_stream_people(life, title=title, streams=SHARE_CHANNELS, only=VISITORS)
    elif mark == UNTRACED:
        open_stream_people(life, title=said(FACTORS, mark), streams=[UNSEEN])
    elif mark == SUBMIT_RATE:
        title = _("{factor}: visitors, and who left a lead", factor=said(FACTORS, mark))
        open_stream_people(life, title=title, only=VISITORS)
    else:
        title = _("{factor}: who came directly", factor=said(FACTORS, mark))
        open_stream_people(life, title=title, streams=[DIRECT], only=VISITORS)


def life_gap(life: Life, against: str) -> Gap:
    """The gap of an activity to what is usual for its type at its age, or to its plan."""
    past = tuple(sorted(life.overview.past(life.activity_id)))
    rows = query.fetch(
        activity_streams, scope=life.scope, activities=(*past, life.activity_id),
        days=life.counted_days,
    )  # fmt: skip
    usual = usual_streams(rows, past)
    expected: dict[str, Stream] = (
        usual if against == USUAL else planned_streams(life.plan, usual, elapsed=life.elapsed)
    )
    return gap(expected, streams_of(rows, life.activity_id))


def gap_finding(found: Gap) -> str:
    """The gap and what made most of it, as the picture's title."""
    parts = found.by("factor")
    same = parts[parts["leads"] * found.total > 0]
    first = same.loc[same["leads"].abs().idxmax()] if len(same) else None
    head = _(
        "{change} leads against {expected} expected",
        change=_signed(found.total), expected=number(round(found.expected)),
    )  # fmt: skip
    if first is None:
        return head
    return _(
        "{head}: most by “{factor}” ({part})",
        head=head, factor=said(FACTORS, first["factor"]), part=_signed(first["leads"]),
    )  # fmt: skip


def _by_stream(found: Gap) -> str | None:
    """Draw the parts by way of coming; gives the way of the line clicked just now."""
    wide = found.parts.pivot_table(
        index="stream", columns="factor", values="leads", aggfunc="sum", sort=False
    )
    wide = wide.reindex([name for name in STREAMS if name in wide.index])
    wide = wide[[name for name in FACTORS if name in wide.columns]]
    wide.insert(0, "gap", found.by("stream").set_index("stream")["leads"])
    wide.insert(0, "stream", [said(STREAMS, name) for name in wide.index])
    columns = {
        name: st.column_config.NumberColumn(said(FACTORS, name), format="%+.1f") for name in FACTORS
    }
    names = list(wide.index)
    clicked = clickable_table(
        wide, placeholder="—", key="activity_gap_table",
        alt=_("Each way of sharing with its parts of the gap, in leads."),
        column_config={
            "stream": st.column_config.TextColumn(_("How they came"), pinned=True),
            "gap": st.column_config.NumberColumn(_("Gap, leads"), format="%+.1f"),
            **columns,
        },
    )  # fmt: skip
    return None if clicked is None else str(names[clicked[0]])


def _signed(leads: float) -> str:
    if is_missing(leads):
        return "—"
    text = number(abs(round(leads, 1)))
    return f"{'+' if leads > 0 else '−' if leads < 0 else '±'}{text}"
