"""What to do about an activity: at most five lines, each with owner, deadline and worth."""

from __future__ import annotations

from collections.abc import Iterator

from components.kit.activity_words import PHASES, TYPES, said
from components.kit.todo import Task, draw_tasks
from components.screens.activities.reading import Life
from components.words.formats import day, is_missing, number
from components.words.i18n import N_, _
from metrics.activities.health import LAUNCH_WEAK, NO_SPRINT, SPRINT_ABOVE, STALLED, phase_days
from metrics.models.activity_curve import band

OWNER = N_("Activity owner")


def life_todo(life: Life) -> None:
    """Draw what the figures carry; nothing is advised for the sake of a full list."""
    draw_tasks(_tasks(life), today=life.scope.as_of_on)


def _tasks(life: Life) -> Iterator[Task]:
    if not life.is_over:
        yield from _running(life)
    yield from _learned(life)


def _running(life: Life) -> Iterator[Task]:
    final, planned = life.overview.final(life.activity_id), life.row["planned"]
    left = life.health.days - life.health.complete_days
    phase = _phase_now(life)
    if final is not None and not is_missing(planned) and final.value < planned:
        short = planned - final.value
        yield Task(
            _(
                "Bring {n} more leads than usual in the {left} days left: {each} a day instead"
                " of {usual}.",
                n=number(round(short)), left=left,
                each=number(round((planned - life.health.leads) / max(left, 1), 1)),
                usual=number(round((final.value - life.health.leads) / max(left, 1), 1)),
            ),
            OWNER, 1, _("the plan of {n} leads", n=number(planned)),
        )  # fmt: skip
    if STALLED in life.health.findings:
        yield Task(
            _("Restart the sharing now: there were days without a lead."),
            OWNER, 1, _("a usual middle day brings {n} leads", n=_usual(life, "middle")),
        )  # fmt: skip
    if phase != "sprint":
        sprint = life.days[phase_days(life.health.days)["sprint"][0]]
        yield Task(
            _("Prepare the sprint of {day}: last places, a reward for those who share.",
              day=day(sprint)),
            OWNER, max((sprint - life.scope.as_of_on).days - 1, 1),
            _("a usual sprint brings {n} leads a day", n=_usual(life, "sprint")),
        )  # fmt: skip


def _learned(life: Life) -> Iterator[Task]:
    if not life.is_over:
        return
    advice = {
        STALLED: (
            N_("Plan a second push for the middle of the next “{type}”: a new poster or reward on"
               " day 4."), "middle",
        ),
        NO_SPRINT: (
            N_("Plan a sprint for the next “{type}”: two days, announced, with last places."),
            "sprint",
        ),
        LAUNCH_WEAK: (
            N_("Invite the first sharers of the next “{type}” before it opens."), "launch",
        ),
        SPRINT_ABOVE: (
            N_("Open the next “{type}” with what the sprint offered: the launch should be"
               " highest."), "launch",
        ),
    }  # fmt: skip
    for finding in life.health.findings:
        if finding in advice:
            words, phase = advice[finding]
            yield Task(
                _(words, type=said(TYPES, life.row["type"])), OWNER, 14,
                _("a usual {phase} day brings {n} leads", phase=said(PHASES, phase),
                  n=_usual(life, phase)),
            )  # fmt: skip


def _phase_now(life: Life) -> str:
    spans = phase_days(life.health.days)
    return next((p for p, span in spans.items() if life.health.complete_days in span), "sprint")


def _usual(life: Life, phase: str) -> str:
    """Leads that a day of a phase usually brings, at this activity's size."""
    shares = life.overview.shares(life.activity_id)
    final = life.overview.final(life.activity_id)
    total = final.value if final else float(life.row["leads"])
    if shares is None or not total:
        return "—"
    span = phase_days(life.health.days)[phase]
    return number(round(float(band(shares).middle[list(span)].mean()) * total, 1))
