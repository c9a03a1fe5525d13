"""What the tests of screens share: a visit, what a reader sees, and whose rows they are."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Block

import data.installation.process
from components.kit.page import Page, Part
from data.scope import Scope
from data.stores import DuckDBStore
from tests.signin import sign_in

ROOT = Path(__file__).parents[2]
FRAME = str(ROOT / "components" / "frame" / "frame.py")


def visit(
    script: str,
    user: str,
    *,
    language: str = "en",
    framed: bool = True,
    address: Mapping[str, str] | None = None,
    **state: object,
) -> AppTest:
    """Open a screen as a user: ``script`` is its path below pages, "" the first screen.

    ``state`` is what its widgets hold. Without the frame a role meets even the screens
    that its navigation leaves out.
    """
    path = f"pages/{script}.py"
    at = AppTest.from_file(FRAME if framed else str(ROOT / path), default_timeout=90)
    sign_in(at, data.installation.process.installation().accounts, user)
    if framed and script:
        at.switch_page(f"../../{path}")
    for name, value in {"lang": language, **(address or {})}.items():
        at.query_params[name] = value
    for name, value in state.items():
        at.session_state[name] = value
    at.run()
    assert not at.exception
    return at


_looked: WeakKeyDictionary[DuckDBStore, dict[Hashable, AppTest]] = WeakKeyDictionary()


def look(script: str, user: str, **how: Any) -> AppTest:
    """A visit that only looks: one made before, of the same store, is looked at again.

    Whoever clicks, or changes what a screen stands on, makes a `visit` of their own.
    """
    store = data.installation.process.installation().store
    made = _looked.setdefault(store, {})
    key = (store.version, script, user, repr(sorted(how.items())))
    if key not in made:
        made[key] = visit(script, user, **how)
    return made[key]


def open_panels(at: AppTest, page: Page[Any], view: str = "") -> set[str]:
    """Open every panel of a page's view that is closed at first; gives their names."""
    closed = {part.name: page.key_of(part) for part in panels_of(page, view)}
    for key in closed.values():
        at.session_state[key] = True
    at.run()
    assert not at.exception
    assert not at.error
    return set(closed)


def panels_of(page: Page[Any], view: str = "") -> list[Part[Any]]:
    """The panels of a page's view that are closed at first."""
    return [part for part in page.parts if part.is_closed and part.view == view]


def shown(at: AppTest) -> str:
    """What a reader sees, without what escapes it."""
    return shown_in(at.main)


def shown_in(block: Block) -> str:
    """What a reader sees in a part of a screen."""
    texts = [*block.markdown, *block.caption, *block.error, *block.warning, *block.info]
    return "\n".join(text.value for text in texts).replace("\\", "")


def cards(at: AppTest) -> dict[str, str]:
    """The figure cards: title → value."""
    return {metric.label: metric.value for metric in at.metric}


def scope_of(user: str) -> Scope:
    """A user's scope in this process's installation."""
    opened = data.installation.process.installation()
    return opened.accounts.viewer(user).scope(opened.store.as_of)
