"""The newest version of the changelog is the project's, and says how to move to it."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
VERSIONS = re.findall(r"^## \[(\d+\.\d+\.\d+)\] - (\d{4}-\d{2}-\d{2})$", TEXT, flags=re.MULTILINE)


def section(version: str) -> str:
    """What the changelog says of a version."""
    return re.split(r"^## ", TEXT.partition(f"## [{version}]")[2], flags=re.MULTILINE)[0]


def test_the_newest_version_is_the_projects():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert VERSIONS[0][0] == project["version"]


def test_versions_are_dated_and_stand_newest_first():
    days = [date.fromisoformat(day) for _version, day in VERSIONS]
    assert days == sorted(days, reverse=True)
    numbers = [tuple(map(int, version.split("."))) for version, _day in VERSIONS]
    assert numbers == sorted(set(numbers), reverse=True)


def test_what_is_not_released_stands_above_every_version():
    titles = re.findall(r"^## (.+)$", TEXT, flags=re.MULTILINE)
    assert titles[0] == "Unreleased"
    assert titles[1:] == [f"[{version}] - {day}" for version, day in VERSIONS]


def test_every_version_says_how_to_move_to_it():
    for version, _day in VERSIONS:
        assert section(version).count("### Moving from ") == 1, version
