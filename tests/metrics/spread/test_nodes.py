"""Spread forests and what is made of them: by hand, over activities, against scipy."""

from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from scipy.stats import spearmanr

from data.scope import EVERY_CAMPUS, Filters, Period
from metrics.kernels.share_tree import HOUR, NOBODY
from metrics.people.network import network_of, shared_in
from metrics.spread.credit import (
    bridges,
    generation_table,
    kols,
    largest_tree,
    node_table,
    stability,
)
from metrics.spread.layout import REST, below_of, icicle_boxes, rest_of
from metrics.spread.nodes import grow, spread_nodes
from metrics.spread.potential import backtest, expected_leads, gamma_prior

EVER = Filters(period=Period(start=date(2020, 1, 1), end=date(2030, 1, 1)))
PAGE = "event page_view activity=A page=/a"


def forest(rows):
    """Rows of (activity, person, sharer, day, leads) as a forest; everyone viewed once."""
    table = pd.DataFrame(rows, columns=["activity_id", "person_id", "sharer", "day", "leads"])
    return grow(
        pa.table(
            {
                "activity_id": table["activity_id"], "person_id": table["person_id"],
                "campus_id": ["north"] * len(table),
                "sharer_person_id": pa.array(
                    [None if pd.isna(who) else who for who in table["sharer"]], pa.string()
                ),
                "arrived_at": pa.array(
                    (table["day"] * 24 * HOUR).astype("int64"), pa.int64()
                ).cast(pa.timestamp("us")),
                "views": [1] * len(table), "visitors": [1] * len(table),
                "shares": [0] * len(table), "leads": table["leads"],
                "orders": [0] * len(table), "net_cents": table["leads"] * 100,
                "relation": [0] * len(table),
            }
        )
    )  # fmt: skip


CHAIN = [
    ("A", "a", None, 0, 0), ("A", "b", "a", 1, 1), ("A", "c", "b", 2, 1), ("A", "d", "b", 3, 0),
    ("A", "e", "b", 20, 1), ("A", "z", None, 0, 0),
    ("B", "b", None, 5, 0), ("B", "a", "b", 6, 1),
]  # fmt: skip


def test_a_forest_keeps_activities_apart_and_sums_people_over_them():
    grown = forest(CHAIN)
    table = node_table(grown).set_index(["activity_id", "person_id"])
    assert table.loc[("A", "a"), ["below", "breadth", "subtree_leads"]].tolist() == [4, 1, 3]
    assert table.loc[("B", "b"), ["below", "breadth", "subtree_leads"]].tolist() == [1, 1, 1]
    assert table.loc[("A", "c"), "sharer_person_id"] == "b"
    assert pd.isna(table.loc[("A", "a"), "sharer_person_id"])
    people = kols(grown, credit="subtree").set_index("person_id")
    assert list(people.index) == ["b", "a"]  # 3 + 1 against 4 + 0; b brought 4 directly
    assert people.loc["b", ["activities", "direct_visitors", "subtree_leads"]].tolist() == [2, 4, 3]
    assert people.loc["a", "generations"] == 2
    # Direct credit adds up to all who came by a share.
    assert people["direct_visitors"].sum() == (grown.tree.parent != NOBODY).sum()


def test_the_largest_tree_is_told_by_how_far_its_people_are_apart():
    """b stands between a and three others: ten pairs, four a step apart and six two."""
    people, apart = largest_tree(forest(CHAIN))
    assert (people, apart) == (5, pytest.approx(1.6))
    people, apart = largest_tree(forest([("A", "z", None, 0, 0)]))
    assert people == 1
    assert np.isnan(apart)


def test_a_sharer_without_a_trace_of_their_own_is_credited():
    grown = forest([("A", "b", "ghost", 1, 1), ("A", "c", "ghost", 2, 0)])
    table = kols(grown)
    assert table["person_id"].tolist() == ["ghost"]
    assert table["direct_visitors"].tolist() == [2]
    assert grown.measure("own", "visitors").sum() == 2


def test_an_empty_forest_has_nothing():
    grown = forest([])
    assert grown.nodes == 0
    assert node_table(grown).empty
    assert kols(grown).empty
    assert icicle_boxes(grown).empty
    assert generation_table(grown, as_of=pd.Timestamp("2026-1-1")).empty
    assert expected_leads(grown).empty
    assert np.isnan(stability(grown).rank_correlation)


