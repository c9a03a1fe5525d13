"""The quality tree: what is planted goes with renewal, and what is not does not."""

import numpy as np
import pyarrow as pa
import pytest

from data.facts import Facts
from data.scope import EVERY_CAMPUS, Scope
from metrics.foundation.units import rollup
from metrics.service.attendance import attendance_strict
from metrics.service.quality_tree import LEAST, NODES, quality_rows, quality_tree
from tests.metrics.service.test_lesson_curve import YEAR


def rows_of(**columns):
    """A table of enrolments with figures for some nodes; every other was never seen."""
    count = len(next(iter(columns.values()))[0])
    table = {
        "enrolment_id": [f"E{i}" for i in range(count)], "course_id": ["K"] * count,
        "teacher_id": [f"T{i % 2}" for i in range(count)], "class_id": [None] * count,
    }  # fmt: skip
    for node in NODES:
        x, n = columns.get(node, (np.zeros(count), np.zeros(count)))
        table |= {f"{node}_x": np.asarray(x, float), f"{node}_n": np.asarray(n, float)}
    return pa.table(table)


@pytest.fixture(scope="module")
def tree(institution):
    facts = Facts(
        Scope(
            user="test", role="manager", campuses=EVERY_CAMPUS, as_of=institution.store.as_of
        )
    )  # fmt: skip
    return institution.store.fold(quality_rows(facts.filtered(YEAR)), quality_tree)


def test_what_leads_to_renewal_in_the_sample_is_found_and_what_does_not_is_not(tree):
    nodes = tree.nodes.set_index("node")
    for node in ("attendance", "consumption", "rating", "nps", "mastery"):
        assert nodes.loc[node, "low"] > 0, node
    assert nodes.loc["complaints", "high"] < 0
    assert nodes.loc["gain", "low"] < 0 < nodes.loc["gain", "high"]
    assert nodes.loc["renewal", "value"] == pytest.approx(0.62, abs=0.03)
    assert nodes.loc[["renewal", "referral"], "difference"].isna().all()


def test_a_nodes_figure_is_a_ratio_of_sums_over_the_same_seats(tree, institution):
    facts = Facts(
        Scope(
            user="test", role="manager", campuses=EVERY_CAMPUS, as_of=institution.store.as_of
        )
    )  # fmt: skip
    units = attendance_strict(facts)
    units = units.filter(units.enrolment_id.isin(list(tree.enrolments["enrolment_id"])))
    figure = institution.store.fetch(rollup(units, kind="proportion", as_of=facts.as_of))
    nodes = tree.nodes.set_index("node")
    assert nodes.loc["attendance", "value"] == pytest.approx(figure["value"].item(), abs=1e-12)


def test_groups_add_up_to_the_whole(tree):
    for by in ("course_id", "teacher_id"):
        groups = tree.groups(by)
        assert groups["n"].sum() == tree.enrolments[by].notna().sum()
        assert groups["n"].is_monotonic_decreasing


def test_the_sides_of_a_split_are_the_enrolments_that_were_compared(tree):
    nodes = tree.nodes.set_index("node")
    for node in ("attendance", "complaints"):
        for above in (True, False):
            side = tree.side(node, above=above)
            assert len(side) == nodes.loc[node, "n_above" if above else "n_below"]
            rate = nodes.loc[node, "above" if above else "below"]
            assert side["renewal_x"].mean() == pytest.approx(rate)


def test_a_nodes_enrolments_are_as_many_as_it_counts(tree):
    for row in tree.nodes.to_dict("records"):
        assert len(tree.having(row["node"])) == row["n"], row["node"]


def test_too_few_on_a_side_gives_no_difference():
    few = LEAST * 2 - 2
    table = rows_of(
        attendance=(np.arange(few), np.full(few, few)), renewal=(np.ones(few), np.ones(few))
    )
    nodes = quality_tree(table).nodes.set_index("node")
    assert np.isnan(nodes.loc["attendance", "difference"])
    assert nodes.loc["attendance", "n"] == few
    assert np.isnan(nodes.loc["rating", "value"])


def test_a_figure_that_is_mostly_at_its_best_is_split_below_it():
    best = np.r_[np.full(80, 10), np.full(40, 5)]
    table = rows_of(attendance=(best, np.full(120, 10)), renewal=(best / 10 > 0.9, np.ones(120)))
    row = quality_tree(table).nodes.set_index("node").loc["attendance"]
    assert (row["n_above"], row["n_below"]) == (80, 40)
    assert row["difference"] == 1.0
