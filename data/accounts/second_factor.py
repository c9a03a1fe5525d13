"""Two-step sign-in: a code from an authenticator app, after the password."""

from __future__ import annotations

import hmac
import secrets
import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from data.accounts import totp
from data.accounts.audit import Audit
from data.accounts.database import Database
from data.accounts.throttle import Throttle
from data.errors import NotAllowed
from data.scope import role

T = TypeVar("T")

RECOVERY_CODES = 10
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that look alike
_HALF = 5  # letters; a recovery code has two halves, 49 random bits


class WrongCode(NotAllowed):
    """A code that is wrong, over, or was used before; which of these is not told."""

    code = "wrong_code"


@dataclass(frozen=True)
class SecondFactor:
    """An account's second step: ``recovery_left`` recovery codes are not yet used."""

    recovery_left: int


class SecondFactors:
    """Who signs in with a code besides the password, and which roles must.

    The database holds a random number for each account and its recovery codes' keyed
    digests. The secret that the app knows is made of that number with a key that lies
    outside the database: a copy of the database alone gives no codes.

    Wrong codes cost a growing delay, counted by account whatever the address: who may try
    a code has known the password, so nobody else can lock its owner out.
    """

    def __init__(
        self, database: Database, audit: Audit, key: bytes, clock: Callable[[], float]
    ) -> None:
        self._database = database
        self._audit = audit
        self._key = key
        self._clock = clock
        self._throttle = Throttle(clock)

    def of(self, user: str) -> SecondFactor | None:
        """The second step that an account has set up."""
        rows = self._database.read(
            "SELECT (SELECT count(*) FROM recovery_codes r WHERE r.user = f.user)"
            " FROM second_factors f WHERE user = ? AND confirmed_at IS NOT NULL",
            (user,),
        )
        return next((SecondFactor(left) for (left,) in rows), None)

    def users(self) -> set[str]:
        """The accounts that have set it up."""
        rows = self._database.read(
            "SELECT user FROM second_factors WHERE confirmed_at IS NOT NULL", ()
        )
        return {user for (user,) in rows}

    def required_roles(self) -> tuple[str, ...]:
        """The roles that must have it, sorted."""
        rows = self._database.read("SELECT role FROM second_factor_roles ORDER BY role")
        return tuple(name for (name,) in rows)

    def require(self, roles: Iterable[str], *, actor: str = "") -> None:
        """Say which roles must have it; their accounts set it up before they go on."""
        wanted = sorted({role(name).name for name in roles})
        with self._database.write() as connection:
            before = self.required_roles()
            connection.execute("DELETE FROM second_factor_roles")
            connection.executemany(
                "INSERT INTO second_factor_roles VALUES (?)", [(name,) for name in wanted]
            )
            self._audit.append(
                actor=actor, action="second_factor_required", detail={"roles": [before, wanted]}
            )

    def begin(self, user: str) -> bytes:
        """A new secret for the account's app; it counts when `confirm` has seen a code of it."""
        number = secrets.token_hex(16)
        with self._database.write() as connection:
            begun = connection.execute(
                "INSERT INTO second_factors VALUES (?, ?, NULL, -1)"
                " ON CONFLICT DO UPDATE SET number = excluded.number WHERE confirmed_at IS NULL",
                (user, number),
            ).rowcount
            if not begun:
                raise NotAllowed("a second factor must be taken away before another is set up")
        return self._secret(user, number)

    def pending(self, user: str) -> bytes | None:
        """The secret that waits to be confirmed."""
        rows = self._database.read(
            "SELECT number FROM second_factors WHERE user = ? AND confirmed_at IS NULL", (user,)
        )
        return self._secret(user, rows[0]["number"]) if rows else None

    def confirm(self, user: str, code: str) -> list[str]:
        """Turn the second step on with a first code; gives the recovery codes, kept nowhere.

        Raises `WrongCode`, or `TooManyAttempts` while a delay runs.
        """

        def use(connection: sqlite3.Connection) -> list[str] | None:
            rows = connection.execute(
                "SELECT number FROM second_factors WHERE user = ? AND confirmed_at IS NULL",
                (user,),
            ).fetchall()
            step = self._step(user, rows[0]["number"], code) if rows else None
            if step is None:
                return None
            now = datetime.fromtimestamp(self._clock(), UTC).replace(tzinfo=None)
            connection.execute(
                "UPDATE second_factors SET confirmed_at = ?, last_step = ? WHERE user = ?",
                (now.isoformat(timespec="seconds"), step, user),
            )
            self._audit.append(actor=user, action="second_factor_set", subject=user)
            return self._new_codes(connection, user)

        return self._tried(user, use)

    def check(self, user: str, code: str) -> None:
        """Use up a code of the app, or a recovery code.

        Raises `WrongCode`, or `TooManyAttempts` while a delay runs.
        """
        self._tried(user, lambda connection: self._use_up(connection, user, code))

    def new_recovery_codes(self, user: str, code: str) -> list[str]:
        """Other recovery codes in the place of all there are; a code is used up for it."""

        def use(connection: sqlite3.Connection) -> list[str] | None:
            if not self._use_up(connection, user, code):
                return None
            self._audit.append(actor=user, action="recovery_codes_made", subject=user)
            return self._new_codes(connection, user)

        return self._tried(user, use)

    def forget(self, user: str, *, actor: str = "") -> None:
        """Let an account in without a second step, until it sets one up again."""
        with self._database.write() as connection:
            connection.execute("DELETE FROM recovery_codes WHERE user = ?", (user,))
            connection.execute("DELETE FROM second_factors WHERE user = ?", (user,))
            self._audit.append(actor=actor or user, action="second_factor_forgotten", subject=user)

    def _tried(self, user: str, use: Callable[[sqlite3.Connection], T | None]) -> T:
        """What came of using a code; None is a wrong one, which is counted and logged."""
        self._throttle.attempt(user, "")
        with self._database.write() as connection:
            used = use(connection)
            if used is None:
                self._audit.append(actor=user, action="second_factor_failed", subject=user)
        if used is None:
            raise WrongCode(
                "the code must be one that the app shows now or an unused recovery code"
            )
        self._throttle.forgive(user, "")
        return used

    def _use_up(self, connection: sqlite3.Connection, user: str, code: str) -> bool | None:
        """True, and the code is worth nothing from now on; None if it was worth nothing."""
        typed = "".join(code.split()).replace("-", "").lower()
        row = connection.execute(
            "SELECT number, last_step FROM second_factors"
            " WHERE user = ? AND confirmed_at IS NOT NULL",
            (user,),
        ).fetchone()
        if row is None:
            return None
        step = self._step(user, row["number"], typed, after=row["last_step"])
        if step is not None:
            connection.execute(
                "UPDATE second_factors SET last_step = ? WHERE user = ?", (step, user)
            )
            return True
        gone = connection.execute(
            "DELETE FROM recovery_codes WHERE user = ? AND digest = ?",
            (user, self._digest(user, typed)),
        ).rowcount
        if gone:
            self._audit.append(actor=user, action="recovery_code_used", subject=user)
        return True if gone else None

    def _step(self, user: str, number: str, code: str, *, after: int = -1) -> int | None:
        typed = "".join(code.split())
        return totp.matching_step(self._secret(user, number), typed, self._clock(), after=after)

    def _new_codes(self, connection: sqlite3.Connection, user: str) -> list[str]:
        codes = [
            "-".join("".join(secrets.choice(_LETTERS) for _ in range(_HALF)) for _ in range(2))
            for _ in range(RECOVERY_CODES)
        ]
        connection.execute("DELETE FROM recovery_codes WHERE user = ?", (user,))
        connection.executemany(
            "INSERT INTO recovery_codes VALUES (?, ?)",
            [(user, self._digest(user, code.replace("-", ""))) for code in codes],
        )
        return codes

    def _secret(self, user: str, number: str) -> bytes:
        return self._keyed("secret", user, number)[:20]  # as long as SHA-1, see RFC 4226

    def _digest(self, user: str, code: str) -> str:
        return self._keyed("recovery", user, code).hex()

    def _keyed(self, *parts: str) -> bytes:
        return hmac.digest(self._key, "\0".join(parts).encode(), "sha256")
