"""Runs tests in forks of a process that has imported what the product stands on.

Reads JSON lines (tests to run, processor seconds they may take) and answers each with the
test that failed, or with none. A fork imports the product anew, so it sees the tree as
it is then; the libraries, which cost seconds, are imported once.
"""

from __future__ import annotations

import json
import os
import re
import resource
import signal
import sys
import tempfile

import duckdb  # noqa: F401 - imported once, for all forks
import ibis  # noqa: F401
import numba  # noqa: F401
import pandas  # noqa: F401
import pyarrow  # noqa: F401
import pytest
import scipy.stats  # noqa: F401

OUT_OF_TIME = "out of time"
MOST_BYTES = 6 << 30  # a changed loop may ask for all there is, and others work here too
HANGS_AFTER_SECONDS = 900  # of the clock: only for what waits and uses no processor


def run(tests: list[str], seconds: int) -> dict[str, str]:
    """Run the tests until one fails."""
    with tempfile.TemporaryFile() as output:
        child = os.fork()
        if child == 0:
            os.dup2(output.fileno(), 1)
            os.dup2(output.fileno(), 2)
            resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
            resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
            signal.alarm(HANGS_AFTER_SECONDS)
            options = ["-x", "-q", "-p", "no:cacheprovider", "--tb=line", "--no-header"]
            status = pytest.main([*options, "-m", "not e2e and not spark and not realdata", *tests])
            sys.stdout.flush()
            os._exit(status)
        _, ended = os.waitpid(child, 0)
        output.seek(0)
        said = output.read().decode(errors="replace")
    failed = re.findall(r"^(?:FAILED|ERROR) (\S+)", said, re.MULTILINE)
    if os.WIFSIGNALED(ended):
        return {"failed": OUT_OF_TIME}
    status = os.WEXITSTATUS(ended)
    if status and not failed and "ImportError while loading" in said:
        failed = ["the import"]
    if status and not failed:
        raise RuntimeError(f"pytest ended with {status} and no failed test:\n{said[-2000:]}")
    return {"failed": failed[0] if failed else ""}


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(run(**json.loads(line))), flush=True)
