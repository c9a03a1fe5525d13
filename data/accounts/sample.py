"""Accounts of the sample institution, all with one password made for this home."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import lru_cache

from data.accounts import passwords
from data.accounts.accounts import Accounts
from data.errors import NotAllowed
from data.installation.home import Home


@dataclass(frozen=True)
class _Secret:
    password: str
    password_hash: str


def seed_sample_accounts(accounts: Accounts, home: Home) -> dict[str, str]:
    """Create the sample accounts that are missing; gives each one's password.

    Only in a sample home: an institution's own home never gets a known account.
    """
    from data.sample.accounts import SAMPLE_ACCOUNTS  # noqa: PLC0415  # only when asked for

    if not home.is_sample:
        raise NotAllowed("sample accounts must stay in a sample home, this one is not")
    # One hash for all: hashing is slow on purpose, and the password is the same.
    secret = _secret(home)
    known = {account.user for account in accounts.all()}
    for sample in SAMPLE_ACCOUNTS:
        if sample.user not in known:
            accounts.create(
                sample.user, name=sample.name, role=sample.role, campuses=sample.campuses,
                staff_id=sample.staff_id or "", password_hash=secret.password_hash, actor="sample",
            )  # fmt: skip
    return {sample.user: secret.password for sample in SAMPLE_ACCOUNTS}


def sample_sign_ins(accounts: Accounts, home: Home) -> dict[str, str]:
    """Sample accounts that still have their sample password, with it; none in a real home."""
    if not home.is_sample:
        return {}
    secret = _secret(home)
    return {
        account.user: secret.password
        for account in accounts.all()
        if account.is_active and _has(secret, accounts.password_hash(account.user))
    }


def _has(secret: _Secret, password_hash: str) -> bool:
    # A hash that was made anew since is another one of the same password.
    return password_hash == secret.password_hash or _matches(secret.password, password_hash)


@lru_cache(maxsize=64)
def _matches(password: str, password_hash: str) -> bool:
    return passwords.matches(password, password_hash)


def sample_password(home: Home) -> str:
    """The password of this home's sample accounts."""
    return _secret(home).password


def _secret(home: Home) -> _Secret:
    """The sample password and its hash, made at first use and readable by the owner only."""
    path = home.secrets / "sample_password"
    if not path.exists():
        home.prepare()
        password = passwords.one_time()
        with open(path, "w", opener=lambda p, f: os.open(p, f, 0o600), encoding="utf-8") as file:
            file.write(f"{password}\n{passwords.hashed(password)}\n")
    return _Secret(*path.read_text(encoding="utf-8").split())
