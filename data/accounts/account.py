"""One account, and what must hold of it."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypedDict

from data.accounts.viewer import Viewer
from data.errors import InvalidOption
from data.scope import EVERY_CAMPUS, role


class AccountRefused(InvalidOption):
    """An account that cannot be as it was asked for.

    ``reason``: "name", "taken", "campuses", "staff" or "last_manager".
    """

    code = "account_refused"

    def __init__(self, reason: str, message: str) -> None:
        self.reason = reason
        super().__init__(message)


@dataclass(frozen=True, kw_only=True)
class Account:
    """An account without its password. Instants are UTC without zone."""

    user: str
    name: str
    email: str
    role: str
    campuses: tuple[str, ...]
    staff_id: str
    language: str
    is_active: bool
    must_change: bool
    created_at: datetime
    updated_at: datetime

    @property
    def viewer(self) -> Viewer:
        """The account as pages know it."""
        return Viewer(
            user=self.user, name=self.name, role=self.role, campuses=self.campuses,
            staff_id=self.staff_id, language=self.language,
        )  # fmt: skip


class Changes(TypedDict, total=False):
    """What may be changed of an account by a manager."""

    name: str
    email: str
    role: str
    campuses: tuple[str, ...]
    staff_id: str


def from_row(row: Any) -> Account:
    """The account of a row of the users table."""
    return Account(
        user=row["user"], name=row["name"], email=row["email"], role=row["role"],
        campuses=tuple(json.loads(row["campuses"])), staff_id=row["staff_id"],
        language=row["language"], is_active=bool(row["is_active"]),
        must_change=bool(row["must_change"]),
        created_at=datetime.fromisoformat(row["created_at"]),
        updated_at=datetime.fromisoformat(row["updated_at"]),
    )  # fmt: skip


def checked(account: Account) -> Account:
    """The account, if role, campuses and staff id fit together."""
    its = role(account.role)
    if its.campuses == "all":
        account = replace(account, campuses=EVERY_CAMPUS)
    elif not account.campuses or set(EVERY_CAMPUS) & set(account.campuses):
        got = ", ".join(account.campuses) or "none"
        raise AccountRefused(
            "campuses", f"role {its.name} must have campuses of its own, got {got}"
        )
    if its.people != "all" and not account.staff_id:
        raise AccountRefused(
            "staff", f"role {its.name} must have a staff id, which decides its rows; got none"
        )
    return account