def test_the_forest_of_facts_has_measures_and_relations(journeys, facts, store):
    ids = journeys(
        {
            "anna": ["2026-02-01 lead sem", "2026-02-02 order 500", f"2026-03-01 {PAGE} known",
                     "2026-03-01T05:00 share s1 activity=A"],
            "ben": [f"2026-03-02 {PAGE} from=s1", f"2026-03-02T05:00 {PAGE}",
                    "2026-03-03 lead organic activity=A", "2026-03-04 order 800.50"],
            "unseen": ["2026-03-05 lead street activity=A"],
            "else": ["2026-03-05 event page_view activity=B page=/b"],
        }
    )  # fmt: skip
    grown = store.fold(spread_nodes(facts.filtered(EVER), activities=("A",)), grow)
    table = node_table(grown).set_index("person_id")
    anna, ben, unseen = (table.loc[ids[name]] for name in ("anna", "ben", "unseen"))
    assert (anna["relation"], ben["relation"]) == ("member", "new")
    own = ["views", "visitors", "shares", "leads", "orders", "net_cents"]
    assert ben[own].tolist() == [2, 1, 0, 1, 1, 80050]
    assert unseen[own].tolist() == [0, 0, 0, 1, 0, 0]
    assert anna[[f"direct_{name}" for name in own]].tolist() == [2, 1, 0, 1, 1, 80050]
    assert len(table) == 3


def test_a_forest_is_cut_to_the_scope(journeys, facts_for, store):
    journeys(
        {
            "anna": [f"2026-03-01 {PAGE}", "2026-03-01T05:00 share s1 activity=A"],
            "ben": [f"2026-03-02 {PAGE} from=s1 @south"],
        }
    )
    campus = {}
    for name in ("north", "south"):
        facts = facts_for("campus_head", (name,))
        campus[name] = store.fold(spread_nodes(facts.filtered(EVER)), grow)
    assert campus["north"].measure("own", "visitors").sum() == 1
    assert campus["north"].tree.below.sum() == 0  # Ben is not theirs to count
    assert campus["south"].measure("own", "visitors").sum() == 1
    everybody = store.fold(spread_nodes(facts_for("manager", EVERY_CAMPUS).filtered(EVER)), grow)
    assert everybody.measure("own", "visitors").sum() == 2


def test_generations_count_only_the_mature_and_all_they_brought():
    """A: a → b → c, d within a week, e 19 days after b. As of day 22 everybody but e is old."""
    as_of = pd.Timestamp("1970-1-23")
    table = generation_table(forest(CHAIN[:6]), as_of=as_of, window_days=7).set_index("generation")
    assert table["people"].tolist() == [2, 1, 3]
    assert table["mature"].tolist() == [2, 1, 2]
    assert table.loc[0, ["brought", "r"]].tolist() == [1, 0.5]
    assert table.loc[1, ["brought", "r"]].tolist() == [3, 3.0]  # e is too young to be judged
    assert not table["is_judged"].any()
    assert table.loc[2, "hop_hours"] == 48  # median of 24, 48 and 456
    everything = generation_table(forest(CHAIN[:6]), as_of=pd.Timestamp("1971-1-1"), window_days=7)
    sizes = everything["people"].to_numpy()
    assert everything["r"].to_numpy()[:-1] == pytest.approx(sizes[1:] / sizes[:-1])


def test_stability_is_the_rank_correlation_of_following_activities():
    """40 people in two activities with as many children as drawn: against scipy's Spearman."""
    rng = np.random.default_rng(6)
    strength = rng.integers(1, 9, 40)
    rows, counts = [], {"A": [], "B": []}
    for place, activity in enumerate("AB"):
        for person in range(40):
            n = int(max(1, strength[person] + rng.integers(-2, 3)))
            counts[activity].append(n)
            rows.append((activity, f"s{person}", None, place * 50, 0))
            rows += [
                (activity, f"{activity}{person}-{i}", f"s{person}", place * 50 + 1, 0)
                for i in range(n)
            ]
    found = stability(forest(rows), credit="direct")
    expected = spearmanr(counts["A"], counts["B"]).statistic
    assert (found.pairs, found.people) == (40, 40)
    assert found.rank_correlation == pytest.approx(expected)
    assert found.low < expected < found.high


def test_stability_of_few_pairs_is_not_told():
    found = stability(forest(CHAIN))
    assert found.pairs == 1
    assert np.isnan(found.rank_correlation)


def test_bridges_brought_few_who_brought_many():
    rows = [("A", "a", None, 0, 0), ("A", "b", "a", 1, 0)]
    rows += [("A", f"c{i}", "b", 2, 0) for i in range(5)]
    found = bridges(node_table(forest(rows)))
    assert found["person_id"].tolist() == ["a"]
    assert found["beyond"].tolist() == [5]


