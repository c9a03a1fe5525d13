"""The health of an activity: its curve of daily new leads, judged phase by phase."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from data.errors import InvalidOption

PHASES = ("launch", "middle", "sprint")
SHORT = 5  # days below which a curve has no shape to judge
ENOUGH = 30  # leads below which nothing is judged
LAUNCH_LEAST = 1.5  # L
SPRINT_LEAST, SPRINT_MOST = 1.2, 3.0  # S
_LAST_MIDDLE = 3  # days the sprint is held against

HEALTHY, LAUNCH_WEAK, STALLED = "healthy", "launch_weak", "middle_stalled"
NO_SPRINT, SPRINT_ABOVE = "no_sprint", "sprint_above_launch"
VERDICTS = (HEALTHY, LAUNCH_WEAK, STALLED, NO_SPRINT, SPRINT_ABOVE)
RUNNING, TOO_SHORT, TOO_FEW = "running", "too_short", "too_few"  # no verdict, and why


@dataclass(frozen=True, kw_only=True)
class Health:
    """A verdict with the figures that gave it.

    ``verdict`` is the first of ``findings``, `HEALTHY` without one, or says why there is
    none. ``launch_index`` (L) and ``sprint_index`` (S) are missing where they would divide
    by nothing or where no day of the phase is over; means are leads a day.
    """

    verdict: str
    findings: tuple[str, ...]
    leads: int
    days: int  # planned length
    complete_days: int
    launch_index: float | None
    middle_share: float | None
    longest_gap: int
    sprint_index: float | None
    launch_mean: float | None
    middle_mean: float | None
    last_middle_mean: float | None
    sprint_mean: float | None


def phase_days(days: int) -> dict[str, range]:
    """The days of each phase, from 0; a phase without a day is empty.

    Launch is the first 2 days, sprint the last 2 (1 when shorter than 5 days).

    Raises
    ------
    InvalidOption
        If ``days`` is less than 1.
    """
    if days < 1:
        raise InvalidOption(f"days must be at least 1, got {days}")
    launch = min(2, days)
    sprint = min(2 if days >= SHORT else 1, days - launch)
    return {
        "launch": range(launch),
        "middle": range(launch, days - sprint),
        "sprint": range(days - sprint, days),
    }


def health(daily: Sequence[int], *, days: int | None = None) -> Health:
    """Judge an activity by its daily new leads.

    Parameters
    ----------
    daily
        New leads of each day that is over, from the first one on; a day without any is 0.
    days
        The activity's planned length; by default it is over.

    Returns
    -------
    Health
        `RUNNING` while days are left (findings of what is over stand beside it),
        `TOO_SHORT` under 5 days, `TOO_FEW` under 30 leads.

    References
    ----------
    METRICS, "phases", "L, M, S", "health verdict".
    """
    days = len(daily) if days is None else days
    phases = phase_days(days)
    over = [int(leads) for leads in daily[:days]]
    launch = _mean(over, phases["launch"])
    middle = [over[day] for day in phases["middle"] if day < len(over)]
    middle_mean = _mean(over, phases["middle"])
    last_middle = _mean(over, phases["middle"][-_LAST_MIDDLE:])
    sprint = _mean(over, phases["sprint"])
    ended = len(over) >= days
    launch_index = _ratio(launch, middle_mean)
    sprint_index = _ratio(sprint, last_middle) if ended else None
    middle_share = sum(leads > 0 for leads in middle) / len(middle) if middle else None
    findings = _findings(
        launch_index=launch_index, middle_share=middle_share, sprint_index=sprint_index,
        launch=launch, sprint=sprint if ended else None,
        middle_over=len(middle) == len(phases["middle"]),
    )  # fmt: skip
    return Health(
        verdict=_verdict(findings, days, sum(over), ended), findings=findings, leads=sum(over),
        days=days, complete_days=len(over), launch_index=launch_index, middle_share=middle_share,
        longest_gap=_longest_gap(middle), sprint_index=sprint_index, launch_mean=launch,
        middle_mean=middle_mean, last_middle_mean=last_middle, sprint_mean=sprint,
    )  # fmt: skip


def _verdict(findings: tuple[str, ...], days: int, leads: int, ended: bool) -> str:
    if days < SHORT:
        return TOO_SHORT
    if not ended:
        return RUNNING
    if leads < ENOUGH:
        return TOO_FEW
    return findings[0] if findings else HEALTHY


def _findings(
    *,
    launch_index: float | None,
    middle_share: float | None,
    sprint_index: float | None,
    launch: float | None,
    sprint: float | None,
    middle_over: bool,
) -> tuple[str, ...]:
    found = []
    # A middle without a lead on every day; or one that had faded before a sprint which no
    # launch explains: the sprint is too many times its last days.
    faded = sprint_index is not None and sprint_index > SPRINT_MOST
    if middle_share is not None and middle_share < 1:
        found.append(STALLED)
    if middle_over and launch_index is not None and launch_index < LAUNCH_LEAST:
        found.append(LAUNCH_WEAK)
    if sprint_index is not None and sprint_index < SPRINT_LEAST:
        found.append(NO_SPRINT)
    if sprint is not None and launch is not None and sprint >= launch > 0:
        found.append(SPRINT_ABOVE)
    elif faded and STALLED not in found:
        found.append(STALLED)
    return tuple(found)


def _mean(daily: Sequence[int], days: range) -> float | None:
    """The mean over those of the days that are over; None without one."""
    known = [daily[day] for day in days if day < len(daily)]
    return sum(known) / len(known) if known else None


def _ratio(one: float | None, other: float | None) -> float | None:
    return None if one is None or not other else one / other


def _longest_gap(daily: Sequence[int]) -> int:
    longest = run = 0
    for leads in daily:
        run = 0 if leads else run + 1
        longest = max(longest, run)
    return longest


def daily_curves(
    activities: pd.DataFrame, leads: pd.DataFrame, *, until: date
) -> dict[str, list[int]]:
    """New leads of each activity on each of its days that is over.

    Parameters
    ----------
    activities
        ``activity_id``, ``starts_on``, ``ends_on``.
    leads
        ``activity_id``, ``unit_on``, ``value``: leads by activity and local day.
    until
        The first local day that is not over.
    """
    limit = pd.Timestamp(until)
    days = pd.to_datetime(leads["unit_on"])
    counts = dict(zip(zip(leads["activity_id"], days, strict=True), leads["value"], strict=True))
    curves: dict[str, list[int]] = {}
    for row in activities.to_dict("records"):
        first, last = pd.Timestamp(row["starts_on"]), pd.Timestamp(row["ends_on"])
        last = min(last, limit - pd.Timedelta(days=1))
        curves[row["activity_id"]] = [
            int(counts.get((row["activity_id"], day), 0))
            for day in pd.date_range(first, last, freq="D")
        ]
    return curves


def activity_health(
    activities: pd.DataFrame, leads: pd.DataFrame, *, until: date
) -> dict[str, Health]:
    """The health of each activity that has begun; parameters as of `daily_curves`."""
    lengths = {
        row["activity_id"]: (pd.Timestamp(row["ends_on"]) - pd.Timestamp(row["starts_on"])).days + 1
        for row in activities.to_dict("records")
    }
    curves = daily_curves(activities, leads, until=until)
    return {
        name: health(curve, days=lengths[name])
        for name, curve in curves.items()
        if lengths[name] >= 1
    }
