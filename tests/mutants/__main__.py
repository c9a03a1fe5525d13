"""Change single lines at random and see whether the nearest tests notice.

``python -m tests.mutants [N] [SEED] [PATH…]`` works on copies of the tree, two at a time,
and prints one line a mutant. Ends with 1 where fewer than 90 of 100 are caught. Mutants
that no test could catch are listed, with the reason, in ``equivalent.toml``.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import tomllib
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType

from tests.mutants.changes import Change, changes
from tests.mutants.nearest import nearest

ROOT = Path(__file__).resolve().parents[2]
PLACES = ("metrics", "data/facts")
COPIES = 2
SECONDS = 60  # of the processor, a mutant
WANTED = 0.90
SURVIVED = "SURVIVED"
_NOT_COPIED = shutil.ignore_patterns(".venv", ".git", ".*_cache", "build")


class Copy:
    """A copy of the tree, and a process that runs tests in it."""

    def __init__(self, folder: Path) -> None:
        self.root = folder
        shutil.copytree(ROOT, folder, ignore=_NOT_COPIED)
        self._moments = count(1)
        self._worker = subprocess.Popen(
            [sys.executable, "-m", "tests.mutants.worker"], cwd=folder, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip

    def __enter__(self) -> Copy:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        where: TracebackType | None,
    ) -> None:  # fmt: skip
        os.killpg(self._worker.pid, signal.SIGKILL)
        self._worker.wait()

    def fails(self, tests: list[str]) -> str:
        """The first of these tests that fails; empty where all pass."""
        assert self._worker.stdin is not None
        assert self._worker.stdout is not None
        print(json.dumps({"tests": tests, "seconds": SECONDS}), file=self._worker.stdin, flush=True)
        answer = self._worker.stdout.readline()
        if not answer:
            raise RuntimeError("the process that runs the tests has ended: see what it said above")
        return str(json.loads(answer)["failed"])

    def caught_by(self, change: Change) -> str:
        """The nearest test that fails with the change; empty where none does."""
        path = self.root / change.path
        text, before = path.read_text(encoding="utf-8"), path.stat()
        path.write_text(change.applied(text), encoding="utf-8")
        # Compiled files are known by their source's moment: no two mutants may share one.
        moment = before.st_mtime_ns + next(self._moments) * 2_000_000_000
        os.utime(path, ns=(moment, moment))
        try:
            return self.fails(nearest(ROOT, change.path))
        finally:
            path.write_text(text, encoding="utf-8")
            os.utime(path, ns=(before.st_mtime_ns, before.st_mtime_ns))


def drawn(number: int, seed: int, places: list[str]) -> list[Change]:
    """As many changes as asked, every kind as likely as another."""
    by_kind: dict[str, list[Change]] = defaultdict(list)
    for place in places:
        inside = ROOT / place
        for path in sorted(inside.rglob("*.py")) if inside.is_dir() else [inside]:
            name = str(path.relative_to(ROOT))
            for change in changes(name, path.read_text(encoding="utf-8")):
                by_kind[change.kind].append(change)
    chance = random.Random(seed)
    found: list[Change] = []
    while len(found) < number and by_kind:
        kind = chance.choice(sorted(by_kind))
        found.append(by_kind[kind].pop(chance.randrange(len(by_kind[kind]))))
        if not by_kind[kind]:
            del by_kind[kind]
    return found


def equivalents() -> dict[tuple[str, str, str, str], str]:
    """The reason of each mutant that answers as the product does, by path, line and change."""
    listed = tomllib.loads(Path(__file__).with_name("equivalent.toml").read_text(encoding="utf-8"))
    return {
        (one["path"], one["line"], one["before"], one["after"]): one["reason"]
        for one in listed.get("mutant", [])
    }


def main(number: int, seed: int, places: list[str]) -> int:
    """Try the mutants and print what became of each; gives the exit status."""
    known = equivalents()
    caught: dict[Change, str] = {}
    survived: list[Change] = []

    def judged(change: Change) -> None:
        reason = known.get((change.path, change.source, change.before, change.after))
        if reason is not None:
            print(f"{change}  equivalent: {reason}", flush=True)
            return
        copy = free.get()
        try:
            test = copy.caught_by(change)
        finally:
            free.put(copy)
        if test:
            caught[change] = test
        else:
            survived.append(change)
        print(f"{change}  {test or SURVIVED}", flush=True)

    free: SimpleQueue[Copy] = SimpleQueue()
    with (
        tempfile.TemporaryDirectory(prefix="edulens-mutants-") as folder,
        Copy(Path(folder) / "0") as first,
        Copy(Path(folder) / "1") as second,
    ):
        for copy in (first, second):
            free.put(copy)
        pool = ThreadPoolExecutor(COPIES)
        waiting = [pool.submit(judged, change) for change in drawn(number, seed, places)]
        try:
            for done in waiting:
                done.result()
        except KeyboardInterrupt:
            print("interrupted: what was under way is not counted", flush=True)
            broken = ""
        else:
            tests = sorted({test for test in caught.values() if "::" in test})
            broken = first.fails(tests) if tests else ""
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
    if broken:
        print(f"{broken} fails without any change: repair it first")
        return 1
    tried = len(caught) + len(survived)
    print(f"{len(caught)} of {tried} caught")
    for change in survived:
        print(f"{SURVIVED} {change}\n    {change.source}")
    return 0 if tried and len(caught) >= WANTED * tried else 1


if __name__ == "__main__":
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, signal.default_int_handler)
    given = sys.argv[1:]
    sys.exit(
        main(
            int(given[0]) if given else 100,
            int(given[1]) if given[1:] else 1,
            given[2:] or list(PLACES),
        )
    )
