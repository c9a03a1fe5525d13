"""Accounts as the credentials that streamlit-authenticator's forms read and change."""

from __future__ import annotations

from typing import Any

from data.accounts.accounts import Accounts

Credentials = dict[str, Any]


def credentials(accounts: Accounts, user: str) -> Credentials:
    """The credentials of one user, in streamlit-authenticator's form.

    Made anew from the process-wide accounts for each form: no YAML file is rewritten
    under load, and a form never holds another person's hash.
    """
    account = accounts.get(user)
    return {
        "usernames": {
            user: {
                "name": account.name,
                "email": account.email,
                "password": accounts.password_hash(user),
                "roles": [account.role],
            }
        }
    }


def save_credentials(accounts: Accounts, changed: Credentials, *, actor: str) -> None:
    """Take over passwords, names and emails that a form changed."""
    for user, entry in changed["usernames"].items():
        before = accounts.get(user)
        if (entry["name"], entry["email"]) != (before.name, before.email):
            accounts.change(user, actor=actor, name=entry["name"], email=entry["email"])
        if entry["password"] != accounts.password_hash(user):
            accounts.set_password_hash(user, entry["password"], actor=actor)
