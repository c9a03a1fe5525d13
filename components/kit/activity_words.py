"""What activities, their phases, ways of sharing and verdicts are called."""

from __future__ import annotations

from components.words.i18n import N_, _
from metrics.activities.cohort import DIRECT, UNSEEN
from metrics.activities.gap import (
    REACH,
    SHARES,
    SUBMIT_RATE,
    UNTRACED,
    VISIT_RATE,
    VISITS_PER_SHARE,
)
from metrics.activities.health import (
    HEALTHY,
    LAUNCH_WEAK,
    NO_SPRINT,
    RUNNING,
    SPRINT_ABOVE,
    STALLED,
    TOO_FEW,
    TOO_SHORT,
)

VERDICTS = {
    HEALTHY: N_("healthy"),
    LAUNCH_WEAK: N_("launch weak"),
    STALLED: N_("middle stalled"),
    NO_SPRINT: N_("no sprint"),
    SPRINT_ABOVE: N_("sprint above launch"),
    RUNNING: N_("still running"),
    TOO_SHORT: N_("too short for a curve verdict"),
    TOO_FEW: N_("too few to judge"),
}
TYPES = {
    "group_buy": N_("Group buy"),
    "game": N_("Game"),
    "lecture": N_("Lecture"),
    "referral_gift": N_("Referral gift"),
    "street": N_("Street"),
    "open_day": N_("Open day"),
}
PHASES = {"launch": N_("Launch"), "middle": N_("Middle"), "sprint": N_("Sprint")}
STREAMS = {
    "moments": N_("Moments"),
    "friend": N_("Friend"),
    "group": N_("Group chat"),
    "official_account": N_("Official account"),
    "poster": N_("Poster"),
    "offline": N_("Offline"),
    DIRECT: N_("Came directly"),
    UNSEEN: N_("No visit on record"),
}
SHARE_CHANNELS = tuple(STREAMS)[:6]
FACTORS = {
    REACH: N_("People reached"),
    VISIT_RATE: N_("Visit rate"),
    SHARES: N_("Shares"),
    VISITS_PER_SHARE: N_("Visits per share"),
    SUBMIT_RATE: N_("Submit rate"),
    UNTRACED: N_("Leads without a visit"),
}


def said(words: dict[str, str], name: object) -> str:
    """A name in the reader's language; one that nobody declared stays as it is."""
    return _(words[str(name)]) if str(name) in words else str(name)
