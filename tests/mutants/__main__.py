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
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType

from tests.mutants.changes import Change, changes
from tests.mutants.nearest import nearest
from tests.mutants.worker import OUT_OF_TIME

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


@dataclass
class Verdicts:
    """What became of the mutants so far."""

    known: dict[tuple[str, str, str, str], str]
    caught: dict[Change, str] = field(default_factory=dict)
    survived: list[Change] = field(default_factory=list)
    undecided: list[Change] = field(default_factory=list)  # the tests alone may take too long

    def judge(self, change: Change, free: SimpleQueue[Copy]) -> None:
        """Try a mutant in a copy that is free, and say what became of it."""
        reason = self.known.get((change.path, change.source, change.before, change.after))
        if reason is not None:
            print(f"{change}  equivalent: {reason}", flush=True)
            return
        copy = free.get()
        try:
            test = copy.caught_by(change)
        finally:
            free.put(copy)
        if test == OUT_OF_TIME:
            self.undecided.append(change)
        elif test:
            self.caught[change] = test
        else:
            self.survived.append(change)
        print(f"{change}  {test or SURVIVED}", flush=True)

    def summed_up(self) -> bool:
        """Print the share caught and who survived; gives whether enough were caught."""
        tried = len(self.caught) + len(self.survived)
        print(f"{len(self.caught)} of {tried} caught, {len(self.undecided)} out of time")
        for change in self.survived:
            print(f"{SURVIVED} {change}\n    {change.source}")
        return tried > 0 and len(self.caught) >= WANTED * tried


def main(number: int, seed: int, places: list[str]) -> int:
    """Try the mutants and print what became of each; gives the exit status."""
    verdicts = Verdicts(equivalents())
    free: SimpleQueue[Copy] = SimpleQueue()
    pool = ThreadPoolExecutor(COPIES)
    broken = ""
    with ExitStack() as closing:
        folder = closing.enter_context(tempfile.TemporaryDirectory(prefix="edulens-mutants-"))
        copies = [closing.enter_context(Copy(Path(folder) / str(n))) for n in range(COPIES)]
        for copy in copies:
            free.put(copy)
        try:
            for done in [
                pool.submit(verdicts.judge, change, free) for change in drawn(number, seed, places)
            ]:
                done.result()
            tests = sorted({test for test in verdicts.caught.values() if ".py" in test})
            broken = copies[0].fails(tests) if tests else ""
        except KeyboardInterrupt:
            print("interrupted: what was under way is not counted", flush=True)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
    is_enough = verdicts.summed_up()
    if broken:
        print(f"{broken} fails without any change, or not in time: what it caught says nothing")
    return 0 if is_enough and not broken else 1


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
