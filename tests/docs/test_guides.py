"""Each guide, followed to the letter in a copy of the project, ends where it says."""

from __future__ import annotations

import csv
import io
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.docs.guide import ROOT, Guide, changed, checkout, run
from tests.sample_institution import small_institution

GUIDES = ("add-a-metric", "add-a-page", "add-a-source")
# Pages are becoming lists of parts; the guide to a page is of that form.
PAGES_ARE_LISTS = (ROOT / "components" / "kit" / "page.py").exists()
LISTED = pytest.mark.skipif(not PAGES_ARE_LISTS, reason="pages are not lists of parts yet")
FOLLOWED = [pytest.param(name, marks=LISTED if name == "add-a-page" else ()) for name in GUIDES]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the project."""
    return checkout(tmp_path / "project")


@dataclass(frozen=True)
class Followed:
    """A project in which every guide was followed, and what each command printed."""

    project: Path
    printed: dict[str, str]


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Followed:
    """All guides, one after the other, on the home of a small sample institution.

    That home was made before the guides' changes, as a reader's would be who follows a
    second guide: the sample that a guide makes first stands for it.
    """
    folder = tmp_path_factory.mktemp("guides")
    with small_institution(folder / "home", scale=0.05):
        pass
    project = checkout(folder / "project")
    guides = [Guide.read(name) for name in GUIDES if name != "add-a-page" or PAGES_ARE_LISTS]
    for guide in guides:
        guide.apply(project)
    commands = [c for guide in guides for c in guide.commands if c[:2] != ["data", "sample"]]
    return Followed(project, run(project, folder / "home", commands))


def rows(printed: str) -> list[dict[str, str]]:
    """What `data query` printed."""
    return list(csv.DictReader(io.StringIO(printed)))


def test_the_guide_to_a_metric_adds_one_whose_rows_add_up(followed: Followed):
    printed, project = followed.printed, followed.project
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
def test_the_guide_to_a_page_adds_one_that_is_opened_by_role(followed: Followed):
    printed, project = followed.printed, followed.project
    assert "3 passed" in printed["pytest tests/components/screens/repeats/test_page.py"]
    page = (project / "docs" / "architecture.md").read_text(encoding="utf-8")
    assert "    - `repeats/`: The screen of repeated leads" in page


def test_the_guide_to_a_source_takes_in_a_file_and_asks_of_it(followed: Followed):
    printed, project = followed.printed, followed.project
    assert "2 rows: 2 new" in printed["data import waitlist.csv --dry-run"]
    assert "nothing was imported" in printed["data import waitlist.csv --dry-run"]
    assert "2 rows: 2 new" in printed["data import waitlist.csv"]
    found = rows(printed["data query waiting_entries --start 2026-11-19 --rows"])
    assert [(row["unit_id"], row["campus_id"], row["unit_on"]) for row in found] == [
        ("W1", "C001", "2026-11-19"),
        ("W2", "C001", "2026-11-20"),
    ]
    assert all(row["person_id"].startswith("P") and row["course_line"] for row in found)
    assert "1 passed" in printed["pytest tests/data/facts/test_waiting.py"]
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
