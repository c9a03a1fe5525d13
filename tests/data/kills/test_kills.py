"""Whatever is killed, whenever: nothing acknowledged is lost, nothing is stored twice."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROUNDS = 60
ROOT = Path(__file__).parents[3]


def test_loader_loses_and_doubles_nothing_under_kills(tmp_path: Path) -> None:
    done = subprocess.run(
        [
            sys.executable,
            str(Path(__file__).with_name("rounds.py")),
            str(tmp_path),
            str(ROUNDS),
            "11",
        ],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    rounds = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(rounds) == ROUNDS
    assert sum(found["killed"] for found in rounds) >= 50
    bad = [r for r in rounds if r["lost"] or r["doubled"] or r["torn"] or r["wrong"]]
    assert bad == []
    assert rounds[-1]["acknowledged"] > ROUNDS
