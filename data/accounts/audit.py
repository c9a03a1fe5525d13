"""The audit log: who did what to whom and when, in a chain that shows every edit."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from data.accounts.database import Database

_PHONE = re.compile(r"(?<!\d)((?:0086|86)?[ -]?1[3-9]\d)[ -]?\d{4}[ -]?(\d{4})(?!\d)")


@dataclass(frozen=True)
class AuditLine:
    """One line of the log; ``at`` is UTC without zone, ``detail`` is JSON."""

    line: int
    at: datetime
    actor: str
    action: str
    subject: str
    detail: str


class Audit:
    """Lines that are only ever added, each signed together with the one before.

    The key lies outside the database: whoever can write the database alone can
    neither forge a line nor take the last ones away unseen.
    """

    def __init__(self, database: Database, key: bytes) -> None:
        self._database = database
        self._key = key

    def append(
        self, *, actor: str, action: str, subject: str = "", detail: Mapping[str, object] = {}
    ) -> int:
        """Add a line and give its number; phone numbers in it are masked."""
        at = datetime.now(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds")
        text = json.dumps(dict(detail), ensure_ascii=False, sort_keys=True, default=str)
        fields = [at, *(_plain(part) for part in (actor, action, subject)), _plain(text)]
        with self._database.write() as connection:
            head = connection.execute("SELECT line, digest FROM audit_head").fetchone()
            line, before = (head["line"] + 1, head["digest"]) if head else (1, "")
            digest = self._digest(before, line, fields)
            connection.execute(
                "INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?)", (line, *fields, digest)
            )
            connection.execute("DELETE FROM audit_head")
            connection.execute("INSERT INTO audit_head VALUES (?, ?)", (line, digest))
        return line

    def broken_at(self) -> int | None:
        """The first line that was edited, removed or forged; None if the log is whole."""
        before, expected = "", 0
        for row in self._database.read("SELECT * FROM audit ORDER BY line"):
            expected += 1
            fields = [row[name] for name in ("at", "actor", "action", "subject", "detail")]
            digest = self._digest(before, expected, fields)
            if row["line"] != expected or not hmac.compare_digest(digest, row["digest"]):
                return expected
            before = digest
        head = self._database.read("SELECT line, digest FROM audit_head")
        kept = (head[0]["line"], head[0]["digest"]) if head else (0, "")
        return None if kept == (expected, before) else expected + 1

    def lines(
        self, *, limit: int = 200, before: int | None = None, action: str = "", actor: str = ""
    ) -> list[AuditLine]:
        """The newest lines first, optionally of one action or actor, older than ``before``."""
        rows: list[Any] = self._database.read(
            "SELECT * FROM audit WHERE (? IS NULL OR line < ?) AND (? = '' OR action = ?)"
            " AND (? = '' OR actor = ?) ORDER BY line DESC LIMIT ?",
            (before, before, action, action, actor, actor, limit),
        )
        return [
            AuditLine(
                row["line"], datetime.fromisoformat(row["at"]), row["actor"], row["action"],
                row["subject"], row["detail"],
            )
            for row in rows
        ]  # fmt: skip

    def actions(self) -> list[str]:
        """The kinds of action that occur, sorted."""
        return [
            row[0] for row in self._database.read("SELECT DISTINCT action FROM audit ORDER BY 1")
        ]

    def _digest(self, before: str, line: int, fields: list[str]) -> str:
        message = json.dumps([before, line, *fields], ensure_ascii=False).encode()
        return hmac.new(self._key, message, hashlib.sha256).hexdigest()


def without_phones(text: str) -> str:
    """The text with the mobile numbers in it masked."""
    return _PHONE.sub(r"\1****\2", text)


def _plain(text: str) -> str:
    """The text on one line and without phone numbers."""
    return without_phones(" ".join(text.split()))
