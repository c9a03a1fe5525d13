"""Commands carried out: here, or in the application that serves the home."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from duckdb import IOException

from data.errors import EduLensError, StoreUnavailable
from data.installation.control import forward
from data.installation.home import Home
from edulens.arguments import parser

_CACHES = "streamlit.runtime.caching.cache_data_api"
_WITHOUT_STORE = ("template", "docs", "user")


# Each command imports what it needs: `--help` must not wait for the engines.
def _run(options: argparse.Namespace) -> int:
    home = Home.current()
    match options.command:
        case "template":
            from data.sources.command import template

            print(template(options.table), end="")
        case "docs":
            from edulens.documents import pages

            if options.write:
                print(pages.write(options.page))
            else:
                print(pages.page(options.page), end="")
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
            from edulens.query import query_command

            return query_command(options, home)
        case _:
            from data.installation.maintenance import maintain

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
    command = vars(parser().parse_args(arguments))
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
