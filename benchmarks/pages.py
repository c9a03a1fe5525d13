"""Every page's server time, cold and warm, on the sample institution at scale 50.

Cold is a page's first look after a start that nobody waited for: what the process makes by
itself meanwhile has been made. ``unprepared`` is the first look at other days than those.
The pages are opened one after the other in one process, as a reader does.

The home is `benchmarks.serving.large_home`'s.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlencode

from benchmarks import report
from benchmarks.serving import PREPARING_SECONDS, ROOT, large_home, serving
from benchmarks.viewer import Viewer, sign_in
from data.accounts.sample import sample_password
from data.installation.home import Home

PAGES = (
    "board", "plans", "acquisition", "conversion", "learning", "renewal", "activities", "visitors",
    "spread", "person",
)  # fmt: skip
OTHER_DAYS = urlencode({"period": "last_month"})
WARM_RUNS = 15


def _two_people(home: Path) -> tuple[str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "data", "query", "new_leads", "--rows", "--format", "csv"],
        cwd=ROOT,
        env={**os.environ, "EDULENS_HOME": str(home)},
        capture_output=True,
        text=True,
        check=True,
    )
    header, one, other, *_ = done.stdout.splitlines()
    where = header.split(",").index("person_id")
    return one.split(",")[where], other.split(",")[where]


def main() -> None:
    """Open each page for the first time, then again and again, then for other days."""
    home = large_home()
    password = sample_password(Home(home))
    people = _two_people(home)
    with serving(home, log=home / "pages.log") as (port, _):
        time.sleep(PREPARING_SECONDS)
        cookie = sign_in(port, "manager", password)
        # The first session of a process also pays for imports: not a page's own.
        with Viewer(port, cookie, "access") as warming:
            warming.rerun()
        for page in PAGES:
            query, other = "", OTHER_DAYS
            if page == "person":
                query, other = (f"person_id={person}" for person in people)
            _time_page(port, cookie, page, query, other)


def _time_page(port: int, cookie: str, page: str, query: str, other: str) -> None:
    with Viewer(port, cookie, page, query) as viewer:
        report(f"page_{page}_cold", viewer.rerun() * 1000, "ms", 1000)
        warm = statistics.median(viewer.rerun() for _ in range(WARM_RUNS))
        report(f"page_{page}_warm", warm * 1000, "ms", 60)
        _without_errors(page, viewer)
    with Viewer(port, cookie, page, other) as viewer:
        report(f"page_{page}_unprepared", viewer.rerun() * 1000, "ms", 1000)
        _without_errors(page, viewer)


def _without_errors(page: str, viewer: Viewer) -> None:
    if viewer.exceptions:
        raise RuntimeError(f"{page}: {viewer.exceptions[0]}")


if __name__ == "__main__":
    main()
