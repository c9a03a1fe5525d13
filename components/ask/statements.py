"""Compiled statements: each question once, kept across restarts.

Compiling an expression takes longer than running it on a small store, and is the same for
every reader: the values are bound later. Statements are kept in the home with a digest of
all that they were made from; another version of the program begins with none.
"""

from __future__ import annotations

import hashlib
import json
import logging
import sqlite3
import threading
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

from data.facts import Look, variables_in
from data.stores import Store
from metrics.foundation.question import Question, statement_of

ROOT = Path(__file__).parents[2]
_MADE_FROM = ("components/ask", "metrics", "data/facts", "data/scope.py")
_COMPILED_BY = ("ibis-framework", "sqlglot", "duckdb")
# In the text of a thing that another process, or another function, may call the same.
_AMBIGUOUS = ("<locals>", "<lambda>", " at 0x")
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Statement:
    """SQL and the names of the values that a store must be given with it."""

    sql: str
    names: tuple[str, ...]


class Statements:
    """The statements of one store, by question and shape of the look."""

    def __init__(self, path: Path | None = None) -> None:
        self._known: dict[tuple[Question, object], Statement] = {}
        self._lock = threading.Lock()
        self._file = _open(path) if path is not None else None
        self._kept = _read(self._file) if self._file is not None else {}

    def __len__(self) -> int:
        return len(self._known)

    def of(self, question: Question, look: Look, store: Store) -> Statement:
        """The statement of a question, compiled where nobody has asked it before.

        ``question`` and ``look`` come from `metrics.foundation.question.asked`.
        """
        key = (question, look.shape)
        known = self._known.get(key)
        if known is None:
            known = self._kept.get(name := f"{question.name} {look.shape}")
            if known is None:
                expression = statement_of(question, look)
                known = Statement(store.compile(expression), variables_in(expression))
                self._keep(name, known)
            self._known[key] = known
        return known

    def _keep(self, name: str, statement: Statement) -> None:
        if self._file is None or any(mark in name for mark in _AMBIGUOUS):
            return
        row = (name, statement.sql, json.dumps(statement.names))
        try:
            with self._lock, self._file:
                self._file.execute("INSERT OR REPLACE INTO statement VALUES (?, ?, ?)", row)
        except sqlite3.Error as error:  # a full disk: it is compiled again after a restart
            log.warning("a statement could not be kept: %s", error)

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
            self._file = None


def _open(path: Path) -> sqlite3.Connection | None:
    """The file of statements; None where it cannot be had, and a damaged one is made anew."""
    try:
        return _opened(path)
    except sqlite3.OperationalError as error:  # a full disk, or another holds it: go on without
        log.warning("%s cannot be used: %s", path.name, error)
        return None
    except sqlite3.DatabaseError as error:
        log.warning("%s is made anew: %s", path.name, error)
        path.unlink(missing_ok=True)
        return _opened(path)


def _opened(path: Path) -> sqlite3.Connection:
    """The file of statements, empty where they were made from something else."""
    file = sqlite3.connect(path, check_same_thread=False, isolation_level="IMMEDIATE")
    path.chmod(0o600)
    with file:
        file.execute("PRAGMA synchronous = OFF")  # it can all be made again
        file.execute("CREATE TABLE IF NOT EXISTS made_from (digest TEXT)")
        file.execute(
            "CREATE TABLE IF NOT EXISTS statement (name TEXT PRIMARY KEY, sql TEXT, names TEXT)"
        )
        if file.execute("SELECT digest FROM made_from").fetchall() != [(made_from(),)]:
            file.execute("DELETE FROM statement")
            file.execute("DELETE FROM made_from")
            file.execute("INSERT INTO made_from VALUES (?)", [made_from()])
    return file


def _read(file: sqlite3.Connection) -> dict[str, Statement]:
    rows = file.execute("SELECT name, sql, names FROM statement")
    return {name: Statement(sql, tuple(json.loads(names))) for name, sql, names in rows}


@cache
def made_from() -> str:
    """A digest of the code that makes expressions and of the libraries that compile them."""
    digest = hashlib.sha256()
    for top in _MADE_FROM:
        path = ROOT / top
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            digest.update(file.read_bytes())
    for library in _COMPILED_BY:
        digest.update(f"{library} {version(library)}".encode())
    return digest.hexdigest()
