"""A home that a former version made opens in this one, with nothing lost and nothing changed.

Each `home-<version>.tar.xz` was made by that version (``python -m data sample --scale 0.05``);
the file beside it tells the rows of its tables and the figures it showed.
"""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from data.facts import Facts
from data.installation.home import Home
from data.installation.process import Installation, at_work
from data.scope import EVERY_CAMPUS, Filters, Period, Scope
from metrics import load_all
from metrics.foundation.figures import figures_of
from metrics.foundation.registry import REGISTRY

load_all()
HERE = Path(__file__).parent
VERSIONS = sorted(path.name.removesuffix(".tar.xz") for path in HERE.glob("home-*.tar.xz"))
# Told by a former version: a figure that this one no longer has fails.
FIGURES = sorted(
    {
        name
        for version in VERSIONS
        for name in json.loads((HERE / f"{version}.json").read_text(encoding="utf-8"))["figures"]
    }
)
YEAR = Period(start=date(2025, 11, 1), end=date(2026, 11, 1))


@dataclass(frozen=True)
class Former:
    """A former version's home, opened by this one, and what was in it."""

    opened: Installation
    told: dict[str, Any]


@pytest.fixture(scope="module", params=VERSIONS)
def former(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator:
    """A copy of the home, opened as the program opens it when it starts."""
    folder = tmp_path_factory.mktemp("former")
    with tarfile.open(HERE / f"{request.param}.tar.xz") as archive:
        archive.extractall(folder, filter="data")
    (home,) = folder.iterdir()
    told = json.loads((HERE / f"{request.param}.json").read_text(encoding="utf-8"))
    with at_work(Home(home)) as opened:
        opened.build_if_behind()
        yield Former(opened, told)


def test_there_is_a_home_of_every_version_that_may_be_in_use():
    assert VERSIONS[0] == "home-0.1.0"


def test_no_row_is_lost(former: Former):
    cursor: duckdb.DuckDBPyConnection = former.opened.store.cursor()
    found = {
        table: cursor.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0]
        for table in former.told["rows"]
    }
    assert found == former.told["rows"]
    assert sum(found.values()) > 20_000


def test_every_segment_is_whole_and_taken_in(former: Former):
    landing = former.opened.landing
    segments = list(landing.segments())
    assert segments
    assert all(landing.is_whole(name) for name in segments)


def test_everybody_may_sign_in_as_before(former: Former):
    accounts = former.opened.accounts
    assert sorted(a.viewer.user for a in accounts.all()) == sorted(former.told["users"])
    password = (former.opened.home.secrets / "sample_password").read_text(encoding="utf-8")
    assert password
    assert accounts.verify_audit()


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_what_it_was(former: Former, name: str):
    if name not in former.told["figures"]:
        pytest.skip("a figure that the former version did not have")
    store = former.opened.store
    scope = Scope(user="", role="manager", campuses=EVERY_CAMPUS, as_of=store.as_of)
    facts = Facts(scope, Filters(period=YEAR))
    (row,) = store.fetch(figures_of(facts, REGISTRY[name], by=(), options={})).to_dict("records")
    told = [float("nan") if figure is None else figure for figure in former.told["figures"][name]]
    found = [float(row[figure]) for figure in ("numerator", "denominator", "n")]
    assert found == pytest.approx(told, nan_ok=True)
