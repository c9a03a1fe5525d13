"""Attribution of paths that others have worked out."""

import json
from itertools import combinations
from math import factorial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from data.errors import InvalidOption
from metrics.acquisition import path_sums as module
from metrics.acquisition.attribution import credits
from metrics.acquisition.path_sums import path_sums
from metrics.models.markov import removal_effects

ORACLE = Path(__file__).parent / "oracles" / "channel_attribution.json"
OURS = {
    "first_touch": "first",
    "last_touch": "last",
    "linear": "linear",
    "position_based_40_20_40": "position",
    "shapley": "shapley",
    "markov": "markov",
}


def sums_of(paths, conversions, nulls, values=None):
    channels = tuple(sorted({channel for path in paths for channel in path}))
    codes = np.array([channels.index(channel) for path in paths for channel in path], np.int32)
    return path_sums(
        channels, np.cumsum([0, *map(len, paths)]), codes,
        age_days=np.zeros(codes.size), direct=np.zeros(codes.size, bool),
        conversions=np.array(conversions, float), nulls=np.array(nulls, float),
        value=np.array(conversions if values is None else values, float),
    )  # fmt: skip


def by_channel(table, model, column="conversions"):
    chosen = table[(table["model"] == model) & table["channel"].notna() & (table[column] != 0)]
    return dict(zip(chosen["channel"], chosen[column], strict=True))


@pytest.mark.realdata
def test_models_hold_cases_done_by_hand(repo_datasets):
    source = repo_datasets / "attribution_toy_cases" / "cases.json"
    checked = 0
    for case in json.loads(source.read_text())["cases"]:
        sums = sums_of(case["paths"], case["conversions"], case["nulls"], case.get("values"))
        table = credits(sums)
        for theirs, expected in case["expected"].items():
            values = expected.get("conversions", expected)
            assert by_channel(table, OURS[theirs]) == pytest.approx(values, abs=1e-12)
            if "removal_effect" in expected:
                chance, effects = removal_effects(*sums.moves[1], channels=3)
                assert chance == pytest.approx(expected["p_conversion"])
                assert dict(zip(sums.channels, effects, strict=True)) == pytest.approx(
                    expected["removal_effect"]
                )
                assert by_channel(table, "markov", "revenue_cny") == expected["value"]
            checked += 1
    assert checked >= 6


@pytest.mark.realdata
def test_models_agree_with_channel_attribution_at_size(repo_datasets):
    data = pd.read_csv(repo_datasets / "attribution_paths" / "data_mta.csv")
    sums = sums_of(
        [path.split(" > ") for path in data["path"]], data["total_conversions"],
        data["total_null"], data["total_conversion_value"],
    )  # fmt: skip
    oracle = json.loads(ORACLE.read_text())
    table = credits(sums)
    for model in ("first", "last", "linear"):
        expected = {channel: value for channel, value in oracle[model].items() if value}
        assert by_channel(table, model) == pytest.approx(expected, abs=1e-5)
    revenue = by_channel(table, "linear", "revenue_cny")
    assert revenue == pytest.approx(oracle["linear_value"], abs=0.02)
    for order in (1, 2, 3):
        markov = by_channel(credits(sums, markov_order=order), "markov")
        # The oracle simulates; 1 % is three times its sampling error.
        assert markov == pytest.approx(oracle[f"markov_{order}"], rel=0.02, abs=0.5)


PATHS = [["a", "b"], ["b"], ["c", "a", "c"], ["a", "b", "c"], ["c"]]


def test_markov_of_three_channels_done_by_hand():
    """Bryl (2016): C1 > C2 > C3 converts, C1 and C2 > C3 do not: effects 1/2, 1, 1."""
    sums = sums_of([["C1", "C2", "C3"], ["C1"], ["C2", "C3"]], [1, 0, 0], [0, 1, 1], [1000, 0, 0])
    table = credits(sums)
    assert by_channel(table, "markov") == pytest.approx({"C1": 0.2, "C2": 0.4, "C3": 0.4})
    assert by_channel(table, "markov", "revenue_cny") == {"C1": 200, "C2": 400, "C3": 400}


def test_shapley_equals_its_sum_over_all_orders_of_channels():
    weights = [4.0, 3, 2, 5, 1]
    table = credits(sums_of(PATHS, weights, [0] * 5))

    def worth(group):
        return sum(w for path, w in zip(PATHS, weights, strict=True) if set(path) <= set(group))

    expected = {}
    for channel in "abc":
        others = [c for c in "abc" if c != channel]
        expected[channel] = sum(
            factorial(size) * factorial(2 - size) / factorial(3) * (worth((*s, channel)) - worth(s))
            for size in range(3)
            for s in combinations(others, size)
        )
    assert by_channel(table, "shapley") == pytest.approx(expected)


