"""Pages of docs/ say what the code says: parts written from it, citations, links, commands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from data.errors import InvalidOption
from edulens.commands import main
from edulens.documents import pages
from edulens.documents.marks import with_part
from edulens.documents.metrics import FAMILIES, anchor
from edulens.documents.tree import tree_of
from metrics import load_all
from metrics.foundation.registry import REGISTRY, TABLES

ROOT = Path(__file__).parents[2]
CODE = ("app.py", "components", "data", "edulens", "metrics", "pages")
WRITTEN = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
CITED = re.compile(r'METRICS, (rule \d+|"[^"]+"(?:,\s+"[^"]+")*)')


def name_of(path: Path) -> str:
    """A file's path in the project."""
    return path.relative_to(ROOT).as_posix()


def headings(text: str) -> list[str]:
    """The headings of a page, without what is fenced in."""
    text = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    return re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE)


@pytest.mark.parametrize("name", sorted(pages.PAGES))
def test_a_page_is_what_the_code_says(name: str):
    written = (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")
    assert written == pages.page(name), f"run: python -m data docs {name} --write"


def test_the_command_prints_the_page_asked_for_and_the_input_tables_without_a_name(capsys):
    for words, begins in ((["docs"], "# Input tables"), (["docs", "metrics"], "# What every")):
        assert main(words) == 0
        assert capsys.readouterr().out.startswith(begins)


def test_a_part_takes_the_place_of_the_old_one_and_leaves_the_rest():
    page = "a\n<!-- written by the code: x -->\n\nold\n\n<!-- end of x -->\nb\n"
    assert with_part(page, "x", "new\n") == page.replace("old", "new")
    for broken in ("a", page.replace("<!-- end of x -->", ""), page + page):
        with pytest.raises(InvalidOption, match="once each"):
            with_part(broken, "x", "new")


def test_the_tree_tells_of_folders_that_come_and_go(tmp_path: Path):
    for top in ("pages", "components", "metrics", "data", "edulens", "tests", "benchmarks",
                "docs/guides", ".streamlit", ".ci"):  # fmt: skip
        (tmp_path / top).mkdir(parents=True)
        if "/" not in top and not (top in ("pages", "tests", "docs") or top.startswith(".")):
            (tmp_path / top / "__init__.py").write_text(f'"""About {top}."""\n')
    before = tree_of(tmp_path)
    (tmp_path / "data" / "loans").mkdir()
    (tmp_path / "data" / "loans" / "__init__.py").write_text('"""Books lent.\n\nMore."""\n')
    added = set(tree_of(tmp_path).splitlines()) - set(before.splitlines())
    assert added == {"  - `loans/`: Books lent."}


def test_every_metric_and_table_has_its_place_in_the_page():
    load_all()
    page = (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")
    for entry in REGISTRY.values():
        assert f"#### `{entry.name}` · {entry.title}\n\n{entry.definition}\n" in page
        for option in entry.options:
            assert f"`{option}`" in page, (entry.name, option)
    for entry in TABLES.values():
        assert f"- `{entry.name}`, one row per {entry.grain}: {entry.definition}" in page
    assert {entry.family for entry in (*REGISTRY.values(), *TABLES.values())} <= set(FAMILIES)


def test_what_the_code_cites_of_the_page_of_metrics_is_there():
    page = (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")
    by_hand = page.partition("<!-- written by the code")[0]
    known = set(headings(by_hand))
    rules = {heading.partition(":")[0].lower() for heading in known}
    broken, seen = [], 0
    for top in CODE:
        path = ROOT / top
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            for cited in CITED.findall(file.read_text(encoding="utf-8")):
                seen += 1
                names = re.findall(r'"([^"]+)"', cited)
                missing = set(names) - known if names else {cited} - rules
                broken += [f"{name_of(file)} cites {name!r}" for name in sorted(missing)]
    assert seen > 100, "the rule must see the citations"
    assert not broken, "docs/metrics.md has no such heading:\n  " + "\n  ".join(broken)


@pytest.mark.parametrize("path", WRITTEN, ids=name_of)
def test_links_lead_somewhere(path: Path):
    text = path.read_text(encoding="utf-8")
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        file, _hash, place = target.partition("#")
        there = (path.parent / file) if file else path
        if not there.exists():
            broken.append(target)
        elif place and there.suffix == ".md":
            known = {anchor(one) for one in headings(there.read_text(encoding="utf-8"))}
            broken += [target] if place not in known else []
    assert not broken


@pytest.mark.parametrize("path", WRITTEN, ids=name_of)
def test_files_that_are_named_exist(path: Path):
    """Paths in code marks, such as `data/facts/entrance/look.py`; a guide's are those it makes."""
    if path.parent.name == "guides":
        return
    text = re.sub(r"^```.*?^```", "", path.read_text(encoding="utf-8"), flags=re.M | re.S)
    named = re.findall(
        r"`((?:components|data|edulens|metrics|pages|tests|docs|benchmarks)/[\w./-]*)`", text
    )
    assert not [name for name in named if not (ROOT / name).exists()]


@pytest.mark.parametrize("path", WRITTEN, ids=name_of)
def test_targets_of_make_that_are_named_exist(path: Path):
    rules = (ROOT / "Makefile").read_text(encoding="utf-8")
    known = set(re.findall(r"^([a-z][\w-]*):", rules, flags=re.MULTILINE))
    text = path.read_text(encoding="utf-8")
    named = re.findall(r"(?:`|^)make ((?:[a-z][\w-]*)(?:/[a-z]+)*)", text, flags=re.MULTILINE)
    asked = {target for group in named for target in group.split("/")}
    assert asked <= known
