"""Server-side sessions: a secret in the browser, its hash here, revocable at any time."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from data.accounts.database import Database

IDLE_SECONDS = 30 * 60.0
ABSOLUTE_SECONDS = 12 * 3600.0
_TOUCH_SECONDS = 60.0  # activity is written down at most this often

# What a session waits for before it opens anything, in this order.
CODE, PASSWORD, ENROLMENT = "code", "password", "enrolment"

# Of active accounts that did not change since; whether it idled too long is asked of a clock.
_LIVE = f"""
SELECT token_sha256 AS key, user, role, sessions.created_at AS created_at,
  seen_at, idle_seconds, ip,
  CASE
    WHEN confirmed_at IS NOT NULL AND verified.token_sha256 IS NULL THEN '{CODE}'
    WHEN must_change THEN '{PASSWORD}'
    WHEN confirmed_at IS NULL AND role IN (SELECT role FROM second_factor_roles)
      THEN '{ENROLMENT}'
    ELSE ''
  END AS waits_for
FROM sessions JOIN users USING (user) LEFT JOIN second_factors USING (user)
  LEFT JOIN verified_sessions AS verified USING (token_sha256)
WHERE is_active AND users.epoch = sessions.epoch
"""

Listener = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Session:
    """A live session. ``key`` is its token's SHA-256: it names the session, but opens nothing.

    ``waits_for`` is what its owner must do first: give the code of the second step, choose
    a password, set up the second step; "" if nothing. Instants are seconds since 1970.
    """

    key: str
    user: str
    role: str
    waits_for: str
    created_at: float
    seen_at: float
    idle_seconds: float
    ip: str


class Sessions:
    """Live sessions; they end after idling, after 12 hours, or when revoked."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock
        self._listeners: list[Listener] = []

    def open(
        self,
        user: str,
        ip: str = "",
        *,
        idle_seconds: float = IDLE_SECONDS,
        is_verified: bool = False,
    ) -> str:
        """Start a session and give its token of 256 random bits, which is kept nowhere else.

        ``is_verified`` says that the code of the second step has been given.
        """
        token = secrets.token_urlsafe(32)
        now = self._clock()
        with self._database.write() as connection:
            connection.execute(
                "DELETE FROM sessions WHERE created_at < ? OR seen_at + idle_seconds < ?",
                (now - ABSOLUTE_SECONDS, now),
            )
            connection.execute(
                "INSERT INTO sessions SELECT ?, user, epoch, ?, ?, ?, ? FROM users WHERE user = ?",
                (key_of(token), now, now, idle_seconds, ip, user),
            )
            if is_verified:
                connection.execute("INSERT INTO verified_sessions VALUES (?)", (key_of(token),))
        return token

    def lookup(self, token: str | None) -> Session | None:
        """The live session of a token."""
        return self.find(key_of(token)) if token else None

    def find(self, key: str) -> Session | None:
        """The live session of this key, of an active account that did not change since."""
        rows = self._database.read_again(f"{_LIVE} AND token_sha256 = ?", (key,))
        return next((s for s in map(_of, rows) if self._still(s)), None)

    def live(self, user: str = "") -> list[Session]:
        """All live sessions, of one user or of everybody, the latest seen first.

        Those that wait for a code are nobody's yet, and left out.
        """
        rows = self._database.read(
            f"{_LIVE} AND (? = '' OR user = ?) ORDER BY seen_at DESC", (user, user)
        )
        found = [session for session in map(_of, rows) if self._still(session)]
        return [session for session in found if session.waits_for != CODE]

    def is_due(self, session: Session) -> bool:
        """Whether activity seen now would have to be written down."""
        return self._clock() - session.seen_at >= _TOUCH_SECONDS

    def touch(self, session: Session) -> Session | None:
        """Count something the viewer did as activity; None if the session has ended."""
        with self._database.write() as connection:
            connection.execute(
                "UPDATE sessions SET seen_at = ? WHERE token_sha256 = ?",
                (self._clock(), session.key),
            )
        return self.find(session.key)

    def revoke(self, key: str) -> None:
        """End one session."""
        self._delete("token_sha256 = ?", key)

    def revoke_user(self, user: str) -> None:
        """End all sessions of a user."""
        self._delete("user = ?", user)

    def on_end(self, listener: Listener) -> None:
        """Call the listener with the key of each session revoked in this process."""
        self._listeners.append(listener)

    def _still(self, session: Session) -> bool:
        now = self._clock()
        young = session.created_at > now - ABSOLUTE_SECONDS
        return young and session.seen_at + session.idle_seconds > now

    def _delete(self, condition: str, value: str) -> None:
        with self._database.write() as connection:
            ended = connection.execute(
                f"DELETE FROM sessions WHERE {condition} RETURNING token_sha256",
                (value,),
            ).fetchall()
        keys = [row[0] for row in ended]
        self._database.after_commit(lambda: self._tell(keys))

    def _tell(self, keys: list[str]) -> None:
        for key in keys:
            for listener in self._listeners:
                listener(key)


def key_of(token: str) -> str:
    """The name of a token's session."""
    return hashlib.sha256(token.encode()).hexdigest()


def _of(row: Any) -> Session:
    return Session(**dict(row))
