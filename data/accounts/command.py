"""`python -m data user`: accounts from the command line."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from data.accounts.accounts import Accounts
from data.installation.home import Home
from data.scope import ROLES

_ACTOR = "command line"


def user_command(arguments: Sequence[str], home: Home) -> int:
    """Add, list, change, disable, enable accounts, reset a password, rule two-step sign-in."""
    options = _parser().parse_args(arguments)
    accounts = Accounts(home)
    try:
        match options.action:
            case "add":
                accounts.create(
                    options.user, role=options.role, name=options.name, email=options.email,
                    campuses=options.campus, staff_id=options.staff, actor=_ACTOR,
                )  # fmt: skip
                _print_one_time(accounts, options.user.strip().lower())
            case "list":
                _print_list(accounts)
            case "role":
                accounts.change(
                    options.user, actor=_ACTOR, role=options.role,
                    campuses=tuple(options.campus), staff_id=options.staff,
                )  # fmt: skip
            case "disable":
                accounts.disable(options.user, actor=_ACTOR)
            case "enable":
                accounts.enable(options.user, actor=_ACTOR)
            case "require-second-factor":
                accounts.second_factors.require(options.roles, actor=_ACTOR)
                names = ", ".join(accounts.second_factors.required_roles()) or "nobody"
                print(f"must sign in in two steps: {names}")
            case "forget-second-factor":
                accounts.second_factors.forget(accounts.get(options.user).user, actor=_ACTOR)
            case "reset-password":
                _print_one_time(accounts, options.user)
    finally:
        accounts.close()
    return 0


def _print_one_time(accounts: Accounts, user: str) -> None:
    password = accounts.one_time_password(user, actor=_ACTOR)
    print(f"{user} signs in once with {password} and then chooses a password")


def _print_list(accounts: Accounts) -> None:
    two_steps = accounts.second_factors.users()
    for account in accounts.all():
        state = "active" if account.is_active else "disabled"
        steps = "two steps" if account.user in two_steps else "one step"
        campuses = ",".join(account.campuses) or "-"
        staff = account.staff_id or "-"
        print(
            f"{account.user:<20} {account.role:<12} {state:<9} {steps:<10} {campuses:<20} {staff}"
        )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m data user", description="Accounts.")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    for action, meaning in (
        ("add", "add an account and print its one-time password"),
        ("role", "give an account another role, campuses or staff id"),
        ("list", "list accounts"),
        ("disable", "close an account and end its sessions"),
        ("enable", "open a closed account again"),
        ("reset-password", "print a new one-time password"),
        ("require-second-factor", "say which roles must sign in in two steps, none for nobody"),
        ("forget-second-factor", "let an account in without the second step: a lost phone"),
    ):
        command = actions.add_parser(action, help=meaning)
        if action == "list":
            continue
        if action == "require-second-factor":
            command.add_argument("roles", nargs="*", metavar="ROLE", help=", ".join(sorted(ROLES)))
            continue
        command.add_argument("user", metavar="NAME")
        if action in ("add", "role"):
            command.add_argument("--role", required=True, choices=sorted(ROLES))
            command.add_argument("--campus", nargs="*", default=[], help="campus ids")
            command.add_argument("--staff", default="", help="staff id in your CRM")
        if action == "add":
            command.add_argument("--name", default="", help="the person's name")
            command.add_argument("--email", default="")
    return parser
