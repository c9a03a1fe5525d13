"""Each guide, followed to the letter in a copy of the project, ends where it says."""

from __future__ import annotations

import csv
import io
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.guide import ROOT, Guide, changed, checkout, run
from tests.sample_institution import small_institution

GUIDES = ("add-a-metric", "add-a-page", "add-a-source")
# Pages are becoming lists of parts; the guide to a page is of that form.
LISTED = pytest.mark.skipif(
    not (ROOT / "components" / "kit" / "page.py").exists(),
    reason="pages are not lists of parts yet",
)
FOLLOWED = [pytest.param(name, marks=LISTED if name == "add-a-page" else ()) for name in GUIDES]


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a small sample institution; guides work on copies."""
    home = tmp_path_factory.mktemp("guides") / "home"
    with small_institution(home, scale=0.05):
        pass
    return home


@pytest.fixture
def home(sample: Path, tmp_path: Path) -> Path:
    """A home of a guide's own, which holds what its `data sample` would have made."""
    return Path(shutil.copytree(sample, tmp_path / "home"))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the project."""
    return checkout(tmp_path / "project")


def followed(name: str, project: Path, home: Path) -> dict[str, str]:
    """What the commands of a guide print after its files are made."""
    guide = Guide.read(name)
    guide.apply(project)
    # Making the sample is the same for all guides and done once.
    return run(project, home, [c for c in guide.commands if c[:2] != ["data", "sample"]])


def rows(printed: str) -> list[dict[str, str]]:
    """What `data query` printed."""
    return list(csv.DictReader(io.StringIO(printed)))


def test_the_guide_to_a_metric_adds_one_whose_rows_add_up(project: Path, home: Path):
    printed = followed("add-a-metric", project, home)
    asked = "data query second_call_rate --start 2026-06-01 --end 2026-11-01"
    (figure,) = rows(printed[asked])
    behind = [row for row in rows(printed[f"{asked} --rows"]) if row["is_mature"] == "True"]
    assert len(behind) == int(figure["n"]) > 100
    assert sum(float(row["numerator"]) for row in behind) == float(figure["numerator"])
    assert 0 < float(figure["low"]) < float(figure["value"]) < float(figure["high"]) < 1
    assert "2 passed" in printed["pytest tests/metrics/leads/test_second_call.py"]
    page = (project / "docs" / "metrics.md").read_text(encoding="utf-8")
    assert "#### `second_call_rate` · Second-call rate" in page


@LISTED
def test_the_guide_to_a_page_adds_one_that_is_opened_by_role(project: Path, home: Path):
    printed = followed("add-a-page", project, home)
    assert "4 passed" in printed["pytest tests/components/screens/repeats/test_page.py"]
    page = (project / "docs" / "architecture.md").read_text(encoding="utf-8")
    assert "    - `repeats/`: The screen of repeated leads" in page


def test_the_guide_to_a_source_takes_in_a_file_and_asks_of_it(project: Path, home: Path):
    printed = followed("add-a-source", project, home)
    assert "2 rows: 2 new" in printed["data import waitlist.csv --dry-run"]
    assert "nothing was imported" in printed["data import waitlist.csv --dry-run"]
    assert "2 rows: 2 new" in printed["data import waitlist.csv"]
    found = rows(printed["data query waiting_entries --start 2026-11-19 --rows"])
    assert [(row["unit_id"], row["campus_id"], row["unit_on"]) for row in found] == [
        ("W1", "C001", "2026-11-19"),
        ("W2", "C001", "2026-11-20"),
    ]
    assert all(row["person_id"].startswith("P") and row["course_line"] for row in found)
    (tested,) = [text for command, text in printed.items() if command.startswith("pytest ")]
    assert "passed" in tested
    assert "## waitlist · 候补" in (project / "docs" / "data.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", FOLLOWED)
def test_the_files_of_a_guide_are_formatted_and_clean(name: str, project: Path):
    made = [file for file in Guide.read(name).apply(project) if file.endswith(".py")]
    for command in (["format", "--check"], ["check"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, *dict.fromkeys(made)],
            cwd=project, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", FOLLOWED)
def test_a_guide_lists_every_file_that_it_touches(name: str, project: Path):
    guide = Guide.read(name)
    listed = guide.text.rpartition("| file | what changes |")[2]
    for file in guide.apply(project):
        assert re.search(rf"^\|.*`{re.escape(file)}`.*\|", listed, flags=re.MULTILINE), file


def test_a_change_that_fits_no_place_or_two_is_an_error(tmp_path: Path):
    file = tmp_path / "file"
    file.write_text("a\nb\na\n")
    changed(file, " a\n+c\n b\n")
    assert file.read_text() == "a\nc\nb\na\n"
    for nowhere in (" a\n+d\n", " z\n"):
        with pytest.raises(AssertionError, match="places like"):
            changed(file, nowhere)