def test_boxes_lie_inside_their_parents_and_lose_nobody():
    rng = np.random.default_rng(8)
    rows = [("A", "p0", None, 0, 0)]
    rows += [("A", f"p{i}", f"p{int(i * rng.random() ** 2)}", i, 0) for i in range(1, 1000)]
    rows.append(("A", "alone", None, 0, 0))
    grown = forest(rows)
    boxes = icicle_boxes(grown)
    assert len(boxes) < 1000, "readable at a thousand people"
    top = boxes[boxes["generation"] == 0]
    assert top["width"].tolist() == [1000]
    by_node = boxes[boxes["node"] != REST].set_index("node")
    for row in boxes[(boxes["node"] != REST) & (boxes["generation"] > 0)].to_dict("records"):
        parent = by_node.loc[grown.tree.parent[row["node"]]]
        assert parent["start"] <= row["start"]
        assert row["start"] + row["width"] <= parent["start"] + parent["width"]
    for _g, row in boxes.groupby("generation"):
        ordered = row.sort_values("start")
        ends = ordered["start"] + ordered["width"]
        assert (ends.to_numpy()[:-1] <= ordered["start"].to_numpy()[1:]).all()
    for node, box in by_node.iterrows():
        children = boxes[
            (boxes["generation"] == box["generation"] + 1)
            & (boxes["start"] >= box["start"])
            & (boxes["start"] < box["start"] + box["width"])
        ]
        assert children["width"].sum() == box["width"] - 1, node
    root = int(top["node"].iloc[0])
    assert len(below_of(grown, root)) == 999
    narrow = boxes[boxes["node"] == REST]
    assert len(narrow) > 10
    for row in narrow.to_dict("records"):
        rest = rest_of(grown, row["parent"])
        assert len(rest) == row["nodes"]
        assert (grown.tree.below[rest] + 1).sum() == row["people"]


def test_the_gamma_prior_finds_the_rates_it_was_drawn_from():
    rng = np.random.default_rng(9)
    rate = rng.gamma(2.0, 1 / 4.0, 20_000)
    counts, exposure = rng.poisson(rate * 5).astype(float), np.full(20_000, 5.0)
    shape, scale = gamma_prior(counts, exposure)
    assert shape / scale == pytest.approx(0.5, rel=0.03)
    assert shape == pytest.approx(2.0, rel=0.1)
    even = gamma_prior(np.full(100, 5.0), np.full(100, 5.0))
    assert even[1] > 100, "counts that do not vary: one rate for all"


def test_expected_leads_draw_short_records_to_their_kind():
    rows = []
    for activity in "ABCDEFGH":  # steady brings two leads each time
        rows += [(activity, "steady", None, ord(activity), 0)]
        rows += [(activity, f"{activity}{i}", "steady", ord(activity) + 1, 1) for i in range(2)]
    rows += [("A", "once", None, 65, 0), *((("A", f"o{i}", "once", 66, 1)) for i in range(2))]
    rows += [("A", f"idle{i}", None, 65, 0) for i in range(30)]
    found = expected_leads(forest(rows)).set_index("person_id")
    assert found.loc["steady", "expected"] > found.loc["once", "expected"]
    assert found.loc["once", "expected"] > found.loc["idle0", "expected"] > 0
    assert 1 < found.loc["steady", "expected"] < 2
    assert found.loc["idle0", ["shared_in", "subtree_leads"]].tolist() == [0, 0]


def test_a_backtest_uses_only_activities_that_began_before():
    rows = []
    for place, activity in enumerate("ABC"):
        brought = 3 if activity != "C" else 50
        rows += [(activity, "star", None, place * 30, 0)]
        rows += [(activity, f"{activity}{i}", "star", place * 30 + 1, 1) for i in range(brought)]
    found = backtest(forest(rows), "C")
    assert (found.people, found.actual, found.top_share) == (1, 50, 1.0)
    assert found.predicted < 4
    assert backtest(forest(rows), "A").people == 0


def test_a_network_names_who_brought_and_who_was_brought_over_activities():
    grown = forest(CHAIN)
    found = network_of(grown, "b")
    assert found.brought_by.to_dict("records") == [{"activity_id": "A", "person_id": "a"}]
    assert set(found.children["person_id"]) == {"c", "d", "e", "a"}
    assert found.children_count == 4
    assert (found.direct["visitors"], found.subtree["leads"], found.generations) == (4, 3, 1)
    nobody = network_of(grown, "stranger")
    assert nobody.children_count == nobody.generations == sum(nobody.subtree.values()) == 0


def test_shared_in_names_the_activities_of_a_persons_shares(journeys, facts, fetch):
    ids = journeys(
        {
            "anna": [f"2026-03-01 {PAGE}", "2026-03-01T05:00 share s1 activity=A"],
            "ben": [f"2026-03-02 {PAGE} from=s1", "2026-03-02 event page_view activity=B page=/b"],
        }
    )
    for name in ("anna", "ben"):
        assert [r.activity_id for r in fetch(shared_in(facts, person_id=ids[name]))] == ["A"]
