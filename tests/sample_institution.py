"""The sample institution at scale 1 as the product serves it, made once for all tests.

It takes seconds to make, so it is kept in the machine's temporary folder under a name
made of the code it comes from; every test process works on a copy of its own.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from data.installation.home import Home
from data.installation.process import Installation

ROOT = Path(__file__).resolve().parent.parent
_KEPT = 3  # copies of other states of the code


@contextmanager
def small_institution(folder: Path, *, scale: float) -> Iterator[Installation]:
    """A sample institution of a test's own, in an empty folder."""
    opened = Installation.open(Home(folder))
    opened.add_sample(scale=scale)
    yield opened
    opened.close()


def copied_institution(folder: Path) -> Installation:
    """A copy of the sample institution of scale 1 in an empty folder; tests close it."""
    shutil.copytree(_made(), folder, ignore=shutil.ignore_patterns("landing"))
    return Installation.open(Home(folder))


def _made() -> Path:
    """The folder of the one made from this code, making it where it is missing."""
    home = Path(tempfile.gettempdir()) / f"edulens-sample-{os.getuid()}-{_state_of_the_code()}"
    with home.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # test processes start at the same time
        if not home.exists():
            unfinished = home.with_suffix(".part")
            shutil.rmtree(unfinished, ignore_errors=True)
            opened = Installation.open(Home(unfinished))
            opened.add_sample()
            opened.close()
            shutil.rmtree(unfinished / "landing")
            unfinished.rename(home)
            _remove_older(home)
    return home


def _state_of_the_code() -> str:
    digest = hashlib.sha256((ROOT / "requirements.lock").read_bytes())
    for path in sorted((ROOT / "data").rglob("*")):
        if path.suffix in (".py", ".toml"):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _remove_older(home: Path) -> None:
    prefix = home.name.rpartition("-")[0]
    others = [p for p in home.parent.glob(f"{prefix}-*") if p.is_dir() and p != home]
    for folder in sorted(others, key=lambda p: p.stat().st_mtime)[: -_KEPT or None]:
        shutil.rmtree(folder, ignore_errors=True)
