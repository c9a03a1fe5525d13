"""One-ID on anything: whatever the order of arrival, and never beyond the limits."""

from __future__ import annotations

import random
from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.identity.components import MERGED, OVER_LIMIT, SAME, TOO_LARGE, merge_links
from data.identity.kinds import LARGEST_PERSON, LINKING
from data.identity.resolution import resolve
from data.stores.duck import DuckDBStore
from tests.journeys import KEY, Story, moment

LOGIN = 0
LIMITS = np.array([kind.per_person for kind in LINKING], np.uint8)
LOGIN_LIMITS = np.array([kind.login_limit for kind in LINKING], np.uint8)


def model(
    links: list[tuple[int, int]], kinds: list[int], limits: list[int], login_limits: list[int]
) -> tuple[list[int], list[int]]:
    """The rules of `merge_links` in plain sets: each person is a set of identifiers."""
    person = {number: {number} for number in range(len(kinds))}
    outcome = []
    for left, right in links:
        a, b = person[left], person[right]
        if a is b:
            outcome.append(SAME)
            continue
        both = a | b
        has_login = any(kinds[number] == LOGIN for number in both)
        refused = MERGED
        for kind, limit in enumerate(login_limits if has_login else limits):
            sides = [sum(kinds[number] == kind for number in side) for side in (a, b)]
            if limit and all(sides) and sum(sides) > limit:
                refused = OVER_LIMIT + kind
                break
        if refused == MERGED and len(both) > LARGEST_PERSON:
            refused = TOO_LARGE
        outcome.append(refused)
        if refused == MERGED:
            for number in both:
                person[number] = both
    return [min(person[number]) for number in range(len(kinds))], outcome


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_merge_links_follows_the_rules_of_plain_sets(data: st.DataObject) -> None:
    kinds = data.draw(st.lists(st.integers(0, len(LIMITS) - 1), min_size=1, max_size=25))
    number = st.integers(0, len(kinds) - 1)
    links = data.draw(st.lists(st.tuples(number, number), max_size=60))
    root, outcome = merge_links(
        np.array([left for left, _ in links], np.int32),
        np.array([right for _, right in links], np.int32),
        np.array(kinds, np.uint8),
        limits=LIMITS,
        login_limits=LOGIN_LIMITS,
        login=LOGIN,
        largest=LARGEST_PERSON,
    )
    expected = model(links, kinds, LIMITS.tolist(), LOGIN_LIMITS.tolist())
    assert (root.tolist(), outcome.tolist()) == expected


def test_merge_links_without_limits_finds_scipys_components() -> None:
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    rng = np.random.default_rng(5)
    left, right = rng.integers(0, 20_000, (2, 18_000)).astype(np.int32)
    root, _ = merge_links(
        left, right, np.zeros(20_000, np.uint8),
        limits=np.zeros(1, np.uint8), login_limits=np.zeros(1, np.uint8),
    )  # fmt: skip
    graph = coo_array((np.ones(len(left)), (left, right)), shape=(20_000, 20_000))
    count, label = connected_components(graph, directed=False)
    assert len(set(root.tolist())) == count
    assert len(set(zip(root.tolist(), label.tolist(), strict=True))) == count


def test_merge_links_never_joins_two_logins_in_100_000_random_sequences() -> None:
    rng = np.random.default_rng(11)
    block, size = 100_000, 8
    kinds = rng.integers(0, len(LIMITS), block * size).astype(np.uint8)
    start = np.repeat(np.arange(block) * size, 10)
    left, right = (start + rng.integers(0, size, len(start)) for _ in range(2))
    root, _ = merge_links(
        left.astype(np.int32), right.astype(np.int32), kinds,
        limits=LIMITS, login_limits=LOGIN_LIMITS, login=LOGIN, largest=LARGEST_PERSON,
    )  # fmt: skip
    logins = np.bincount(root, weights=kinds == LOGIN)
    assert logins.max() == 1
    assert np.bincount(root).max() > 3  # people were joined at all


def tell(store: DuckDBStore, rows: list[dict[str, object]]) -> None:
    """Write these events."""
    story = Story()
    for row in rows:
        story.add("events", **row)
    with store.writing() as cursor:
        story.flush(cursor)


def people(store: DuckDBStore) -> dict[tuple[str, str], str]:
    """Each identifier's person."""
    rows = store.cursor().execute(
        "SELECT kind, value, person_id FROM identity_identifier JOIN identity_person"
        " USING (identifier_no)"
    )
    return {(kind, value): person for kind, value, person in rows.fetchall()}


def random_rows(seed: int, count: int = 400) -> list[dict[str, object]]:
    """Events of a crowd that shares devices, phones and mistakes."""
    draw = random.Random(seed)
    columns = ("login_id", "phone", "unionid", "external_userid", "openid", "device_id")
    rows = []
    for number in range(count):
        given = {
            column: f"{'+86' if column == 'phone' else column}{draw.randrange(60)}"
            for column in columns
            if draw.random() < 0.35
        }
        at = moment("2026-01-01") + draw.randrange(50) * (
            moment("2026-01-02") - moment("2026-01-01")
        )
        rows.append({"event_id": f"e{number}", "name": "x", "occurred_at": at, **given})
    return rows


@pytest.mark.parametrize("seed", range(3))
def test_people_do_not_hang_on_the_order_of_arrival(store: DuckDBStore, seed: int) -> None:
    rows = random_rows(seed)
    tell(store, rows)
    with store.writing() as cursor:
        resolve(cursor, KEY)
    expected = people(store)
    random.Random(seed + 100).shuffle(rows)
    with store.writing() as cursor:
        cursor.execute("DELETE FROM events")
    tell(store, rows)
    with store.writing() as cursor:
        assert resolve(cursor, KEY) is False
    assert people(store) == expected


@pytest.mark.parametrize("seed", range(3))
def test_people_keep_every_limit(store: DuckDBStore, seed: int) -> None:
    tell(store, random_rows(seed, 1200))
    with store.writing() as cursor:
        resolve(cursor, KEY)
    held: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for (kind, _), person in people(store).items():
        held[person][kind] += 1
    for kind in LINKING:
        assert max(counts[kind.name] for counts in held.values()) <= kind.per_person