def test_markov_effects_are_what_a_long_walk_loses():
    """Simulated walks of order 2, with and without each channel."""
    sums = sums_of(PATHS, [4, 3, 2, 5, 1], [3, 1, 7, 2, 6])
    chance, effects = removal_effects(*sums.moves[2], channels=3)
    states, nexts, weights = sums.moves[2]
    moves = {}
    for state, following, weight in zip(states.tolist(), nexts, weights, strict=True):
        moves.setdefault(tuple(state), []).append((int(following), weight))
    rng = np.random.default_rng(1)
    walks = 20_000
    won = np.zeros(4)
    for _ in range(walks):
        state, seen = (-1, -1), set()
        while True:
            options = moves[state]
            odds = np.array([weight for _, weight in options])
            following = options[int(np.searchsorted(odds.cumsum() / odds.sum(), rng.random()))][0]
            if following >= 3:
                break
            seen.add(following)
            state = (state[1], following)
        if following == 3:
            won += [channel not in seen for channel in range(3)] + [True]
    assert chance == pytest.approx(won[3] / walks, abs=0.02)
    assert effects == pytest.approx(1 - won[:3] / won[3], abs=0.02)


def test_many_channels_are_solved_as_few_are():
    """The iteration for large chains gives what the direct solution gives."""
    rng = np.random.default_rng(4)
    paths = [[f"c{n:02d}" for n in rng.integers(0, 20, rng.integers(1, 7))] for _ in range(3000)]
    won = (rng.random(3000) < 0.3).astype(float)
    sums = sums_of(paths, won, 1 - won)
    assert np.unique(sums.moves[2][0], axis=0).shape[0] > 300
    chance, effects = removal_effects(*sums.moves[2], channels=20)
    states, nexts, weights = sums.moves[2]
    keys = {tuple(state): place for place, state in enumerate(np.unique(states, axis=0).tolist())}
    size = len(keys)
    matrix, ends = np.zeros((size, size)), np.zeros(size)
    for state, following, weight in zip(states.tolist(), nexts, weights, strict=True):
        if following < 20:
            matrix[keys[tuple(state)], keys[(state[1], int(following))]] += weight
        if following == 20:
            ends[keys[tuple(state)]] += weight
    out = np.zeros(size)
    np.add.at(out, [keys[tuple(state)] for state in states.tolist()], weights)
    matrix, ends = matrix / out[:, None], ends / out
    whole = np.linalg.solve(np.eye(size) - matrix, ends)[keys[(-1, -1)]]
    assert chance == pytest.approx(whole, rel=1e-9)
    for channel in (0, 7, 19):
        kept = [place for state, place in keys.items() if state[1] != channel]
        part = np.linalg.solve(np.eye(len(kept)) - matrix[np.ix_(kept, kept)], ends[kept])
        start = kept.index(keys[(-1, -1)])
        assert effects[channel] == pytest.approx(1 - part[start] / whole, rel=1e-8)


def test_markov_without_conversions_credits_nobody():
    table = credits(sums_of([["a"], ["b"]], [0, 0], [1, 1]))
    assert table["conversions"].sum() == 0


def test_markov_rejects_an_order_above_three():
    with pytest.raises(InvalidOption, match="markov_order must be 1, 2 or 3, got 4"):
        credits(sums_of([["a"]], [1], [0]), markov_order=4)


def test_moves_over_many_channels_are_those_over_few(monkeypatch):
    """Where channels are too many for a table of all moves, moves are summed by key."""
    rng = np.random.default_rng(5)
    paths = [[f"c{c}" for c in rng.integers(0, 9, rng.integers(1, 6))] for _ in range(300)]
    won = rng.integers(0, 3, 300)
    whole = sums_of(paths, won, 2 - won)
    monkeypatch.setattr(module, "_DENSE_CELLS", 0)
    by_key = sums_of(paths, won, 2 - won)
    assert (by_key.channels, by_key.conversions) == (whole.channels, whole.conversions)
    for order in (1, 2, 3):
        for found, expected in zip(by_key.moves[order], whole.moves[order], strict=True):
            np.testing.assert_allclose(found, expected)
