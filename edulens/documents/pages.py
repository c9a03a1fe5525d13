"""Which pages are written from the code, and what each should be now."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from data.contracts.documentation import data_page
from data.errors import UnknownName

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


def page(name: str) -> str:
    """A page of docs/ as it should be: ``architecture``, ``data`` or ``metrics``."""
    if name not in PAGES:
        raise UnknownName("page", name, PAGES)
    return PAGES[name]()


def write(name: str) -> Path:
    """Bring a page of docs/ up to date; gives its path."""
    text, path = page(name), DOCS / f"{name}.md"
    path.write_text(text, encoding="utf-8")
    return path


def _architecture() -> str:
    from edulens.documents.marks import with_part  # noqa: PLC0415
    from edulens.documents.tree import tree_of  # noqa: PLC0415

    return with_part(_written("architecture"), "tree", tree_of(ROOT))


def _metrics() -> str:
    # The registry brings the engines with it: `docs` alone must not wait for them.
    from edulens.documents.marks import with_part  # noqa: PLC0415
    from edulens.documents.metrics import families  # noqa: PLC0415

    return with_part(_written("metrics"), "metrics", families())


def _written(name: str) -> str:
    return (DOCS / f"{name}.md").read_text(encoding="utf-8")


PAGES: dict[str, Callable[[], str]] = {
    "architecture": _architecture,
    "data": data_page,
    "metrics": _metrics,
}
