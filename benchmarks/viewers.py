"""Fifty viewers at once on the sample institution at scale 50: how long each waits for a page.

Every viewer has a tab of their own, on the pages in turn, and looks again every five
seconds: a click, a filter, a way back. What is timed is from the click to the end of the
server's run. The client runs on the same machine and takes its part of it.

The home is `benchmarks.serving.large_home`'s.
"""

from __future__ import annotations

import statistics
import time
from concurrent.futures import ThreadPoolExecutor

from benchmarks import report
from benchmarks.serving import PREPARING_SECONDS, large_home, serving
from benchmarks.viewer import Viewer, sign_in
from data.accounts.sample import sample_password
from data.installation.home import Home

VIEWERS = 50
PAGES = ("board", "acquisition", "conversion", "learning", "renewal")
PAUSE_SECONDS = 5.0
LOOKS = 12
FIRST_LOOKS = 2  # of each tab, not counted: others wait for them all the same


def _looks(port: int, cookie: str, number: int) -> list[float]:
    """Seconds of each look of one viewer, who starts a part of the pause after the others."""
    waits = []
    next_look = time.monotonic() + PAUSE_SECONDS * number / VIEWERS
    with Viewer(port, cookie, PAGES[number % len(PAGES)]) as viewer:
        for _look in range(LOOKS):
            time.sleep(max(next_look - time.monotonic(), 0.0))
            waits.append(viewer.rerun())
            next_look += PAUSE_SECONDS
        if viewer.exceptions:
            raise RuntimeError(viewer.exceptions[0])
    return waits[FIRST_LOOKS:]


def main() -> None:
    """Let all look, and say how long they waited."""
    home = large_home()
    password = sample_password(Home(home))
    with serving(home, log=home / "viewers.log") as (port, _):
        time.sleep(PREPARING_SECONDS)
        cookie = sign_in(port, "manager", password)
        with ThreadPoolExecutor(VIEWERS) as pool:
            waits = pool.map(lambda number: _looks(port, cookie, number), range(VIEWERS))
            seconds = [wait for own in waits for wait in own]
    report("viewers_50_p95", statistics.quantiles(seconds, n=20)[-1] * 1000, "ms", 400)


if __name__ == "__main__":
    main()
