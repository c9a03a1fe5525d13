"""Commands for an installation that is being served go to the process that holds its store.

DuckDB lets one process open a file. So `python -m data …` asks a running application to
carry the command out, over a socket in the home that only its owner may open.
"""

from __future__ import annotations

import contextlib
import io
import json
import logging
import os
import socket
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from data.errors import StoreUnavailable
from data.installation.home import Home

Run = Callable[[dict[str, Any]], int]

_LONGEST = 1 << 20  # bytes of a request
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Outcome:
    """What a command printed and its exit code."""

    code: int
    out: str
    err: str


def forward(home: Home, command: dict[str, Any]) -> Outcome | None:
    """Have the application that serves this home run a command; None where none does."""
    with socket.socket(socket.AF_UNIX) as line:
        try:
            with _reachable(home) as address:
                line.connect(address)
        except (FileNotFoundError, ConnectionRefusedError):
            return None
        try:
            line.sendall(json.dumps(command, default=str).encode() + b"\n")
            with line.makefile("rb") as answer:
                said = answer.readline()
        except ConnectionError:
            said = b""
        if not said:
            raise StoreUnavailable("the application that serves this home ended meanwhile")
        return Outcome(**json.loads(said))


class CommandSocket:
    """Listens for commands until it is closed; runs one at a time."""

    def __init__(self, home: Home, run: Run) -> None:
        self._home, self._run = home, run
        home.socket.unlink(missing_ok=True)  # left behind by a process that was killed
        self._listener = socket.socket(socket.AF_UNIX)
        with _reachable(home) as address:
            self._listener.bind(address)
        home.socket.chmod(0o600)
        self._listener.listen(4)
        self._thread = threading.Thread(target=self._serve, name="commands", daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self._listener.accept()
            except OSError:  # closed
                return
            with line, line.makefile("rb") as asked:
                try:
                    outcome = self._outcome(json.loads(asked.readline(_LONGEST)))
                    line.sendall(json.dumps(outcome.__dict__).encode() + b"\n")
                except (OSError, ValueError):
                    log.warning("a command's caller went away", exc_info=True)

    def _outcome(self, command: dict[str, Any]) -> Outcome:
        out, err = io.StringIO(), io.StringIO()
        with (
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
            # In a thread of its own: whatever ends a command must not end the next ones.
            ThreadPoolExecutor(max_workers=1) as worker,
        ):
            done = worker.submit(self._run, command)
            failure = done.exception()
        if failure is None:
            return Outcome(done.result(), out.getvalue(), err.getvalue())
        if isinstance(failure, SystemExit):
            code = failure.code if isinstance(failure.code, int) else 1
            return Outcome(code, out.getvalue(), err.getvalue())
        log.error("a command failed", exc_info=failure)
        reason = f"{type(failure).__name__}: {failure}\n"
        return Outcome(1, out.getvalue(), err.getvalue() + reason)

    def close(self) -> None:
        """Stop listening."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(timeout=5)
        self._home.socket.unlink(missing_ok=True)


@contextlib.contextmanager
def _reachable(home: Home) -> Any:
    """The socket's address: through the folder's descriptor, as addresses are short."""
    if not home.path.is_dir():
        raise FileNotFoundError(home.path)
    folder = os.open(home.path, os.O_RDONLY)
    try:
        yield f"/proc/self/fd/{folder}/{home.socket.name}"
    finally:
        os.close(folder)
