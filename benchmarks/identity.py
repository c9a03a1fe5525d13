"""One-ID over 10 million links, against SciPy's connected components of the same graph.

SciPy gets its arrays ready and knows no limits; ours counts identifiers of each kind,
refuses what would break a limit and says why. Also the whole way, from events in a store.
EDULENS_BENCH_LINKS and EDULENS_BENCH_EVENTS give the sizes.
"""

from __future__ import annotations

import os
import resource
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from benchmarks import report
from data.identity import resolve
from data.identity.components import merge_links
from data.identity.kinds import LARGEST_PERSON, LINKING
from data.landing.loader import create_tables
from data.stores.duck import DuckDBStore

LINKS = int(os.environ.get("EDULENS_BENCH_LINKS", "10_000_000"))
EVENTS = int(os.environ.get("EDULENS_BENCH_EVENTS", "5_000_000"))
LIMITS = np.array([kind.per_person for kind in LINKING], np.uint8)
LOGIN_LIMITS = np.array([kind.login_limit for kind in LINKING], np.uint8)


def people(links: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Links within persons of up to six identifiers, one in a hundred across persons.

    Identifiers are numbered by when they were first seen, as `resolve` numbers them: a
    person's lie apart.
    """
    rng = np.random.default_rng(1)
    persons = links // 4
    place = rng.permutation(persons * len(LINKING)).astype(np.int32)
    kinds = np.empty(len(place), np.uint8)
    kinds[place] = np.tile(np.arange(len(LINKING), dtype=np.uint8), persons)
    person = rng.integers(0, persons, links)
    other = np.where(rng.random(links) < 0.01, rng.integers(0, persons, links), person)
    width = len(LINKING)
    left = place[person * width + rng.integers(0, width, links)]
    right = place[other * width + rng.integers(0, width, links)]
    return np.minimum(left, right), np.maximum(left, right), kinds


def merge_seconds() -> tuple[float, float]:
    """Best of three: ours and SciPy's."""
    left, right, kinds = people(LINKS)
    ours, theirs = [], []
    merge_links(left[:10], right[:10], kinds, limits=LIMITS, login_limits=LOGIN_LIMITS)
    graph = coo_array((np.ones(LINKS, np.int8), (left, right)), shape=(len(kinds),) * 2).tocsr()
    for _ in range(3):
        start = time.perf_counter()
        merge_links(
            left, right, kinds,
            limits=LIMITS, login_limits=LOGIN_LIMITS, login=0, largest=LARGEST_PERSON,
        )  # fmt: skip
        ours.append(time.perf_counter() - start)
        start = time.perf_counter()
        connected_components(graph, directed=False)
        theirs.append(time.perf_counter() - start)
    return min(ours), min(theirs)


def resolve_seconds(folder: Path) -> float:
    """The whole way from events to people: a third of the visits are of known people."""
    store = DuckDBStore(folder / "store.duckdb")
    with store.writing() as cursor:
        create_tables(cursor)
        cursor.execute(
            f"""INSERT INTO events (event_id, name, occurred_at, device_id, unionid, phone)
            SELECT 'e' || i, 'page_view', TIMESTAMP '2026-01-01' + INTERVAL (i) SECOND,
              'device' || device, CASE WHEN device % 3 = 0 AND i % 5 = 0 THEN 'union' || device END,
              CASE WHEN device % 3 = 0 AND i % 7 = 0 THEN '+86138' || lpad(device::TEXT, 8, '0') END
            FROM (SELECT i, hash(i) % {EVENTS // 7} AS device FROM range({EVENTS}) r(i))"""
        )
    with store.writing() as cursor:
        start = time.perf_counter()
        resolve(cursor, b"benchmark")
        seconds = time.perf_counter() - start
    store.close()
    return seconds


def main() -> None:
    """Print the measurements."""
    ours, theirs = merge_seconds()
    report(f"identity_{LINKS // 1_000_000}m_links_vs_scipy", ours / theirs, "ratio", 2)
    with TemporaryDirectory() as folder:
        seconds = resolve_seconds(Path(folder))
    report(f"identity_resolve_{EVENTS // 1_000_000}m_events", seconds, "seconds", EVENTS / 300_000)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    report("identity_peak_memory", peak, "GB", 8)


if __name__ == "__main__":
    main()
