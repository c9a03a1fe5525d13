"""The course quality tree: engagement, performance, experience, and what goes with renewal."""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd
import pyarrow as pa

from data.facts import Facts
from metrics.foundation.intervals import newcombe
from metrics.foundation.registry import table
from metrics.referral.rates import honest_referrals
from metrics.renewal.due import due_rows, settled_at
from metrics.service.attendance import ATTENDED, held_seats, is_marked
from metrics.service.completion import COMPLETE

LEAST = 30  # enrolments on each side of a comparison
HISTORY_DAYS = 365
# Node → its branch of the tree and whether more is better.
NODES: dict[str, tuple[str, int]] = {
    "attendance": ("engagement", 1),
    "completion": ("engagement", 1),
    "consumption": ("engagement", 1),
    "interaction": ("engagement", 1),
    "homework": ("performance", 1),
    "mastery": ("performance", 1),
    "gain": ("performance", 1),
    "rating": ("experience", 1),
    "nps": ("experience", 1),
    "complaints": ("experience", -1),
    "renewal": ("result", 1),
    "referral": ("result", 1),
}
GROUPED_BY = ("course_id", "teacher_id", "class_id")
_INTERACTIONS = ("lesson_view", "homework_submit", "video_play")
_WHO = (
    "person_id", "campus_id", "student_id", "course_id", "teacher_id", "class_id",
    "class_teacher_id",
)  # fmt: skip


@table(grain="enrolment")
def quality_rows(facts: Facts) -> ir.Table:
    """Enrolments that fell due and are settled, with what was seen of each while it ran.

    Those that fell due in the year before the period's end; course lines narrow them.

    Returns
    -------
    ibis Table
        One row per enrolment: its ids, and for each of `NODES` a pair ``<node>_x`` and
        ``<node>_n`` whose ratio is the enrolment's figure and whose sums give a group's;
        ``_n`` is 0 where nothing was seen. ``renewal_n`` and ``referral_n`` are always 1.
    """
    due = due_rows(facts)
    end = facts.period.end
    due = due.filter(
        settled_at(due.due_on) <= facts.as_of, due.due_on < end,
        due.due_on >= (end - ibis.interval(days=HISTORY_DAYS)).cast("date"),
    )  # fmt: skip
    due = facts.picked(due, channels=False)
    due = due.select(
        "enrolment_id", *_WHO, "started_on", "due_on", renewed=due.is_renewed.cast("int64")
    )
    # Compiling the whole of a due enrolment for each part takes longer than reading it.
    term = facts.due.select("enrolment_id", *_WHO, "started_on", "ends_on", "due_on")
    term = term.mutate(over_on=term.due_on.fill_null(term.ends_on)).drop("due_on", "ends_on")
    parts = [_seats(facts), _answers(facts, term), _tests(facts, term), _acts(facts, term),
             _referrals(facts, term)]  # fmt: skip
    rows = due
    for part in parts:
        rows = rows.left_join(part, "enrolment_id").drop("enrolment_id_right")
    rows = rows.mutate(
        renewal_x=rows.renewed, renewal_n=ibis.literal(1), referral_n=ibis.literal(1),
        referral_x=(rows.referred.fill_null(0) > 0).cast("int64"),
        interaction_x=rows.acts.fill_null(0), complaints_n=ibis.literal(1),
        complaints_x=rows.complained.fill_null(0),  # who said nothing has not complained
        interaction_n=ibis.greatest(rows.due_on.delta(rows.started_on, unit="day"), 1) / 7.0,
    )  # fmt: skip
    columns = [f"{node}_{side}" for node in NODES for side in ("x", "n")]
    return rows.select(
        "enrolment_id", *_WHO,
        **{name: rows[name].cast("float64").fill_null(0.0) for name in columns},
    )  # fmt: skip


def _seats(facts: Facts) -> ir.Table:
    held = held_seats(facts)
    is_called = is_marked(held).fill_null(False)
    there = is_called & held.attendance.isin(ATTENDED)
    entered = there | (is_called & (held.watched_share > 0).fill_null(False))
    whole = (held.watched_share >= COMPLETE).fill_null(there)
    return held.group_by("enrolment_id").aggregate(
        attendance_x=there.sum(), attendance_n=is_called.sum(),
        completion_x=(entered & whole).sum(), completion_n=entered.sum(),
        consumption_x=held.consumed_lessons.fill_null(0.0).sum(), consumption_n=held.count(),
    )  # fmt: skip


def _within(rows: ir.Table, term: ir.Table, keys: list[str], day: str) -> ir.Table:
    """Rows of an enrolment's student or person while it ran."""
    found = rows.inner_join(term.select("enrolment_id", *keys, "started_on", "over_on"), keys)
    return found.filter(found[day] >= found.started_on, found[day] <= found.over_on)


def _tests(facts: Facts, term: ir.Table) -> ir.Table:
    tests = facts.assessment.select(
        "student_id", "course_id", "due_on", "taken_on", "score", "full_score"
    ).rename(test_on="due_on")
    found = _within(tests, term, ["student_id", "course_id"], "test_on")
    known = (found.taken_on <= facts.today).fill_null(False)
    share = (known & (found.full_score > 0)).ifelse(found.score / found.full_score, None)
    found = found.mutate(share=share)
    scored = found.share.notnull()
    last, first = (
        found.share.argmax(found.test_on, where=scored),
        found.share.argmin(found.test_on, where=scored),
    )
    several = scored.sum() >= 2
    return found.group_by("enrolment_id").aggregate(
        homework_x=(known & (found.taken_on <= found.test_on)).sum(), homework_n=found.count(),
        mastery_x=found.share.sum(), mastery_n=scored.sum(),
        gain_x=several.ifelse(last - first, 0.0), gain_n=several.cast("int64"),
    )  # fmt: skip


