"""Accounts, sessions and the audit log of an installation, in one SQLite file."""

from data.accounts.account import Account
from data.accounts.accounts import Accounts
from data.accounts.sample import sample_sign_ins, seed_sample_accounts
from data.accounts.sessions import Session
from data.accounts.viewer import Viewer

__all__ = [
    "Account",
    "Accounts",
    "Session",
    "Viewer",
    "sample_sign_ins",
    "seed_sample_accounts",
]
