"""Commands that look after an installation: init, sample, load, build, export, doctor."""

from __future__ import annotations

import argparse
import time

from data.errors import InvalidOption
from data.facts.build import rebuild
from data.facts.lake import export_lake
from data.installation.home import Home
from data.installation.process import Installation, at_work
from data.landing.loader import load


def maintain(options: argparse.Namespace, home: Home) -> int:
    """Run one of the commands on a home."""
    if options.command == "doctor" and not home.store.exists():
        raise InvalidOption(f"EDULENS_HOME must hold a store, got {home.path}")
    with at_work(home) as opened:
        match options.command:
            case "init":
                # Who sees everything signs in in two steps, unless somebody decides otherwise.
                opened.accounts.second_factors.require(["manager"], actor="command line")
                print(f"{home.path} is ready; next: python -m data user add NAME --role manager")
                print(
                    "Managers sign in in two steps, with a code from their phone;"
                    " python -m data user require-second-factor changes that."
                )
            case "sample":
                return _sample(options, opened)
            case "load":
                print(load(opened.store, opened.landing))
            case "build":
                with opened.store.writing() as cursor:
                    rebuild(cursor, None, home.key("identity"))
                    cursor.execute("UPDATE store_state SET version = version + 1")
            case "export-lake":
                export_lake(opened.store, options.folder)
            case "doctor":
                return _doctor(opened)
    return 0


def _sample(options: argparse.Namespace, opened: Installation) -> int:
    if not opened.is_empty:
        raise InvalidOption(f"the home must be empty to hold the sample, got {opened.home.path}")
    began = time.monotonic()
    passwords = opened.add_sample(scale=options.scale, seed=options.seed, progress=print)
    print(f"ready in {time.monotonic() - began:.1f} s")
    for user, password in passwords.items():
        print(f"  {user:<14} {password}")
    return 0


def _doctor(opened: Installation) -> int:
    """Say what can be checked; exit code 1 where something is wrong."""
    wrong = 0
    torn = [name for name in opened.landing.segments() if not opened.landing.is_whole(name)]
    for name in torn:
        wrong = 1
        print(f"damaged segment: {name}")
    cursor = opened.store.cursor()
    for table, reason, count in cursor.execute(
        "SELECT table_name, reason_code, count(*) FROM quarantine GROUP BY ALL ORDER BY ALL"
    ).fetchall():
        print(f"quarantine: {count:,} rows of {table}: {reason}")
    if not opened.accounts.verify_audit():
        wrong = 1
        print("the audit log was changed after it was written")
    print("nothing is wrong" if not wrong else "see above")
    return wrong
