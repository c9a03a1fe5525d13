"""Who it is and how things stand: name, stage, owner, contacts, clock, contribution."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from components.screens.person.names import Names, ago, as_day, full_day, is_known, when
from components.screens.person.phone import phone_line
from components.screens.person.view import View
from components.screens.person.words import (
    METHODS,
    NEXT_STEPS,
    RESULTS,
    SLA_AHEAD,
    SLA_STEPS,
    STAGES,
)
from components.words.formats import day, escape, money, number
from components.words.i18n import _, ngettext
from data.scope import local_day
from metrics.people.person import Standing, descendants, introduced, share_children

Row = Mapping[str, Any]
_LEAST_WIDTH = 150  # pixels of a tile: two beside each other on a phone


def header(state: Row, view: View) -> None:
    """Name, students, stage and campus, with the masked number."""
    name = escape(state["name"]) if is_known(state["name"]) else _("No name yet")
    st.header(name)
    stage = STAGES.get(str(state["stage"]))
    badges = []
    if stage:
        badges.append(f":{stage.colour}-badge[{stage.icon} {_(stage.word)}]")
    campus = view.names.of("campus", state["campus_id"])
    if campus:
        more = int(state["campuses"]) - 1
        also = _(" and {n} more", n=more) if more else ""
        badges.append(f":gray-badge[:material/apartment: {campus}{also}]")
    if is_known(state["student_names"]):
        students = escape(state["student_names"])
        badges.append(f":blue-badge[:material/school: {students}]")
    st.markdown(" ".join(badges))
    number_shown = escape(state["phone"]) if is_known(state["phone"]) else None
    phone_line(str(state["person_id"]), number_shown)


def standing_tiles(state: Row, now: Standing, view: View) -> None:
    """Four tiles: owner, last contact, next step, and the clock or the lessons."""
    as_of = view.as_of
    tiles = [
        _owner(state, view.names),
        _last_contact(state, view.names, as_of),
        _next_step(now, as_of),
        _clock(now, as_of) if now.waiting_days is not None else _learning(state, as_of),
    ]
    with st.grid(4, min_column_width=_LEAST_WIDTH, gap="small", border=True) as grid:
        for icon, label, value, note in tiles:
            below = f"  \n:small[{note}]" if note else ""
            with grid.cell():
                st.markdown(f":small[:gray[{icon} {label}]]  \n**{value}**{below}")


Tile = tuple[str, str, str, str]


def _owner(state: Row, names: Names) -> Tile:
    owner = names.of("staff", state["owner_id"])
    note = f":red[{_('an open lead has no owner')}]" if state["is_unassigned"] else ""
    return ":material/support_agent:", _("Owner"), owner or _("nobody"), note


def _last_contact(state: Row, names: Names, as_of: datetime) -> Tile:
    icon, label = ":material/forum:", _("Last contact")
    if not state["reads_contacts"]:
        return icon, label, "—", _("your role does not read contacts")
    if not is_known(state["last_contact_at"]):
        return icon, label, _("none so far"), ""
    on = local_day(state["last_contact_at"])
    method, result = METHODS.get(str(state["last_method"])), RESULTS.get(str(state["last_result"]))
    parts = [
        names.of("staff", state["last_staff_id"]),
        _(method.word) if method else "",
        f":{result[0]}[{_(result[1])}]" if result else "",
        ngettext("{n} contact", "{n} contacts", int(state["contacts"])),
    ]
    return icon, label, ago(on, local_day(as_of)), " · ".join(part for part in parts if part)


def _next_step(now: Standing, as_of: datetime) -> Tile:
    icon, label = ":material/flag:", _("Next step")
    if not now.next_step:
        return icon, label, _("nothing to do"), ""
    note = f":gray[{_('by rule, from the last contact')}]"
    if now.due_at is not None:
        on, today = local_day(now.due_at), local_day(as_of)
        colour = "red" if on < today else "gray"
        note = f":{colour}[{_('due {day}, {ago}', day=day(on), ago=ago(on, today))}]"
    return icon, label, _(NEXT_STEPS[now.next_step]), note


def _clock(now: Standing, as_of: datetime) -> Tile:
    days = int(now.waiting_days or 0)
    colour, word = SLA_STEPS[now.sla_step]
    waited = ngettext("{n} day not reached", "{n} days not reached", days)
    note = f":{colour}[{_(word)}]"
    if now.sla_next_at is not None:
        ahead = _(SLA_AHEAD[now.sla_step], when=when(now.sla_next_at, as_of))
        note += f" · {ahead}"
    return ":material/timer:", _("Contact clock"), f":{colour}[{waited}]", note


def _learning(state: Row, as_of: datetime) -> Tile:
    icon, label = ":material/menu_book:", _("Learning")
    if not state["active_enrolments"]:
        held = int(state["lessons_held"])
        said = ngettext("{n} lesson in all", "{n} lessons in all", held) if held else ""
        return icon, label, _("no running enrolment"), said
    left = state["lessons_left"]
    said = _("{n} lessons left", n=number(left)) if is_known(left) else _("studying")
    notes = []
    misses = int(state["misses_running"])
    if misses:
        colour = "red" if misses > 1 else "orange"
        notes.append(f":{colour}[{ngettext('{n} miss running', '{n} misses running', misses)}]")
    if is_known(state["ends_on"]):
        today = local_day(as_of)
        notes.append(_("ends {day}", day=full_day(as_day(state["ends_on"]), today)))
    return icon, label, said, " · ".join(notes)


def contribution_card(person_id: str, brought: Row, view: View) -> None:
    """What the person has brought: own money, people referred and reached."""
    # Most people brought nobody: no walk down their tree.
    referred = reached = 0
    if brought["referred"]:
        referred, _depth = descendants(partial(_children, view, introduced), person_id)
    if brought["visitors"]:
        reached, _depth = descendants(partial(_children, view, share_children), person_id)
    lines = [
        (_("Net payments"), brought["net_cny"], money, ""),
        (_("Lessons taken"), brought["lessons"], number, ""),
        (
            _("Families referred"),
            brought["referred"],
            number,
            _with_theirs(referred, brought["referred"]),
        ),
        (
            _("Their net payments"),
            brought["referred_net_cny"],
            money,
            _("{n} paying", n=number(brought["referred_payers"])),
        ),
        (_("Shares"), brought["shares"], number, ""),
        (
            _("Visitors brought"),
            brought["visitors"],
            number,
            _with_theirs(reached, brought["visitors"]),
        ),
        (_("Rewards given"), brought["rewards_cny"], money, ""),
    ]
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"**:material/workspace_premium: {_('Contribution')}**")
        for label, amount, written, note in lines:
            if amount:
                _contributed(label, written(amount, exact=True), note)
        if not any(amount for _label, amount, _written, _note in lines):
            st.caption(_("Nothing so far."))


def _with_theirs(total: int, direct: int) -> str:
    """How many there are with those whom the direct ones brought in turn."""
    return _("{n} with theirs", n=number(total)) if total > direct else ""


def _contributed(label: str, value: str, note: str) -> None:
    with st.container(horizontal=True, gap="small", wrap=False):
        said = f":gray[{label}]" + (f" :small[:gray[({escape(note)})]]" if note else "")
        st.markdown(said, width="stretch")
        st.markdown(f"**{escape(value)}**", width="content", text_alignment="right")


def _children(view: View, of: Any, parents: tuple[str, ...]) -> pd.DataFrame:
    return view.fetch(of, parents=parents)
