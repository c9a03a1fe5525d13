"""Run every benchmark, or those named: `python -m benchmarks [NAME…]`."""

from __future__ import annotations

import pkgutil
import subprocess
import sys
from pathlib import Path

_NOT_BENCHMARKS = {"__main__", "serving", "viewer"}


def main(chosen: list[str]) -> int:
    """Run each in a process of its own, so that none warms or fills another's memory."""
    here = Path(__file__).parent
    known = [m.name for m in pkgutil.iter_modules([str(here)]) if m.name not in _NOT_BENCHMARKS]
    failed = 0
    for name in chosen or known:
        done = subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=False)
        failed |= done.returncode
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
