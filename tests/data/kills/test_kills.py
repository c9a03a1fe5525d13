"""Whatever is killed, whenever: nothing acknowledged is lost, nothing is stored twice."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

KILLS = 50
ROOT = Path(__file__).parents[3]


def test_loader_loses_and_doubles_nothing_under_kills(tmp_path: Path) -> None:
    script = Path(__file__).with_name("rounds.py")
    done = subprocess.run(
        [sys.executable, str(script), str(tmp_path), str(KILLS), "11"],
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    rounds = [json.loads(line) for line in done.stdout.splitlines()]
    assert sum(found["killed"] for found in rounds) == KILLS
    bad = [r for r in rounds if r["lost"] or r["doubled"] or r["torn"] or r["wrong"]]
    assert bad == []
    assert rounds[-1]["acknowledged"] > KILLS
