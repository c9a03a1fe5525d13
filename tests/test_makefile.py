"""`make` on a machine that lacks something says in words what."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with the Makefile and an empty lock, and no environment yet."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / "requirements.lock").touch()
    return tmp_path


def setup(checkout: Path, python: str) -> subprocess.CompletedProcess[str]:
    """What `make setup` says with this Python."""
    command = ["make", "setup", f"PYTHON={python}"]
    return subprocess.run(command, cwd=checkout, capture_output=True, text=True, check=False)


def python_in(checkout: Path, says: str) -> str:
    """An interpreter that only answers questions, by this shell script."""
    path = checkout / "python"
    path.write_text(f"#!/bin/sh\n{says}\n", encoding="utf-8")
    path.chmod(0o755)
    return str(path)


def refused(done: subprocess.CompletedProcess[str], checkout: Path) -> str:
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    assert not (checkout / ".venv").exists()
    return done.stderr


def test_setup_without_python_says_what_is_needed_and_how_to_name_another(checkout):
    said = refused(setup(checkout, "no-such-python"), checkout)
    assert "needs Python 3.11 or newer, and there is no no-such-python here" in said
    assert "make run PYTHON=" in said


def test_setup_with_an_old_python_says_which_it_found(checkout):
    old = python_in(checkout, 'if [ "$1" = -V ]; then echo Python 3.9.2; else exit 1; fi')
    said = refused(setup(checkout, old), checkout)
    assert f"needs Python 3.11 or newer, and {old} is Python 3.9.2" in said


def test_setup_with_a_python_that_makes_no_environments_names_the_package(checkout):
    bare = python_in(checkout, 'case "$2" in *ensurepip*) echo ImportError >&2; exit 1;; esac')
    said = refused(setup(checkout, bare), checkout)
    assert "modules venv and ensurepip are missing" in said
    assert "apt install python3-venv" in said
    assert "ImportError" not in said


def test_setup_compiles_what_it_installed(checkout):
    made = python_in(
        checkout,
        """
        echo "$@" >> called
        if [ "$2" = venv ]; then
          mkdir -p .venv/bin .venv/lib
          cp "$0" .venv/bin/python && cp "$0" .venv/bin/pip
        fi
        """,
    )
    assert setup(checkout, made).returncode == 0
    called = (checkout / "called").read_text(encoding="utf-8")
    assert "--require-hashes -r requirements.lock" in called
    assert called.index("install") < called.index("compileall")
    assert (checkout / ".venv" / ".installed").exists()
