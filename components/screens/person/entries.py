"""Each entry of a timeline as a line to read: what happened, details, money, status."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from components.screens.person.names import Names, duration, is_known
from components.screens.person.words import (
    ATTENDANCE,
    KINDS,
    LEAD_STATUSES,
    METHODS,
    RESULTS,
    SHARED_TO,
    STATES,
    Look,
)
from components.words.formats import escape, money, number, percent
from components.words.i18n import _, ngettext

Entry = Mapping[str, Any]
Badge = tuple[str, str]  # colour, word


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of the timeline; all texts are safe inside Markdown."""

    look: Look
    headline: str
    details: tuple[str, ...] = ()
    money: str = ""
    badge: Badge | None = None
    person_id: str = ""  # somebody else whom the line is about


def line_of(entry: Entry, names: Names) -> Line:
    """An entry of `metrics.people.person.timeline` in words."""
    kind = str(entry["kind"])
    headline, details, badge = _WRITERS[kind](entry, names)
    look = METHODS.get(str(entry["title"]), KINDS[kind]) if kind == "followup" else KINDS[kind]
    other = entry["other_person_id"]
    return Line(
        look=look,
        headline=headline,
        details=tuple(detail for detail in details if detail),
        money=_money(entry),
        badge=(badge[0], _(badge[1])) if badge else None,
        person_id=str(other) if is_known(other) else "",
    )


def _money(entry: Entry) -> str:
    amount = entry["amount_cny"]
    if not is_known(amount) or (not amount and entry["kind"] in ("transfer", "trial")):
        return ""
    words = escape(money(amount, exact=True))
    return _("costs {money}", money=words) if entry["kind"] == "reward" else words


Written = tuple[str, tuple[str, ...], Badge | None]


def _text(entry: Entry, column: str) -> str:
    return escape(entry[column]) if is_known(entry[column]) else ""


def _count(entry: Entry, column: str) -> int:
    return int(entry[column]) if is_known(entry[column]) else 0


def _spent(entry: Entry) -> str:
    seconds = entry["seconds"]
    return duration(seconds) if is_known(seconds) and seconds >= 1 else ""


def _touch(entry: Entry, names: Names) -> Written:
    scanned = entry["title"] == "scan"
    channel = names.of("channel", entry["channel_id"])
    headline = _("Scanned a code") if scanned else _("Clicked an advertisement")
    return headline, (channel, _text(entry, "detail")), None


def _visit(entry: Entry, names: Names) -> Written:
    pages = _count(entry, "quantity")
    headline = ngettext("Looked at {n} page", "Looked at {n} pages", pages)
    where = names.of("activity", entry["activity_id"]) or names.of("channel", entry["channel_id"])
    return headline, (_spent(entry), where), None


def _share(entry: Entry, names: Names) -> Written:
    where = SHARED_TO.get(str(entry["status"]))
    headline = _("Shared to {way}", way=_(where)) if where else _("Shared a page")
    return headline, (names.of("activity", entry["activity_id"]),), None


def _arrival(entry: Entry, names: Names) -> Written:
    where = (names.of("activity", entry["activity_id"]),)
    if entry["title"] == "came":
        return _("Came through somebody's share"), where, None
    n = _count(entry, "quantity")
    return (
        ngettext("{n} visitor came by their share", "{n} visitors came by their share", n),
        where,
        None,
    )


def _lead(entry: Entry, names: Names) -> Written:
    if entry["title"] == "assigned":
        owner = names.of("staff", entry["staff_id"])
        return _("Given to {owner}", owner=owner or _("an owner")), (), None
    details = (
        names.of("channel", entry["channel_id"]),
        names.of("activity", entry["activity_id"]),
        _text(entry, "detail"),
    )
    return _("Left an enquiry"), details, LEAD_STATUSES.get(str(entry["status"]))


def _followup(entry: Entry, names: Names) -> Written:
    headline = _text(entry, "detail") or _("Was contacted")
    details = (names.of("staff", entry["staff_id"]), _spent(entry))
    return headline, details, RESULTS.get(str(entry["status"]))


