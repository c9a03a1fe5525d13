"""Reasons, states and tiers in the reader's words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from components.words.formats import number
from components.words.i18n import N_, _, option_label
from metrics.leads.worklist import Reason

TIER_WORDS = {
    "A": N_("A · call today"),
    "B": N_("B · this week"),
    "C": N_("C · this month"),
    "D": N_("D · beyond capacity"),
}
STATE_WORDS = {
    "unassigned": N_("unassigned"),
    "not_called": N_("not called yet"),
    "not_reached": N_("called, not reached"),
    "silent": N_("silent for a week"),
    "in_hand": N_("in hand"),
    "recycled": N_("in the pool"),
    "lost": N_("lost"),
}
RUNG_WORDS = {
    "in_time": N_("in time"),
    "over_48h": N_("over 48 hours"),
    "day_3": N_("day 3: remind the owner"),
    "day_5": N_("day 5: tell the head"),
    "day_7": N_("day 7: give it to another"),
}
DELAY_WORDS = {
    "within_5_min": N_("within 5 minutes"),
    "within_30_min": N_("within 30 minutes"),
    "within_24_h": N_("within 24 hours"),
    "within_48_h": N_("within 48 hours"),
    "later": N_("later than 48 hours"),
    "never": N_("not reached"),
}
_REASON_WORDS = {
    "source": (N_("channel brings buyers"), N_("channel brings few buyers")),
    "behaviour": (N_("looked around much"), N_("hardly looked around")),
    "moment": (N_("came at a good hour"), N_("came at a poor hour")),
    "course_line": (N_("course sells well"), N_("course sells slowly")),
    "is_referred": (N_("referred by a family"), N_("not referred")),
    "is_first": (N_("first enquiry"), N_("had enquired before")),
    "of_activity": (N_("came through an activity"), N_("came through an activity")),
    "visits_before": (N_("visits"), N_("visits")),
    "pages_before": (N_("pages"), N_("pages")),
    "dwell_seconds_before": (N_("time on pages"), N_("time on pages")),
}
FEATURE_WORDS = {
    "channel_id": N_("Channel"),
    "campaign": N_("Campaign"),
    "course_line": N_("Course line"),
    "weekday": N_("Weekday"),
    "part_of_day": N_("Part of the day"),
    "is_first": N_("First enquiry"),
    "is_referred": N_("Referred"),
    "of_activity": N_("From an activity"),
    "visits_before": N_("Visits before"),
    "pages_before": N_("Pages before"),
    "dwell_seconds_before": N_("Seconds on pages before"),
}


def feature_word(name: str) -> str:
    """A feature's name; an imported attribute is called as its file called it."""
    return _(FEATURE_WORDS[name]) if name in FEATURE_WORDS else name


def reasons_text(reasons: list[Reason]) -> str:
    """Why a score is what it is, the strongest first, in a line."""
    return " · ".join(reason_text(reason) for reason in reasons)


def reason_text(reason: Reason) -> str:
    """One reason with the direction in which it moves the score."""
    arrow = "↑" if reason.amount > 0 else "↓"
    if reason.name in _REASON_WORDS:
        up, down = _REASON_WORDS[reason.name]
        return f"{arrow} {_(up if reason.amount > 0 else down)}"
    # What an imported file called a column; those that are usual have a word.
    return f"{arrow} {option_label(reason.name)} {_said(reason.said)}".rstrip()


def _said(level: Any) -> str:
    if level is None:
        return _("not given")
    if level == "":
        return _("other")
    if not isinstance(level, tuple):
        return str(level)
    low, high = level
    if low is None:
        return f"≤ {number(high)}"
    return f"> {number(low)}" if high is None else f"{number(low)}–{number(high)}"


def worded(words: Mapping[str, str], name: object) -> str:
    """A code in words; what is none stays as it is, what is missing is empty."""
    if not isinstance(name, str):
        return ""
    return _(words[name]) if name in words else name
