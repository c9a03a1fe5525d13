"""Every page's server time, cold and warm, on the sample institution at scale 50.

Cold is the first look after a start that nobody waited for: what the process makes by
itself meanwhile has been made. ``unprepared`` is the first look at other days than those,
for which nothing is ready but the program.

The home lies at EDULENS_BENCH_HOME (default: var/bench) and is made where it is
missing, which takes minutes; EDULENS_BENCH_SCALE changes the scale.
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
from benchmarks.serving import ROOT, serving
from benchmarks.viewer import Viewer, sign_in
from components.i18n import translate
from components.periods import PRESETS
from data.accounts.sample import sample_password
from data.home import Home

PAGES = (
    "board", "plans", "acquisition", "conversion", "learning", "renewal", "activities", "visitors",
    "spread", "person",
)  # fmt: skip
# In the words of the interface: a bare name would be rewritten by a run of its own.
OTHER_DAYS = urlencode({"period": translate(PRESETS["last_month"], "zh")})
WARM_RUNS = 15
PREPARING_SECONDS = float(os.environ.get("EDULENS_BENCH_PREPARING", "60"))


def _home(scale: str) -> Path:
    home = Path(os.environ.get("EDULENS_BENCH_HOME", ROOT / "var" / f"bench-{scale}"))
    if not (home / "edulens.duckdb").exists():
        subprocess.run(
            [sys.executable, "-m", "data", "sample", "--scale", scale],
            cwd=ROOT,
            env={**os.environ, "EDULENS_HOME": str(home)},
            stdout=subprocess.DEVNULL,
            check=True,
        )
    return home


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
    """Open each page in a server of its own (cold), then again and again (warm)."""
    scale = os.environ.get("EDULENS_BENCH_SCALE", "50")
    home = _home(scale)
    password = sample_password(Home(home))
    people = _two_people(home)
    for page in PAGES:
        with serving(home, log=home / f"{page}.log") as (port, _):
            cookie = sign_in(port, "manager", password)
            query, other = "", OTHER_DAYS
            if page == "person":
                query, other = (f"person_id={person}" for person in people)
            # The first session of a process also pays for imports: not the page's own.
            with Viewer(port, cookie, "access") as warming:
                warming.rerun()
            time.sleep(PREPARING_SECONDS)
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
