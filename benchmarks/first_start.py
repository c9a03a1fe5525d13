"""From an empty home to a served page, the sample institution included."""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks import report
from benchmarks.serving import serving


def main() -> None:
    """Start once in a new home."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        with serving(path / "home", log=path / "log") as (_, seconds):
            report("first_start", seconds, "s", 30)


if __name__ == "__main__":
    main()
