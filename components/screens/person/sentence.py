"""The answer on top: who this family is, what happened, what comes next, in one breath."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from components.screens.person.names import Names, ago, as_day, full_day, is_known
from components.screens.person.words import METHODS, NEXT_STEPS, RESULTS
from components.words.formats import escape, money, percent
from components.words.i18n import _, language, ngettext
from data.scope import local_day
from metrics.people.person import Standing

_ENOUGH_LESSONS = 5  # below, a share of lessons says nothing

Row = Mapping[str, Any]


def answer_sentence(state: Row, brought: Row, now: Standing, names: Names, as_of: datetime) -> str:
    """The person's story in one or two sentences, Markdown.

    ``state`` is a row of `metrics.people.person.current_state`, ``brought`` one of
    `metrics.people.person.contribution`.
    """
    today = local_day(as_of)
    clauses = [
        _origin(state, names, today),
        _money(brought, today),
        _lessons(state),
        _referrals(brought),
        _contact(state, now, names, today),
    ]
    comma, stop = ("，", "。") if language() == "zh" else (", ", ".")
    told = comma.join(clause for clause in clauses if clause) + stop
    step = _step(now, today)
    return f"{told}{'' if language() == 'zh' else ' '}{step}" if step else told


def _origin(state: Row, names: Names, today: date) -> str:
    came = full_day(local_day(state["first_seen_at"]), today)
    campus = names.of("campus", state["campus_id"]) or _("an unnamed campus")
    channel = names.of("channel", state["first_channel_id"])
    if channel:
        return _(
            "This family came to {campus} on {day} through {channel}",
            campus=campus, day=came, channel=channel,
        )  # fmt: skip
    if state["stage"] == "visitor":
        return _(
            "This visitor has looked at pages of {campus} since {day}", campus=campus, day=came
        )
    return _("This family has been known to {campus} since {day}", campus=campus, day=came)


def _money(brought: Row, today: date) -> str:
    first = brought["first_paid_at"]
    if not is_known(first):
        return ""
    return _(
        "has paid since {day}, {money} net",
        day=full_day(local_day(first), today),
        money=escape(money(brought["net_cny"])),
    )


def _lessons(state: Row) -> str:
    held, attended = int(state["lessons_held"]), int(state["lessons_attended"])
    if not held:
        return ""
    words = ngettext("attended {n} lesson", "attended {n} lessons", attended)
    if held < _ENOUGH_LESSONS:
        return words
    return words + _(" ({share} of those held)", share=escape(percent(attended / held)))


def _referrals(brought: Row) -> str:
    n = int(brought["referred"])
    if not n:
        return ""
    return ngettext("referred {n} family", "referred {n} families", n)


def _contact(state: Row, now: Standing, names: Names, today: date) -> str:
    if not state["reads_contacts"] or not state["leads"]:
        return ""
    if not is_known(state["last_contact_at"]):
        return _("was never contacted")
    method, result = METHODS.get(str(state["last_method"])), RESULTS.get(str(state["last_result"]))
    parts = [
        names.of("staff", state["last_staff_id"]),
        _(method.word) if method else "",
        _(result[1]) if result else "",
    ]
    in_chinese = language() == "zh"
    how = ("、" if in_chinese else ", ").join(part for part in parts if part)
    when = ago(local_day(state["last_contact_at"]), today)
    if in_chinese and when[0].isdigit():
        when = f" {when}"  # figures stand apart from Chinese words
    last = (
        _("was last contacted {when} ({how})", when=when, how=how)
        if how
        else _("was last contacted {when}", when=when)
    )
    if now.waiting_days is None:
        return last
    if not is_known(state["last_effective_at"]):
        return last + _(", but never reached")
    n = now.waiting_days
    return last + ngettext(
        ", and the new enquiry has waited {n} day", ", and the new enquiry has waited {n} days", n
    )


def _step(now: Standing, today: date) -> str:
    if not now.next_step:
        return ""
    step = _(NEXT_STEPS[now.next_step])
    if now.due_at is None:
        return _("Next: **{step}**.", step=step)
    due = as_day(local_day(now.due_at))
    if due < today:
        n = (today - due).days
        late = ngettext("{n} day overdue", "{n} days overdue", n)
        return _("Next: **{step}**, {late}.", step=step, late=late)
    return _("Next: **{step}**, due {day}.", step=step, day=ago(due, today))