def _answers(facts: Facts, term: ir.Table) -> ir.Table:
    given = facts.feedback.select(
        "student_id", "class_id", "given_on", "rating", "nps", "is_complaint"
    )
    found = _within(given, term, ["student_id", "class_id"], "given_on")
    promoters, detractors = (found.nps >= 9).sum(), (found.nps <= 6).sum()
    return found.group_by("enrolment_id").aggregate(
        rating_x=found.rating.sum(), rating_n=found.rating.count(),
        nps_x=promoters.fill_null(0) - detractors.fill_null(0), nps_n=found.nps.count(),
        complained=found.is_complaint.any().cast("int64"),
    )  # fmt: skip


def _acts(facts: Facts, term: ir.Table) -> ir.Table:
    events = facts.event
    events = events.filter(events.name.isin(_INTERACTIONS)).select("person_id", "occurred_on")
    found = _within(events, term, ["person_id"], "occurred_on")
    return found.group_by("enrolment_id").aggregate(acts=found.count())


def _referrals(facts: Facts, term: ir.Table) -> ir.Table:
    brought = honest_referrals(facts).select("created_on", person_id="introducer_person_id")
    found = _within(brought, term, ["person_id"], "created_on")
    return found.group_by("enrolment_id").aggregate(referred=found.count())


@dataclass(frozen=True)
class QualityTree:
    """The tree's nodes and the enrolments they are made of.

    ``nodes`` has a row per node: ``branch``, ``value`` (ratio of sums), ``n`` (enrolments
    that have it), ``split`` (the median at which they are parted), ``above`` and ``below``
    (renewal rate of those above it and not), ``n_above``, ``n_below``, ``difference`` with
    ``low`` and ``high`` (95 %): an association, not an effect; missing where either side
    has fewer than `LEAST` enrolments, and for the results themselves. ``enrolments`` has a
    row per enrolment with its figure of each node.
    """

    nodes: pd.DataFrame
    enrolments: pd.DataFrame

    def groups(self, by: str) -> pd.DataFrame:
        """Each node's figure by course, teacher or class, the most enrolments first."""
        keyed = self.enrolments[self.enrolments[by].notna()]
        sums = keyed.groupby(by)[[f"{node}_{s}" for node in NODES for s in ("x", "n")]].sum()
        found = pd.DataFrame(
            {node: sums[f"{node}_x"] / sums[f"{node}_n"].replace(0, np.nan) for node in NODES}
        )
        found.insert(0, "n", keyed.groupby(by).size())
        ordered: pd.DataFrame = found.sort_values("n", ascending=False).reset_index()
        return ordered

    def having(self, node: str) -> pd.DataFrame:
        """The enrolments that have a node's figure: as many as its ``n``."""
        found: pd.DataFrame = self.enrolments[self.enrolments[f"{node}_n"] > 0]
        return found

    def side(self, node: str, *, above: bool) -> pd.DataFrame:
        """The enrolments on one side of a node's split."""
        split = float(self.nodes.set_index("node")["split"][node])
        figures = self.enrolments[node]
        found: pd.DataFrame = self.enrolments[(figures > split) if above else (figures <= split)]
        return found


def quality_tree(table: pa.Table) -> QualityTree:
    """The kernel for a store's fold over `quality_rows`."""
    rows = table.to_pandas()
    for node in NODES:
        rows[node] = rows[f"{node}_x"] / rows[f"{node}_n"].replace(0, np.nan)
    return QualityTree(pd.DataFrame([_node(rows, node) for node in NODES]), rows)


def _node(rows: pd.DataFrame, node: str) -> dict[str, object]:
    branch, better = NODES[node]
    own = rows[rows[f"{node}_n"] > 0]
    below_it = float(own[f"{node}_n"].sum())
    said: dict[str, object] = {
        "node": node, "branch": branch, "better": better, "n": len(own),
        "value": float(own[f"{node}_x"].sum()) / below_it if below_it else np.nan,
        **dict.fromkeys(("split", "above", "below", "difference", "low", "high"), np.nan),
        "n_above": 0, "n_below": 0,
    }  # fmt: skip
    if branch == "result" or own.empty:
        return said
    split = _split(own[node].to_numpy())
    upper = own[node] > split
    above, below = own.loc[upper, "renewal_x"], own.loc[~upper, "renewal_x"]
    said |= {"split": split, "n_above": len(above), "n_below": len(below)}
    if min(len(above), len(below)) < LEAST:
        return said
    difference, low, high = newcombe(above.sum(), len(above), below.sum(), len(below))
    return said | {
        "above": above.mean(), "below": below.mean(), "difference": difference, "low": low,
        "high": high,
    }  # fmt: skip


def _split(figures: np.ndarray) -> float:
    """The median, or the next lower figure where nothing lies above it."""
    median = float(np.median(figures))
    if (figures > median).any() or figures.min() == figures.max():
        return median
    return float(figures[figures < median].max())
