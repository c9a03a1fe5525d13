"""Playbooks judged by those held out: orders and yuan more, or none, or fewer."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from data.facts import Facts
from metrics.foundation.clock import at_least, formal_lines
from metrics.foundation.intervals import Z95, newcombe
from metrics.foundation.registry import metric, table
from metrics.foundation.separation import LEAST_MATURE
from metrics.foundation.units import as_units

WORKS, UNCLEAR, HARMFUL, TOO_FEW = "works", "unclear", "harmful", "too_few"
TREATED, HELD_OUT = "treated", "held_out"


def _exposed(facts: Facts, window_days: int) -> ir.Table:
    """One row per person and playbook: the first exposure, and what was paid within the window."""
    window = ibis.interval(days=at_least("window_days", window_days))
    events = facts.event.filter(
        facts.event.sop.notnull(), facts.event.arm.isin([TREATED, HELD_OUT])
    )
    first = ibis.struct(
        {name: events[name] for name in ("occurred_at", "arm", "event_id", "occurred_on",
                                         "campus_id")}
    ).min()  # fmt: skip
    firsts = events.group_by("person_id", "sop").aggregate(
        first=first, arms=events["arm"].nunique()
    )
    # Who was in both arms tells nothing.
    firsts = firsts.filter(firsts.arms == 1)
    people = firsts.select(
        "person_id", "sop", campus_id=firsts.first["campus_id"], arm=firsts.first["arm"],
        event_id=firsts.first["event_id"], exposed_at=firsts.first["occurred_at"],
        exposed_on=firsts.first["occurred_on"],
    )  # fmt: skip
    lines = facts.order_line.select("person_id", "paid_at", "net_cny").inner_join(
        people.select("person_id", "sop", "exposed_at"), "person_id"
    )
    inside = lines.paid_at.between(lines.exposed_at, lines.exposed_at + window)
    money = lines.group_by("person_id", "sop").aggregate(net_cny=lines.net_cny.sum(where=inside))
    formal = (
        formal_lines(facts)
        .select("person_id", "paid_at")
        .inner_join(people.select("person_id", "sop", "exposed_at"), "person_id")
    )
    won = formal.group_by("person_id", "sop").aggregate(
        before=(formal.paid_at < formal.exposed_at).any(),
        won=formal.paid_at.between(formal.exposed_at, formal.exposed_at + window).any(),
    )
    rows = people.left_join(money, ["person_id", "sop"]).drop("person_id_right", "sop_right")
    rows = rows.left_join(won, ["person_id", "sop"]).drop("person_id_right", "sop_right")
    rows = rows.filter(~rows.before.fill_null(False))
    return rows.mutate(mature_at=rows.exposed_at + window)


@metric(
    title="Playbook conversion", kind="proportion", unit="ratio", grain="person",
    sources=("events", "orders", "order_lines"),
)  # fmt: skip
def sop_conversion(facts: Facts, *, window_days: int = 60) -> ir.Table:
    """Persons with a first formal order within the window after a playbook ÷ persons in its arm.

    By playbook and arm: treated, or held out at random at the same moment. Only the
    difference of the two tells what the playbook does.

    Parameters
    ----------
    window_days
        Days from the exposure (or being held out), the end included, at least 1.

    Returns
    -------
    ibis Table
        One row per person and playbook, with ``sop`` and ``arm``; persons seen in both
        arms are left out, and those who had paid before.

    Raises
    ------
    InvalidOption
        If ``window_days`` is less than 1.

    References
    ----------
    METRICS, "SOP effect".
    """
    rows = _exposed(facts, window_days)
    return as_units(
        rows, grain="person", unit_id=rows.event_id, unit_on=rows.exposed_on,
        numerator=rows.won.fill_null(False).cast("int64"), denominator=ibis.literal(1),
        mature_at=rows.mature_at, sop=rows.sop, arm=rows["arm"],
    )  # fmt: skip


@table(grain="arm of a playbook")
def sop_arms(facts: Facts, *, window_days: int = 60) -> ir.Table:
    """Sums of each playbook's arms over persons whose window has passed.

    Returns
    -------
    ibis Table
        ``sop``, ``arm``, ``n``, ``won``, ``net_cny``, ``net_squared`` (Σ of squares), and
        ``first_on``, ``last_on`` (days of the exposures).
    """
    rows = _exposed(facts, window_days)
    rows = rows.filter(rows.mature_at <= facts.as_of)
    paid = rows.net_cny.fill_null(0).cast("float64")
    return rows.group_by("sop", "arm").aggregate(
        n=rows.count(), won=rows.won.fill_null(False).sum().cast("int64"), net_cny=paid.sum(),
        net_squared=(paid * paid).sum(), first_on=rows.exposed_on.min(),
        last_on=rows.exposed_on.max(),
    )  # fmt: skip


def sop_effects(arms: pd.DataFrame) -> pd.DataFrame:
    """What each playbook did: treated minus held out.

    Parameters
    ----------
    arms
        Rows of `sop_arms`.

    Returns
    -------
    DataFrame
        ``sop``, ``treated``, ``held_out`` (persons), ``rate``, ``rate_held_out``,
        ``difference`` with ``low``, ``high`` (95 %, Newcombe's hybrid score interval),
        ``persons`` (orders more among the treated, with ``persons_low`` and
        ``persons_high``), ``cny`` (net revenue more, with ``cny_low``, ``cny_high``, by
        Welch), ``verdict`` (by the interval of the difference) and the days; the best
        first. Playbooks without both arms are not in it.

    References
    ----------
    Newcombe (1998), Statistics in Medicine 17:873-890, method 10.
    """
    rows = []
    for sop, both in arms.groupby("sop", sort=True):
        by_arm = {row["arm"]: row for row in both.to_dict("records")}
        if set(by_arm) != {TREATED, HELD_OUT}:
            continue
        t, h = (
            {name: float(by_arm[arm][name]) for name in ("n", "won", "net_cny", "net_squared")}
            for arm in (TREATED, HELD_OUT)
        )
        difference, low, high = newcombe(t["won"], t["n"], h["won"], h["n"])
        cny, cny_low, cny_high = _means(t, h)
        few = min(t["n"], h["n"]) < LEAST_MATURE
        verdict = TOO_FEW if few else WORKS if low > 0 else HARMFUL if high < 0 else UNCLEAR
        rows.append(
            {
                "sop": sop, "treated": int(t["n"]), "held_out": int(h["n"]),
                "rate": t["won"] / t["n"], "rate_held_out": h["won"] / h["n"],
                "difference": difference, "low": low, "high": high,
                "persons": difference * t["n"], "persons_low": low * t["n"],
                "persons_high": high * t["n"], "cny": cny * t["n"], "cny_low": cny_low * t["n"],
                "cny_high": cny_high * t["n"], "verdict": verdict,
                "first_on": min(row["first_on"] for row in by_arm.values()),
                "last_on": max(row["last_on"] for row in by_arm.values()),
            }
        )  # fmt: skip
    columns = [
        "sop", "treated", "held_out", "rate", "rate_held_out", "difference", "low", "high",
        "persons", "persons_low", "persons_high", "cny", "cny_low", "cny_high", "verdict",
        "first_on", "last_on",
    ]  # fmt: skip
    found = pd.DataFrame(rows, columns=columns)
    return found.sort_values("difference", ascending=False, ignore_index=True)


def _means(t: dict[str, float], h: dict[str, float]) -> tuple[float, float, float]:
    """The difference of mean net revenue a person, with Welch's interval."""
    means, spreads = [], []
    for side in (t, h):
        mean = side["net_cny"] / side["n"]
        means.append(mean)
        squares = max(side["net_squared"] / side["n"] - mean**2, 0.0)
        spreads.append(squares / max(side["n"] - 1, 1))
    d, half = means[0] - means[1], Z95 * float(np.sqrt(sum(spreads)))
    return d, d - half, d + half
