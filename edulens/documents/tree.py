"""The tree of the repository, a sentence a folder: the first line of its `__init__`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

_DEEPEST = 3
# Folders of scripts and texts have no `__init__`; this is what stands there in its place.
SENTENCES = {
    "pages": "One folder a section of the navigation, one script a page: it asks and lays out.",
    "tests": "Tests, in folders that mirror the tree; what they share stands at the top.",
    "docs": "Pages for readers of numbers and for engineers.",
    "docs/guides": "How to add a metric, a page and a source, step by step; a test follows them.",
    ".streamlit": "Streamlit's settings and the two themes.",
    ".ci": "What a new machine needs before it runs the checks.",
}
_TOPS = (
    "pages", "components", "metrics", "data", "edulens", "tests", "benchmarks", "docs",
    ".streamlit", ".ci",
)  # fmt: skip
_WITHOUT_DEPTH = {"pages", "tests", "benchmarks"}


def tree_of(root: Path) -> str:
    """The folders of the repository to three levels, as a list in Markdown."""
    return "\n".join(line for top in _TOPS for line in _lines(root, root / top))


def _lines(root: Path, folder: Path) -> Iterator[str]:
    name = folder.relative_to(root).as_posix()
    depth = name.count("/") + 1
    yield f"{'  ' * (depth - 1)}- `{folder.name}/`: {sentence_of(root, folder)}"
    if depth < _DEEPEST and name not in _WITHOUT_DEPTH:
        for below in sorted(path for path in folder.iterdir() if path.is_dir()):
            if _is_described(root, below):
                yield from _lines(root, below)


def _is_described(root: Path, folder: Path) -> bool:
    return (folder / "__init__.py").exists() or folder.relative_to(root).as_posix() in SENTENCES


def sentence_of(root: Path, folder: Path) -> str:
    """What a folder holds, in one sentence."""
    said = folder / "__init__.py"
    if not said.exists():
        return SENTENCES[folder.relative_to(root).as_posix()]
    text = ast.get_docstring(ast.parse(said.read_text(encoding="utf-8"))) or ""
    return text.partition("\n")[0]
