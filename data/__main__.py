"""The command line: `python -m data --help`. An entry point, like app.py."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from duckdb import IOException

from data.contracts import CONTRACTS
from data.control import forward
from data.errors import EduLensError, StoreUnavailable
from data.home import Home

_CACHES = "streamlit.runtime.caching.cache_data_api"
_WITHOUT_STORE = ("template", "docs", "user")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"a day must be as 2026-03-01, got {text!r}") from None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m data", description="Work on an installation.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

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
    commands.add_parser("docs", help="print docs/data.md from the contracts")
    return parser


# Each command imports what it needs: `--help` must not wait for the engines.
def _run(options: argparse.Namespace) -> int:
    home = Home.current()
    match options.command:
        case "template":
            from data.sources.command import template

            print(template(options.table), end="")
        case "docs":
            from data.documentation import data_page

            print(data_page(), end="")
        case "import":
            from data.sources.command import import_command

            return import_command(
                options.files, options.table, options.mapping, options.dry_run, home
            )
        case "user":
            from data.accounts.command import user_command

            return user_command(options.rest, home)
        case "query":
            # Outside a server Streamlit warns that its caches live in memory: so they should.
            logging.getLogger(_CACHES).addFilter(lambda _record: False)
            from components.command import query_command

            return query_command(options, home)
        case _:
            from data.maintenance import maintain

            return maintain(options, home)
    return 0


def run_command(command: dict[str, Any]) -> int:
    """Run one command; an error of ours or of the disk is one sentence and exit code 2."""
    try:
        return _run(argparse.Namespace(**{k: _typed(k, v) for k, v in command.items()}))
    except EduLensError as error:
        print(f"{error.code}: {error}", file=sys.stderr)
    except BrokenPipeError:
        raise
    except (OSError, IOException) as error:
        print(f"not_possible: {error}; what had not been confirmed is not done", file=sys.stderr)
    return 2


def _typed(name: str, value: Any) -> Any:
    """An option's value after its way through JSON."""
    if value is None:
        return None
    if name in ("start", "end", "as_of"):
        return date.fromisoformat(str(value))
    if name == "files":
        return [Path(file) for file in value]
    return Path(value) if name == "folder" else value


def _resolve_paths(command: dict[str, Any]) -> None:
    """Make paths whole: the application that may run the command stands in another folder."""
    if "files" in command:
        command["files"] = [str(file.resolve()) for file in command["files"]]
    if "folder" in command:
        command["folder"] = str(command["folder"].resolve())
    if (command.get("mapping") or "").endswith(".toml"):
        command["mapping"] = str(Path(command["mapping"]).resolve())


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command here, or in the application that serves this home."""
    command = vars(_parser().parse_args(arguments))
    _resolve_paths(command)
    try:
        if command["command"] not in _WITHOUT_STORE:
            elsewhere = forward(Home.current(), command)
            if elsewhere is not None:
                print(elsewhere.out, end="")
                print(elsewhere.err, end="", file=sys.stderr)
                return elsewhere.code
        return run_command(command)
    except StoreUnavailable as error:
        print(f"{error.code}: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        return 0


if __name__ == "__main__":
    sys.exit(main())
