"""What is said of activities: the answer to the page's question, and of each one."""

from __future__ import annotations

from components.kit.activity_words import VERDICTS, said
from components.screens.activities.reading import Life, Overview
from components.words.formats import escape, interval, is_missing, number, percent
from components.words.i18n import _, ngettext, sentences
from metrics.activities.health import (
    HEALTHY,
    LAUNCH_LEAST,
    LAUNCH_WEAK,
    NO_SPRINT,
    RUNNING,
    SPRINT_ABOVE,
    SPRINT_LEAST,
    STALLED,
    TOO_FEW,
    TOO_SHORT,
    Health,
)

_NAMED = 3  # activities that the sentence names
_NO_VERDICT = (TOO_SHORT, TOO_FEW)


def title_of(row: dict[str, object]) -> str:
    """An activity's name with its id: names come back every year."""
    return f"{row['name']} ({row['activity_id']})"


def overview_sentence(shown: Overview, ids: list[str]) -> str:
    """How many are healthy, which are not and why, and where the running ones will end."""
    over = [a for a in ids if shown.is_over(a)]
    judged = [a for a in over if shown.health[a].verdict not in _NO_VERDICT]
    ill = [a for a in judged if shown.health[a].verdict != HEALTHY]
    running = [a for a in ids if not shown.is_over(a)]
    parts = []
    if judged:
        parts.append(
            _(
                "{healthy} of {n} finished activities kept a healthy curve",
                healthy=len(judged) - len(ill), n=len(judged),
            )
        )  # fmt: skip
    elif over:
        parts.append(_("No finished activity can be judged yet: each is too short or too small"))
    parts += [
        _("{name} {verdict}", name=_quoted(shown, a), verdict=_short_reason(shown.health[a]))
        for a in ill[:_NAMED]
    ]
    if len(ill) > _NAMED:
        parts.append(_("and {n} more", n=len(ill) - _NAMED))
    said_of_running = [_will_end(shown, a) for a in running[:_NAMED]]
    text = _("; ").join(parts) + _(".") if parts else ""
    if running:
        begun = ngettext("{n} is running: ", "{n} are running: ", len(running))
        text = sentences(text, begun + _("; ").join(said_of_running) + _("."))
    return text


def _quoted(shown: Overview, activity_id: str) -> str:
    return _("“{name}”", name=escape(title_of(shown.row(activity_id))))


def _short_reason(found: Health) -> str:
    if found.verdict == STALLED and found.longest_gap:
        return ngettext(
            "stalled: {n} day without a lead in the middle",
            "stalled: {n} days without a lead in the middle",
            found.longest_gap,
        )
    if found.verdict == NO_SPRINT:
        return _("had no sprint: {index}× the days before", index=number(found.sprint_index))
    if found.verdict == LAUNCH_WEAK:
        return _("launched weakly: {index}× the middle", index=number(found.launch_index))
    return said(VERDICTS, found.verdict)


def _will_end(shown: Overview, activity_id: str) -> str:
    found, final = shown.health[activity_id], shown.final(activity_id)
    name = _quoted(shown, activity_id)
    if final is None:
        return _("{name} has {n} leads so far", name=name, n=number(found.leads))
    text = _(
        "{name} will end at {value} leads (80%: {bounds})",
        name=name, value=number(round(final.value)),
        bounds=interval(round(final.low), round(final.high), "leads"),
    )  # fmt: skip
    planned = shown.row(activity_id)["planned"]
    if not is_missing(planned) and planned:
        text += _(", {share} of its plan", share=percent(final.value / planned))
    return text


def life_sentence(life: Life) -> str:
    """One activity: what its curve says, and the figures that say it."""
    found, name = life.health, _("“{name}”", name=escape(life.row["name"]))
    if found.verdict == RUNNING:
        day = found.complete_days + 1
        text = _("Day {day} of {days}: ", day=min(day, found.days), days=found.days)
        text += _will_end(life.overview, life.activity_id) + _(".")
        if found.findings:
            reasons = _(", ").join(said(VERDICTS, f) for f in found.findings)
            text = sentences(text, _("Already seen: {reasons}.", reasons=reasons))
        return text
    reached = _reached(life)
    if found.verdict == HEALTHY:
        return _(
            "{name} kept a healthy curve{reached}: launch {launch}× the middle, sprint {sprint}×"
            " its last days.",
            name=name, reached=reached, launch=number(found.launch_index),
            sprint=number(found.sprint_index),
        )  # fmt: skip
    if found.verdict in _NO_VERDICT:
        verdict = said(VERDICTS, found.verdict)
        return _("{name}{reached}: {verdict}.", name=name, reached=reached, verdict=verdict)
    return _("{name} {reason}{reached}.", name=name, reason=_reason(found), reached=reached)


def _reached(life: Life) -> str:
    planned = life.row["planned"]
    leads = number(life.row["leads"], exact=True)
    if is_missing(planned) or not planned:
        return _(", {leads} leads", leads=leads)
    return _(
        ", {leads} leads, {share} of the plan",
        leads=leads, share=percent(life.row["leads"] / planned),
    )  # fmt: skip


def _reason(found: Health) -> str:
    if found.verdict == STALLED and found.middle_share is not None and found.middle_share < 1:
        return _(
            "stalled in the middle: {gap} days in a row without a lead, leads on {share} of its"
            " middle days",
            gap=found.longest_gap, share=percent(found.middle_share),
        )  # fmt: skip
    if found.verdict == STALLED:
        return _(
            "faded in the middle: its last days brought {mean} a day, the sprint {index}× that",
            mean=number(found.last_middle_mean), index=number(found.sprint_index),
        )  # fmt: skip
    if found.verdict == NO_SPRINT:
        return _(
            "had no sprint: {mean} leads a day at the end, {index}× the days before;"
            " {least}× is healthy",
            mean=number(found.sprint_mean), index=number(found.sprint_index),
            least=number(SPRINT_LEAST),
        )  # fmt: skip
    if found.verdict == LAUNCH_WEAK:
        return _(
            "launched weakly: {mean} leads a day, {index}× the middle; {least}× is healthy",
            mean=number(found.launch_mean), index=number(found.launch_index),
            least=number(LAUNCH_LEAST),
        )  # fmt: skip
    if found.verdict == SPRINT_ABOVE:
        return _(
            "sprinted above its launch: {sprint} leads a day against {launch}",
            sprint=number(found.sprint_mean), launch=number(found.launch_mean),
        )  # fmt: skip
    return said(VERDICTS, found.verdict)
