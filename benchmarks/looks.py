"""Looks never seen: how many statements all pages ask for, and what a look costs.

Every page is made, undrawn, with filters that nobody picked before: other days, campuses,
channels and course lines each time. What is compiled is counted; the cost is CPU time of
this process, after one look at every page has been had.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from random import Random
from statistics import median, quantiles

from benchmarks import report
from components.ask import query
from components.frame.pages import PAGES
from components.frame.preparation import make
from components.kit.navigation import entry_of
from data.scope import EVERY_CAMPUS, ROLES, Filters, Period, Scope
from metrics import load_all

load_all()
LOOKS = 20
MEDIAN_MS, P95_MS = 200.0, 600.0


def random_filters(seed: int = 7) -> Iterator[Filters]:
    """Filters of days that end before the as-of day, with one to three of each list picked."""
    rng = Random(seed)
    scope = _manager()
    names = {
        "campuses": list(query.names("campus", scope=scope)["campus_id"]),
        "channels": list(query.names("channel", scope=scope)["channel_id"]),
        "course_lines": sorted(query.names("course", scope=scope)["course_line"].dropna().unique()),
    }
    while True:
        days, back = rng.randint(20, 120), rng.randint(1, 200)
        end = scope.as_of_on - timedelta(days=back)
        period = Period(start=end - timedelta(days=days), end=end)
        picked = {
            name: tuple(sorted(rng.sample(values, rng.randint(1, min(3, len(values))))))
            for name, values in names.items()
            if rng.random() < 0.6
        }
        yield Filters(period=period, comparison=period.previous(), **picked)


def _manager() -> Scope:
    return Scope(user="", role="manager", campuses=EVERY_CAMPUS, as_of=query.as_of())


def _look_at(script: str, filters: Filters) -> float:
    """CPU milliseconds of making a page."""
    began = time.process_time()
    with query.seen_as(_manager().narrowed(filters.campuses)):
        make(PAGES[script], filters, ROLES["manager"])
    return (time.process_time() - began) * 1000


def main() -> None:
    """Print the statements of all pages before and after the looks, and what looks cost."""
    scripts = [name for name in PAGES if entry_of(name).filtered and name != "overview/plans"]
    looks = random_filters()
    first = next(looks)
    for script in scripts:
        _look_at(script, first)
        _look_at(script, replace(first, comparison=None))
    known = len(query.statements())
    costs: list[float] = []
    for _number, filters in zip(range(LOOKS), looks, strict=False):
        costs += [_look_at(script, filters) for script in scripts]
    report("looks_statements", known, "statements", 1500)
    report("looks_statements_added", len(query.statements()) - known, "statements", 0.05 * known)
    report("looks_never_seen_median", median(costs), "cpu ms", MEDIAN_MS)
    report("looks_never_seen_p95", quantiles(costs, n=20)[-1], "cpu ms", P95_MS)


if __name__ == "__main__":
    main()
