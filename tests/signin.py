"""How tests sign in: a real session of a real account, without typing a password."""

from __future__ import annotations

from collections.abc import Iterable

import argon2.profiles
from argon2 import PasswordHasher
from streamlit.testing.v1 import AppTest

from data.accounts import Accounts
from data.accounts.sessions import key_of

PASSWORD = "a long enough one"
# Hashed at the least cost, see conftest: tests must not wait for what is slow on purpose.
CHEAPEST = PasswordHasher.from_parameters(argon2.profiles.CHEAPEST)
PASSWORD_HASH = CHEAPEST.hash(PASSWORD)


def add_account(
    accounts: Accounts,
    user: str,
    role: str = "manager",
    *,
    campuses: Iterable[str] = (),
    staff_id: str = "",
) -> None:
    """Create an account whose password is `PASSWORD`."""
    accounts.create(
        user, name=user.title(), role=role, campuses=campuses, staff_id=staff_id,
        password_hash=PASSWORD_HASH,
    )  # fmt: skip


def sign_in(at: AppTest, accounts: Accounts, user: str) -> str:
    """Sign an AppTest in as a user and give the session's token.

    ``accounts`` must be those that ``components.ask.session.installation()`` has.
    """
    token = accounts.sign_in(user, "127.0.0.1")
    at.user = {"user": user, "role": accounts.get(user).role, "sid": key_of(token)}
    return token
