"""An installation at work: its home, store, landing zone and accounts, one set a process."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import duckdb

from data.accounts import Accounts
from data.accounts.sample import seed_sample_accounts
from data.errors import EduLensError
from data.facts.build import outdated, rebuild
from data.installation.home import Home
from data.landing.loader import create_tables, load
from data.landing.zone import Landing
from data.sample import AS_OF, generate
from data.stores import DuckDBStore

Progress = Callable[[str], None]
log = logging.getLogger(__name__)

POLL_SECONDS = 2.0  # how long a landed segment waits for a serving process


@dataclass(frozen=True)
class Installation:
    """What one process holds of an installation."""

    home: Home
    store: DuckDBStore
    landing: Landing
    accounts: Accounts

    @classmethod
    def open(cls, home: Home) -> Installation:
        """Open the installation in a home, taking in what landed while it was closed."""
        home.prepare()
        # The folder may have been there before, open to all; what is made in it holds phones.
        os.umask(0o077)
        opened = cls(home, DuckDBStore(home.store), Landing(home.landing), Accounts(home))
        home.store.chmod(0o600)  # one that a former version made
        load(opened.store, opened.landing)
        return opened

    @property
    def is_empty(self) -> bool:
        """Whether nothing ever arrived."""
        return not self.landing.segments()

    def add_sample(
        self, *, scale: float = 1.0, seed: int = 7, progress: Progress | None = None
    ) -> dict[str, str]:
        """Fill an empty home with the sample institution; gives its accounts' passwords."""
        self.home.sample_marker.write_text(f"scale={scale:g} seed={seed}\n", encoding="utf-8")
        for table, rows in generate(scale, seed):
            self.landing.write(table, rows.to_batches(), source="sample", as_of=AS_OF)
            if progress:
                progress(f"{table} {rows.num_rows:,}")
        load(self.store, self.landing)
        return seed_sample_accounts(self.accounts, self.home)

    def build_if_behind(self) -> None:
        """Give a store the tables that pages read: a new one, or one of a former version."""
        with self.store.writing() as cursor:
            is_new = not self.store.version
            if not is_new and not outdated(cursor):
                return
            create_tables(cursor)
            rebuild(cursor, None if is_new else set(), self.home.key("identity"))
            cursor.execute("UPDATE store_state SET version = version + 1")

    def close(self) -> None:
        """Close the store and the accounts."""
        self.store.close()
        self.accounts.close()


_lock = threading.Lock()
_opened: Installation | None = None


def installation() -> Installation:
    """This process's installation, opened at first use.

    A home in which nothing ever arrived gets the sample institution, unless
    ``python -m data init`` made it for an institution's own data.
    """
    global _opened  # noqa: PLW0603  # one store a process: DuckDB allows no second
    with _lock:
        if _opened is None:
            home = Home.current()
            fresh = not home.store.exists()
            opened = Installation.open(home)
            if fresh and opened.is_empty:
                opened.add_sample()
            opened.build_if_behind()
            _opened = opened
        return _opened


@contextmanager
def at_work(home: Home) -> Iterator[Installation]:
    """The installation in a home: this process's own where it has it open."""
    with _lock:
        opened = _opened if _opened is not None and _opened.home == home else None
    if opened is not None:
        yield opened
        return
    opened = Installation.open(home)
    try:
        yield opened
    finally:
        opened.close()


class Watch:
    """Takes in what lands while the installation is served."""

    def __init__(self, watched: Installation) -> None:
        self._watched = watched
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="loader", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        seen = -1  # what landed before this thread began is looked at too
        while not self._stop.wait(POLL_SECONDS):
            try:
                landed = len(self._watched.landing.segments())
                if landed != seen:
                    log.info("%s", load(self._watched.store, self._watched.landing))
                    seen = landed
            except (duckdb.Error, OSError, EduLensError):
                # A full disk is emptied while this waits: what landed is tried again.
                log.exception("what landed could not be loaded; trying again")

    def close(self) -> None:
        """Stop after the load under way."""
        self._stop.set()
        self._thread.join()


def release() -> None:
    """Close this process's installation; the next use opens it anew."""
    global _opened  # noqa: PLW0603
    with _lock:
        if _opened is not None:
            _opened.close()
            _opened = None
