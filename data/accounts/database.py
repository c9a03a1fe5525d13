"""The SQLite file that holds accounts, sessions and the audit log."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_MOST_ANSWERS = 10_000
_SCHEMA = """
CREATE TABLE IF NOT EXISTS users (
    user TEXT PRIMARY KEY, name TEXT NOT NULL, email TEXT NOT NULL,
    password_hash TEXT NOT NULL, role TEXT NOT NULL, campuses TEXT NOT NULL,
    staff_id TEXT NOT NULL, language TEXT NOT NULL, is_active INTEGER NOT NULL,
    must_change INTEGER NOT NULL, epoch INTEGER NOT NULL,
    created_at TEXT NOT NULL, updated_at TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS sessions (
    token_sha256 TEXT PRIMARY KEY, user TEXT NOT NULL REFERENCES users, epoch INTEGER NOT NULL,
    created_at REAL NOT NULL, seen_at REAL NOT NULL, idle_seconds REAL NOT NULL, ip TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS sessions_user ON sessions (user);
CREATE TABLE IF NOT EXISTS second_factors (
    user TEXT PRIMARY KEY REFERENCES users, number TEXT NOT NULL, confirmed_at TEXT,
    last_step INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS recovery_codes (
    user TEXT NOT NULL REFERENCES users, digest TEXT NOT NULL, PRIMARY KEY (user, digest)
) STRICT;
CREATE TABLE IF NOT EXISTS second_factor_roles (role TEXT PRIMARY KEY) STRICT;
CREATE TABLE IF NOT EXISTS verified_sessions (
    token_sha256 TEXT PRIMARY KEY REFERENCES sessions ON DELETE CASCADE
) STRICT;
CREATE TABLE IF NOT EXISTS audit (
    line INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, actor TEXT NOT NULL,
    action TEXT NOT NULL, subject TEXT NOT NULL, detail TEXT NOT NULL, digest TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS audit_head (line INTEGER NOT NULL, digest TEXT NOT NULL) STRICT;
CREATE TRIGGER IF NOT EXISTS audit_keeps_lines BEFORE UPDATE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER IF NOT EXISTS audit_drops_nothing BEFORE DELETE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
"""


class Database:
    """One connection that writes and one that reads, each behind a lock.

    Readers never wait for a writer's disk sync, and other processes (the command
    line) may write the same file: SQLite's write-ahead log sees to both.
    """

    def __init__(self, path: Path) -> None:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))  # hashes: the owner's only
        self._writing = threading.RLock()
        self._reading = threading.Lock()
        self._writer = _connect(path)
        self._writer.executescript(_SCHEMA)
        self._reader = _connect(path)
        self._answers: dict[tuple[str, tuple[object, ...]], list[Any]] = {}
        self._answers_of = -1  # the reader's data version that the answers belong to
        self._afterwards: list[Callable[[], None]] = []

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """One transaction; one opened inside another joins it."""
        with self._writing:
            if self._writer.in_transaction:
                yield self._writer
                return
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield self._writer
            except BaseException:
                self._writer.execute("ROLLBACK")
                self._afterwards.clear()
                raise
            self._writer.execute("COMMIT")
            afterwards, self._afterwards = self._afterwards, []
        for action in afterwards:
            action()

    def after_commit(self, action: Callable[[], None]) -> None:
        """Do something once the transaction that is open (or else now) has committed."""
        with self._writing:
            if self._writer.in_transaction:
                self._afterwards.append(action)
                return
        action()

    def read(self, sql: str, values: Sequence[object] = ()) -> list[Any]:
        """All rows of a query, as last committed."""
        with self._reading:
            return self._reader.execute(sql, tuple(values)).fetchall()

    def read_again(self, sql: str, values: tuple[object, ...]) -> list[Any]:
        """As `read`, for what a page asks a hundred times: asked once between two writes.

        SQLite tells a connection when any other, in whatever process, has committed.
        """
        with self._reading:
            (version,) = self._reader.execute("PRAGMA data_version").fetchone()
            if version != self._answers_of or len(self._answers) > _MOST_ANSWERS:
                self._answers.clear()
                self._answers_of = version
            key = (sql, values)
            if key not in self._answers:
                self._answers[key] = self._reader.execute(sql, values).fetchall()
            return self._answers[key]

    def close(self) -> None:
        """Close both connections."""
        with self._writing, self._reading:
            self._writer.close()
            self._reader.close()


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=10, isolation_level=None, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")
    return connection
