"""Rounds of writing and loading, each killed by SIGKILL at a step of the code or of the work.

Run as ``python rounds.py HOME KILLS SEED``. A parent that holds no store and no threads
forks a child for each round, so that none pays for imports again. The child appends what
was acknowledged to a file; a second child then opens what is left and checks it. Prints one
JSON line a round, and goes on until so many kills have landed: how fast the machine is
decides nothing.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pyarrow as pa

from data.landing.loader import load
from data.landing.zone import Landing
from data.stores.duck import DuckDBStore

ROOT = Path(__file__).resolve().parents[3]
STEPS = ROOT / "data" / "landing"
AT = "2026-01-02 10:00:00"
GROUP = 7

# A kill misses where its round ends first: a step that was not come to, a line that was
# written too early. Some do; if this many do, nothing is killed any more.
ROUNDS_A_KILL = 4
ACKNOWLEDGED_BYTES = 1_000  # a round acknowledges more than this
LOG_BYTES = 20_000  # and this much and more to the log of the store


def counted(cursor: Any, changed: set[str] | None, key: bytes) -> None:
    """Facts of a kind: they must always agree with the rows they are made of."""
    cursor.execute("CREATE OR REPLACE TABLE fact_count AS SELECT count(*) AS events FROM events")


def play(home: Path, number: int) -> None:
    """Write a round's segments, note what was acknowledged, and load it all."""
    landing = Landing(home / "landing")
    store = DuckDBStore(home / "store.duckdb")
    acknowledged = os.open(home / "acknowledged", os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def say(*words: object) -> None:
        os.write(acknowledged, (" ".join(map(str, words)) + "\n").encode())

    for part in range(2):
        ids = [f"e{number}-{part}-{n}" for n in range(50)]
        events = pa.table({"event_id": ids, "name": ["view"] * 50, "occurred_at": [AT] * 50})
        landing.write("events", [events], source="kills")
        for event_id in ids:
            say("event", event_id)
        if part == 0:
            load(store, landing, rebuild=counted, key=b"")
    leads = pa.table(
        {"lead_id": ["lin", f"l{number}"], "created_at": [AT, "?"], "campus_id": ["c"] * 2,
         "name": [f"{number:06d}"] * 2}
    )  # fmt: skip
    landing.write("leads", [leads], source="kills")
    say("lead", number)
    group = pa.table({"order_id": [f"o{number}-{n}" for n in range(GROUP)]})
    group = group.append_column("campus_id", pa.array(["c"] * GROUP))
    for name, value in (("created_at", AT), ("type", "收费"), ("state", "1")):
        group = group.append_column(name, pa.array([value] * GROUP))
    lines = pa.table(
        {"order_line_id": [f"o{number}-{n}" for n in range(GROUP)],
         "order_id": [f"o{number}-{n}" for n in range(GROUP)], "amount_cny": ["1"] * GROUP}
    )  # fmt: skip
    landing.write_together([("orders", [group]), ("order_lines", [lines])], source="kills")
    say("group", number)
    load(store, landing, rebuild=counted, key=b"")
    store.close()


def check(home: Path, *, is_last: bool) -> dict[str, Any]:
    """Open what is left, load what waits, and compare with what was acknowledged."""
    landing = Landing(home / "landing")
    store = DuckDBStore(home / "store.duckdb")

    def ask(sql: str) -> list[tuple[Any, ...]]:
        return store.cursor().execute(sql).fetchall()

    wrong = []
    tables = {name for (name,) in ask("SELECT table_name FROM duckdb_tables()")}
    if "fact_count" in tables:
        wrong += ask(
            "SELECT 'facts differ' FROM fact_count WHERE events <> (SELECT count(*) FROM events)"
        )
    report = load(store, landing, rebuild=counted, key=b"")
    wrong += report.corrupt
    log = home / "acknowledged"
    said = [line.split() for line in log.read_text().splitlines()] if log.exists() else []
    stored = [row[0] for row in ask("SELECT event_id FROM events")]
    lost = {word[1] for word in said if word[0] == "event"} - set(stored)
    doubled = len(stored) - len(set(stored))
    groups = {int(word[1]) for word in said if word[0] == "group"}
    held = {name: ask(f"SELECT {key} FROM {name}") for name, key in
            (("orders", "order_id"), ("order_lines", "order_line_id"))}  # fmt: skip
    wrong += ["half a group"] * (sorted(held["orders"]) != sorted(held["order_lines"]))
    doubled += len(held["orders"]) - len(set(held["orders"]))
    present = {int(order[0][1:].partition("-")[0]) for order in held["orders"]}
    lost |= {f"group {number}" for number in groups - present}
    wrong += ["a group is short"] * (len(held["orders"]) != GROUP * len(present))
    newest = max((int(word[1]) for word in said if word[0] == "lead"), default=-1)
    name = ask("SELECT coalesce(max(name), '-1') FROM leads WHERE lead_id = 'lin'")[0][0]
    wrong += ["an old lead came back"] * (int(name) < newest)
    wrong += ["a segment was loaded twice"] * (
        ask("SELECT count(*) - count(DISTINCT segment) FROM load_log") != [(0,)]
    )
    logged = ask("SELECT coalesce(sum(inserted), 0) FROM load_log WHERE table_name = 'events'")
    wrong += ["the log differs from the rows"] * (logged != [(len(stored),)])
    # A torn segment would have been reported by the load; all bytes are read once, at the end.
    torn = [n for n in landing.segments() if is_last and not landing.is_whole(n)]
    store.close()
    return {
        "lost": len(lost), "doubled": doubled, "torn": len(torn), "wrong": [str(w) for w in wrong],
        "acknowledged": len(said), "stored": len(stored),
    }  # fmt: skip


def stop_at(step: int) -> Callable[[], int]:
    """Kill this process before the given line of the code under test; gives the lines run."""
    lines = 0

    def on_line(frame: FrameType, event: str, argument: object) -> Any:
        nonlocal lines
        if event == "line":
            lines += 1
            if lines == step:
                os.kill(os.getpid(), signal.SIGKILL)
        return on_line

    def on_call(frame: FrameType, event: str, argument: object) -> Any:
        path = Path(frame.f_code.co_filename)
        return on_line if path.parent == STEPS else None

    sys.settrace(on_call)
    return lambda: lines


def forked(work: Callable[[], Any], *, kill_when: Callable[[], bool] | None = None) -> Any:
    """What a child doing the work gave; None where it was killed."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writer, json.dumps(work() or {}).encode())
        os._exit(0)
    os.close(writer)
    if kill_when is not None:
        while not _has_ended(child) and not kill_when():
            time.sleep(0)
        os.kill(child, signal.SIGKILL)  # one that has ended takes no notice
    with os.fdopen(reader, "rb") as pipe:
        said = pipe.read()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        return None
    if status != 0 or not said:
        raise RuntimeError(f"a child ended with {status}")
    return json.loads(said)


def _has_ended(child: int) -> bool:
    """Whether a child has ended; it stays to be waited for."""
    return os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _bytes(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def main(home: Path, kills: int, seed: int) -> None:
    """Count an undisturbed round's lines, then kill as many as asked and check after each.

    Three rounds of four are killed before a line of the code, spread over all of them. The
    fourth is killed in whatever it does, native code too, once it has acknowledged so many
    rows or written so much to the store's log.
    """
    chance = random.Random(seed)

    def counted_lines() -> int:
        lines = stop_at(0)
        play(home, 0)
        sys.settrace(None)
        return lines()

    lines = forked(counted_lines)
    log, wal = home / "acknowledged", home / "store.duckdb.wal"
    landed = number = 0
    while landed < kills:
        number += 1
        if number > ROUNDS_A_KILL * kills:
            raise RuntimeError(f"only {landed} of {kills} kills landed in {number - 1} rounds")
        if number % 8 == 0:
            least = chance.randrange(LOG_BYTES)
            killed = forked(
                lambda n=number: play(home, n), kill_when=lambda b=least: _bytes(wal) > b
            )
        elif number % 4 == 0:
            least = _bytes(log) + chance.randrange(ACKNOWLEDGED_BYTES)
            killed = forked(
                lambda n=number: play(home, n), kill_when=lambda b=least: _bytes(log) > b
            )
        else:
            step = int(lines * (landed + 1) / (kills + 1)) + chance.randint(1, 8)
            killed = forked(lambda n=number, s=step: (stop_at(s), play(home, n))[1])
        landed += killed is None
        found = forked(lambda n=number, last=landed == kills: check(home, is_last=last))
        print(json.dumps({"round": number, "killed": killed is None, **found}), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
