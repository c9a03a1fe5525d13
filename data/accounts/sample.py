"""Accounts of the sample institution, all with one password made for this home."""

from __future__ import annotations

import os

from data.accounts import passwords
from data.accounts.accounts import Accounts
from data.errors import NotAllowed
from data.home import Home


def seed_sample_accounts(accounts: Accounts, home: Home) -> dict[str, str]:
    """Create the sample accounts that are missing; gives each one's password.

    Only in a sample home: an institution's own home never gets a known account.
    """
    from data.sample.accounts import SAMPLE_ACCOUNTS  # noqa: PLC0415  # only when asked for

    if not home.is_sample:
        raise NotAllowed("sample accounts must stay in a sample home, this one is not")
    password = sample_password(home)
    known = {account.user for account in accounts.all()}
    # One hash for all: hashing is slow on purpose, and the password is the same.
    password_hash = passwords.hashed(password)
    for sample in SAMPLE_ACCOUNTS:
        if sample.user not in known:
            accounts.create(
                sample.user, name=sample.name, role=sample.role, campuses=sample.campuses,
                staff_id=sample.staff_id or "", password_hash=password_hash, actor="sample",
            )  # fmt: skip
    return {sample.user: password for sample in SAMPLE_ACCOUNTS}


def sample_password(home: Home) -> str:
    """The password of this home's sample accounts, made at first use."""
    path = home.secrets / "sample_password"
    if not path.exists():
        home.prepare()
        with open(path, "w", opener=lambda p, f: os.open(p, f, 0o600), encoding="utf-8") as file:
            file.write(passwords.one_time())
    return path.read_text(encoding="utf-8")
