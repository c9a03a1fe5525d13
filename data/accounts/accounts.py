"""Accounts: who may sign in, with which role, on which campuses."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Unpack

from data.accounts import passwords
from data.accounts.account import Account, AccountRefused, Changes, checked, from_row
from data.accounts.audit import Audit
from data.accounts.database import Database
from data.accounts.second_factor import SecondFactors
from data.accounts.sessions import ABSOLUTE_SECONDS, IDLE_SECONDS, Session, Sessions
from data.accounts.throttle import Throttle
from data.accounts.viewer import Viewer
from data.errors import NotAllowed, UnknownName
from data.installation.home import Home

_USER = re.compile(r"[a-z0-9][a-z0-9._-]{0,31}")
LANGUAGES = ("zh", "en")


class WrongPassword(NotAllowed):
    """Name and password do not belong together; which of them is wrong is not told."""

    code = "wrong_password"


class Accounts:
    """The accounts of a home, with their sessions and the audit log.

    One object a process; safe to use from any thread. Every change is in the audit log
    in the same transaction. Changing a role, campuses, staff id or password, and
    disabling, end all sessions of that account at once.
    """

    def __init__(self, home: Home, *, clock: Callable[[], float] = time.time) -> None:
        home.prepare()
        self._database = Database(home.accounts)
        self.audit = Audit(self._database, home.key("audit"))
        self.sessions = Sessions(self._database, clock)
        self.second_factors = SecondFactors(
            self._database, self.audit, home.key("second_factor"), clock
        )
        self._throttle = Throttle(clock)

    def all(self) -> list[Account]:
        """All accounts, by sign-in name."""
        return [from_row(row) for row in self._database.read("SELECT * FROM users ORDER BY user")]

    def get(self, user: str) -> Account:
        """The account of this sign-in name, active or not; raises `UnknownName`."""
        rows = self._database.read_again("SELECT * FROM users WHERE user = ?", (user,))
        if not rows:
            raise UnknownName("sign-in name", user, (account.user for account in self.all()))
        return from_row(rows[0])

    def viewer(self, user: str) -> Viewer:
        """The viewer of an active account; raises `UnknownName` or `NotAllowed`."""
        account = self.get(user)
        if not account.is_active:
            raise NotAllowed(f"the account must be active, {user} is disabled")
        return account.viewer

    def create(
        self,
        user: str,
        *,
        role: str,
        name: str = "",
        email: str = "",
        campuses: Iterable[str] = (),
        staff_id: str = "",
        password: str | None = None,
        password_hash: str | None = None,
        must_change: bool = False,
        actor: str = "",
    ) -> Account:
        """Add an account. Without a password nobody can sign in until one is set.

        ``password_hash`` takes over a hash made elsewhere, by argon2 or bcrypt.
        """
        user = user.strip().lower()
        if not _USER.fullmatch(user):
            raise AccountRefused(
                "name",
                "a sign-in name must be 1-32 letters a-z, digits, dots, dashes or underscores"
                f" and begin with a letter or digit, got {user!r}",
            )
        now = datetime.now(UTC).replace(tzinfo=None)
        account = Account(
            user=user, name=name.strip() or user, email=email.strip(), role=role,
            campuses=tuple(sorted(set(campuses))), staff_id=staff_id.strip(), language="",
            is_active=True, must_change=must_change, created_at=now, updated_at=now,
        )  # fmt: skip
        account = checked(account)
        hashed = password_hash or passwords.hashed(password, user)
        with self._database.write() as connection:
            if connection.execute("SELECT 1 FROM users WHERE user = ?", (user,)).fetchone():
                raise AccountRefused("taken", f"a sign-in name must be new, {user!r} exists")
            connection.execute(
                "INSERT INTO users VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1, ?, 0, ?, ?)",
                (
                    user, account.name, account.email, hashed, role, json.dumps(account.campuses),
                    account.staff_id, "", must_change, now.isoformat(), now.isoformat(),
                ),
            )  # fmt: skip
            self.audit.append(
                actor=actor, action="account_created", subject=user,
                detail={"role": role, "campuses": account.campuses, "staff_id": account.staff_id},
            )  # fmt: skip
        return account

    def change(self, user: str, *, actor: str = "", **changes: Unpack[Changes]) -> Account:
        """Change name, email, role, campuses or staff id."""
        with self._database.write():
            before = self.get(user)
            wanted: dict[str, Any] = dict(changes)
            if "campuses" in wanted:
                wanted["campuses"] = tuple(sorted(set(wanted["campuses"])))
            after = checked(replace(before, **wanted))
            if before.role == "manager" and after.role != "manager":
                self._keep_a_manager(user)
            self._update(
                user, name=after.name, email=after.email, role=after.role,
                campuses=json.dumps(after.campuses), staff_id=after.staff_id,
            )  # fmt: skip
            rights = ("role", "campuses", "staff_id")
            if any(getattr(before, part) != getattr(after, part) for part in rights):
                self._end_sessions(user)
            changed = {
                part: [getattr(before, part), getattr(after, part)]
                for part in Changes.__annotations__
                if getattr(before, part) != getattr(after, part)
            }
            self.audit.append(actor=actor, action="account_changed", subject=user, detail=changed)
        return self.get(user)

    def disable(self, user: str, *, actor: str = "") -> None:
        """Close the account; nothing it did is lost."""
        with self._database.write():
            if self.get(user).role == "manager":
                self._keep_a_manager(user)
            self._update(user, is_active=0)
            self._end_sessions(user)
            self.audit.append(actor=actor, action="account_disabled", subject=user)

    def enable(self, user: str, *, actor: str = "") -> None:
        """Open a disabled account again."""
        with self._database.write():
            self.get(user)
            self._update(user, is_active=1)
            self.audit.append(actor=actor, action="account_enabled", subject=user)

    def set_language(self, user: str, language: str) -> None:
        """Remember the interface's language: "zh" or "en"."""
        if language not in LANGUAGES:
            raise UnknownName("language", language, LANGUAGES)
        with self._database.write():
            self._update(user, language=language)

    def set_password(
        self, user: str, password: str, *, actor: str = "", must_change: bool = False
    ) -> None:
        """Set a password; raises `PasswordRefused` if the policy refuses it."""
        self.get(user)
        self.set_password_hash(
            user, passwords.hashed(password, user), actor=actor, must_change=must_change
        )

    def set_password_hash(
        self, user: str, password_hash: str, *, actor: str = "", must_change: bool = False
    ) -> None:
        """Set a password by its hash."""
        with self._database.write():
            self.get(user)
            self._update(user, password_hash=password_hash, must_change=int(must_change))
            self._end_sessions(user)
            self.audit.append(
                actor=actor, action="password_set", subject=user, detail={"one_time": must_change}
            )

    def one_time_password(self, user: str, *, actor: str = "") -> str:
        """Set a random password that must be changed at the next sign-in, and give it."""
        password = passwords.one_time()
        self.set_password(user, password, actor=actor, must_change=True)
        return password

    def authenticate(self, user: str, password: str, ip: str = "") -> Account:
        """The active account that name and password belong to.

        Takes as long for unknown names as for wrong passwords. Raises `WrongPassword`,
        or `TooManyAttempts` while a delay runs (the password is not looked at then).
        """
        user = user.strip().lower()
        self._throttle.attempt(user, ip)
        rows = self._database.read("SELECT * FROM users WHERE user = ? AND is_active", (user,))
        if not passwords.matches(password, rows[0]["password_hash"] if rows else None):
            self.audit.append(
                actor=user if rows else "", action="sign_in_failed", detail={"ip": ip}
            )
            raise WrongPassword("name and password must belong to an active account")
        self._throttle.forgive(user, ip)
        if passwords.is_outdated(rows[0]["password_hash"]):
            self._hash_anew(user, rows[0]["password_hash"], password)
        return from_row(rows[0])

    def sign_in(
        self, user: str, ip: str = "", *, all_day: bool = False, is_verified: bool = False
    ) -> str:
        """Start a session for an authenticated user and give its token.

        ``all_day`` keeps it without activity, up to 12 hours: for a screen on the wall.
        ``is_verified`` says that the code of the second step was given too: without it, the
        session of an account that has one waits for the code.
        """
        self.viewer(user)
        idle = ABSOLUTE_SECONDS if all_day else IDLE_SECONDS
        with self._database.write():
            token = self.sessions.open(user, ip, idle_seconds=idle, is_verified=is_verified)
            waits = self.second_factors.of(user) is not None and not is_verified
            self.audit.append(
                actor=user, action="code_asked" if waits else "signed_in",
                detail={"ip": ip, "all_day": all_day},
            )  # fmt: skip
        return token

    def confirm_second_factor(self, user: str, code: str) -> list[str]:
        """Turn two-step sign-in on; all sessions end. Gives the recovery codes, this once."""
        codes = self.second_factors.confirm(user, code)
        self._end_sessions(user)
        return codes

    def sign_out(self, session: Session, *, actor: str = "") -> None:
        """End one session."""
        with self._database.write():
            self.sessions.revoke(session.key)
            self.audit.append(
                actor=actor or session.user, action="signed_out", subject=session.user
            )

    def sign_out_everywhere(self, user: str, *, actor: str = "") -> None:
        """End all sessions of a user."""
        with self._database.write():
            self._end_sessions(user)
            self.audit.append(actor=actor or user, action="signed_out_everywhere", subject=user)

    def password_hash(self, user: str) -> str:
        """The stored hash."""
        rows = self._database.read("SELECT password_hash FROM users WHERE user = ?", (user,))
        if not rows:
            raise UnknownName("sign-in name", user, ())
        return str(rows[0][0])

    def verify_audit(self) -> bool:
        """Whether no line of the audit log was edited, removed or forged."""
        return self.audit.broken_at() is None

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def _update(self, user: str, **values: object) -> None:
        values["updated_at"] = datetime.now(UTC).replace(tzinfo=None).isoformat()
        settings = ", ".join(f"{name} = ?" for name in values)  # our own names only
        with self._database.write() as connection:
            connection.execute(
                f"UPDATE users SET {settings} WHERE user = ?",
                (*values.values(), user),
            )

    def _hash_anew(self, user: str, outdated: str, password: str) -> None:
        """Keep the password that was typed by today's hash; sessions go on."""
        anew = passwords.hashed_anew(password)
        with self._database.write() as connection:
            changed = connection.execute(
                "UPDATE users SET password_hash = ? WHERE user = ? AND password_hash = ?",
                (anew, user, outdated),
            ).rowcount
            if changed:
                self.audit.append(actor=user, action="password_hashed_anew", subject=user)

    def _end_sessions(self, user: str) -> None:
        with self._database.write() as connection:
            connection.execute("UPDATE users SET epoch = epoch + 1 WHERE user = ?", (user,))
        self.sessions.revoke_user(user)

    def _keep_a_manager(self, user: str) -> None:
        others = [a for a in self.all() if a.role == "manager" and a.is_active and a.user != user]
        if not others:
            raise AccountRefused(
                "last_manager", f"one active manager must remain, {user} is the last"
            )