def _lessons(entry: Entry) -> str:
    n = _count(entry, "quantity")
    return ngettext("{n} lesson", "{n} lessons", n) if n else ""


def _trial(entry: Entry, names: Names) -> Written:
    course = names.of("course", entry["course_id"])
    if entry["title"] == "lesson":
        teacher = names.of("staff", entry["staff_id"])
        return _("Trial lesson"), (course, teacher), ATTENDANCE.get(str(entry["status"]))
    return _("Bought a trial class"), (course, _lessons(entry)), None


def _order(entry: Entry, names: Names) -> Written:
    return _("Paid tuition"), (names.of("course", entry["course_id"]), _lessons(entry)), None


def _refund(entry: Entry, names: Names) -> Written:
    return _("Got a refund"), (names.of("course", entry["course_id"]),), None


def _transfer(entry: Entry, names: Names) -> Written:
    carried = entry["title"] == "carry_over"
    headline = _("Carried over") if carried else _("Moved to another course")
    return headline, (names.of("course", entry["course_id"]),), None


def _enrolment(entry: Entry, names: Names) -> Written:
    course = names.of("course", entry["course_id"])
    status = STATES.get(str(entry["status"]))
    if entry["title"] == "stopped":
        return _("Enrolment ended"), (course,), status
    headline = _("Renewed the course") if entry["title"] == "renewed" else _("Began to study")
    return headline, (course, _lessons(entry)), status


def _lesson(entry: Entry, names: Names) -> Written:
    held = _count(entry, "quantity")
    parts = [
        (_count(entry, "late"), _("{n} came late", n=_count(entry, "late"))),
        (_count(entry, "on_leave"), _("{n} on leave", n=_count(entry, "on_leave"))),
        (_count(entry, "absent"), _("{n} missed", n=_count(entry, "absent"))),
        (_count(entry, "unmarked"), _("{n} roll not called", n=_count(entry, "unmarked"))),
    ]
    attended = _count(entry, "attended")
    if held:
        headline = _("Attended {m} of {n} lessons", m=attended, n=held)
    else:
        headline = _("The roll was not called")
    badge = None
    if entry["status"] == "alarm":
        n = _count(entry, "miss_run")
        badge = ("red", ngettext("{n} miss running", "{n} misses running", n))
    course = names.of("course", entry["course_id"])
    return headline, (*(words for n, words in parts if n), course), badge


def _assessment(entry: Entry, names: Names) -> Written:
    headline = _("Handed in {m} of {n}", m=_count(entry, "attended"), n=_count(entry, "quantity"))
    score = entry["score"]
    reached = _("score {share}", share=escape(percent(score))) if is_known(score) else ""
    return headline, (reached, names.of("course", entry["course_id"])), None


def _feedback(entry: Entry, names: Names) -> Written:
    del names
    score = number(entry["score"]) if is_known(entry["score"]) else ""
    if entry["title"] == "complaint":
        return _("Complained"), (), ("red", _("complaint"))
    if entry["title"] == "rating":
        return _("Rated {score} of 5", score=escape(score)), (), None
    return _("Would recommend us: {score} of 10", score=escape(score)), (), None


def _reward(entry: Entry, names: Names) -> Written:
    return _("Got a reward for a referral"), (names.of("activity", entry["activity_id"]),), None


def _referral(entry: Entry, names: Names) -> Written:
    campus = names.of("campus", entry["campus_id"])
    return _("Referred a family"), (campus,), LEAD_STATUSES.get(str(entry["status"]))


_WRITERS: dict[str, Callable[[Entry, Names], Written]] = {
    "touch": _touch, "visit": _visit, "share": _share, "arrival": _arrival, "lead": _lead,
    "followup": _followup, "trial": _trial, "order": _order, "refund": _refund,
    "transfer": _transfer, "enrolment": _enrolment, "lesson": _lesson,
    "assessment": _assessment, "feedback": _feedback, "reward": _reward, "referral": _referral,
}  # fmt: skip
