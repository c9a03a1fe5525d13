"""Attribution over touches: against a bare scan of the same columns, and as it grows.

Each size is an institution of its own in a DuckDB file: touches of a fifth as many
people over 90 days, one person in ten with a first order. EDULENS_BENCH_TOUCHES gives
the largest size (default: 20 million).
"""

from __future__ import annotations

import math
import os
import resource
import tempfile
import time
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

from benchmarks import report
from data.facts import FACTS, Facts
from data.scope import EVERY_CAMPUS, Filters, Period, Scope
from data.stores.duck import DuckDBStore
from metrics.acquisition.attribution import attribute, attribution_touches, credits

LARGEST = int(os.environ.get("EDULENS_BENCH_TOUCHES", "20000000"))
SIZES = (LARGEST // 10, LARGEST)
PERIOD = Filters(period=Period(start=date(2026, 7, 1), end=date(2026, 10, 1)))
RUNS = 3


def main() -> None:
    """Measure each size, then how time grows from one to the next."""
    seconds = {}
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            store = DuckDBStore(Path(folder) / "touches.duckdb")
            try:
                _fill(store, size)
                seconds[size] = _measure(store, size)
            finally:
                store.close()
    exponent = math.log(seconds[SIZES[1]] / seconds[SIZES[0]]) / math.log(SIZES[1] / SIZES[0])
    report("attribution_growth_exponent", exponent, "exponent", 1.05)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    report("attribution_peak_memory", peak, "GB", 8)


def _measure(store: DuckDBStore, size: int) -> float:
    scope = Scope(
        user="bench",
        role="manager",
        campuses=EVERY_CAMPUS,
        as_of=datetime.fromisoformat("2026-10-15"),
    )
    facts = Facts(scope)
    touches = attribution_touches(facts.filtered(PERIOD), level="channel_id")
    table = facts.touch
    # The scan reads what attribution reads, and must look at every value of it.
    scan = table.aggregate(
        rows=table.count(), person=table.person_id.max(), at=table.touched_at.max(),
        channel=table.channel_id.max(), direct=table.is_direct.sum(), on=table.touched_on.max(),
    )  # fmt: skip
    attribute(store.fold(touches.limit(1000), lambda rows: rows))  # compiled before it is timed
    whole = _fastest(lambda: credits(store.fold(touches, attribute)))
    bare = _fastest(lambda: store.fetch(scan))
    report(f"attribution_{size}", whole, "s", 4 * bare)
    report(f"attribution_{size}_to_scan", whole / bare, "times", 4)
    return whole


def _fastest(run: Callable[[], object]) -> float:
    def once() -> float:
        start = time.perf_counter()
        run()
        return time.perf_counter() - start

    return min(once() for _ in range(RUNS))


def _fill(store: DuckDBStore, size: int) -> None:
    people = size // 5
    with store.writing() as cursor:
        for name in ("touch", "order_line"):
            columns = FACTS[name].schema.to_pyarrow().empty_table()
            cursor.register("columns", columns)
            cursor.execute(f"CREATE TABLE fact_{name} AS FROM columns")
        cursor.execute(
            f"""
            INSERT INTO fact_touch BY NAME
            SELECT
                't' || n AS touch_id, 'p' || person AS person_id, 'c' || person % 100 AS campus_id,
                'ch' || hash(n) % 24 AS channel_id, hash(n) % 24 = 0 AS is_direct,
                moment AS touched_at, (moment + INTERVAL 8 HOUR)::DATE AS touched_on
            FROM (
                SELECT n, hash(n + 1) % {people} AS person,
                    TIMESTAMP '2026-07-01' + to_seconds((hash(n + 2) % 7776000)::BIGINT) AS moment
                FROM range({size}) AS touches(n)
            )
            """
        )
        cursor.execute(
            f"""
            INSERT INTO fact_order_line BY NAME
            SELECT
                'l' || n AS order_line_id, 'o' || n AS order_id, 'p' || 10 * n AS person_id,
                'c' || 10 * n % 100 AS campus_id, 100 + hash(n) % 9000 AS net_cny,
                TRUE AS is_formal, moment AS paid_at, (moment + INTERVAL 8 HOUR)::DATE AS paid_on
            FROM (
                SELECT n,
                    TIMESTAMP '2026-07-01' + to_seconds((hash(n + 3) % 7776000)::BIGINT) AS moment
                FROM range({people // 10}) AS orders(n)
            )
            """
        )


if __name__ == "__main__":
    main()
