"""What may be said to a command, and how it is told to whoever says it wrongly."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path
from typing import Any

from data.contracts import CONTRACTS


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"a day must be as 2026-03-01, got {text!r}") from None


def parser() -> argparse.ArgumentParser:
    """The parser of every command."""
    all_words = argparse.ArgumentParser(prog="edulens", description="Work on an installation.")
    commands = all_words.add_subparsers(dest="command", required=True, metavar="COMMAND")

    commands.add_parser("init", help="prepare an empty home for an institution's own data")

    sample = commands.add_parser("sample", help="fill an empty home with the sample institution")
    sample.add_argument("--scale", type=float, default=1.0, help="1 is 20,000 leads")
    sample.add_argument("--seed", type=int, default=7)

    template = commands.add_parser("template", help="print a table's CSV template")
    tables = ", ".join(sorted(CONTRACTS))
    template.add_argument("table", choices=sorted(CONTRACTS), metavar="TABLE", help=tables)

    imported = commands.add_parser("import", help="import CSV, spreadsheet or Parquet files")
    imported.add_argument("files", nargs="+", type=Path, metavar="FILE")
    imported.add_argument(
        "--as", dest="table", choices=sorted(CONTRACTS), metavar="TABLE",
        help="the table, where headers do not tell it",
    )  # fmt: skip
    imported.add_argument("--map", dest="mapping", help="a mapping's name or file")
    imported.add_argument("--dry-run", action="store_true", help="preview only")

    commands.add_parser("load", help="take in what landed")
    commands.add_parser("build", help="build all facts anew")

    lake = commands.add_parser("export-lake", help="write the facts as Parquet for Spark")
    lake.add_argument("folder", type=Path)

    query = commands.add_parser("query", help="print a metric, or the rows behind it")
    query.add_argument("metric", help="a metric's name; 'list' names them all")
    many: dict[str, Any] = {"nargs": "*", "action": "extend", "default": []}
    query.add_argument("--by", **many, metavar="DIM", help="dimensions, such as channel_root")
    query.add_argument("--campus", **many, metavar="ID", help="campus ids")
    query.add_argument("--channel", **many, metavar="ID", help="channel ids; each is its subtree")
    query.add_argument("--course-line", **many, metavar="NAME")
    query.add_argument("--start", type=_day, metavar="DAY", help="first day, as 2026-03-01")
    query.add_argument("--end", type=_day, metavar="DAY", help="the day after the last")
    query.add_argument("--option", **many, metavar="NAME=VALUE")
    query.add_argument(
        "--as-of", type=_day, metavar="DAY", help="what was known when that day ended"
    )
    query.add_argument("--as", dest="user", help="whose scope; a manager's if not said")
    query.add_argument("--rows", action="store_true", help="the rows behind the figure")
    query.add_argument("--sql", action="store_true", help="the SQL, not its result")
    query.add_argument("--format", choices=("csv", "json"), default="csv")

    user = commands.add_parser("user", help="accounts: add, list, disable, reset a password")
    user.add_argument("rest", nargs=argparse.REMAINDER)

    commands.add_parser("doctor", help="check this home and say what is wrong")
    docs = commands.add_parser("docs", help="print a page of docs/ that is made from the code")
    docs.add_argument(
        "page", nargs="?", default="data", choices=("architecture", "data", "metrics"),
        help="which page; the one of the input tables if not said",
    )  # fmt: skip
    docs.add_argument("--write", action="store_true", help="write it into docs/ instead")
    return all_words
