"""A server of our own for a benchmark: started, waited for, and ended by its process id."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
PREPARING_SECONDS = float(os.environ.get("EDULENS_BENCH_PREPARING", "240"))


def large_home() -> Path:
    """The home at EDULENS_BENCH_HOME (default: var/bench-50), made where it is missing.

    Making it takes minutes; EDULENS_BENCH_SCALE changes the scale of 50.
    """
    scale = os.environ.get("EDULENS_BENCH_SCALE", "50")
    home = Path(os.environ.get("EDULENS_BENCH_HOME", ROOT / "var" / f"bench-{scale}"))
    if not (home / "edulens.duckdb").exists():
        subprocess.run(
            [sys.executable, "-m", "data", "sample", "--scale", scale],
            cwd=ROOT,
            env={**os.environ, "EDULENS_HOME": str(home)},
            stdout=subprocess.DEVNULL,
            check=True,
        )
    return home


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def answers(port: int) -> bool:
    """Whether the server says it is well."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


@contextmanager
def serving(home: Path, *, log: Path, seconds: float = 300) -> Iterator[tuple[int, float]]:
    """The application on a free port; gives the port and the seconds until it answered."""
    port = free_port()
    began = time.perf_counter()
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", "app.py", f"--server.port={port}"],
            cwd=ROOT,
            env={**os.environ, "EDULENS_HOME": str(home)},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        while not answers(port):
            if process.poll() is not None or time.perf_counter() - began > seconds:
                raise RuntimeError(f"the server did not answer; see {log}")
            time.sleep(0.1)
        yield port, time.perf_counter() - began
    finally:
        process.terminate()
        process.wait(timeout=30)
