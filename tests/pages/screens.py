"""What the tests of screens share: a visit, what a reader sees, and whose rows they are."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from streamlit.testing.v1 import AppTest

import data.installation.process
from data.scope import Scope
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


def shown(at: AppTest) -> str:
    """What a reader sees, without what escapes it."""
    main = at.main
    texts = [*main.markdown, *main.caption, *main.error, *main.warning, *main.info]
    return "\n".join(text.value for text in texts).replace("\\", "")


def cards(at: AppTest) -> dict[str, str]:
    """The figure cards: title → value."""
    return {metric.label: metric.value for metric in at.metric}


def scope_of(user: str) -> Scope:
    """A user's scope in this process's installation."""
    opened = data.installation.process.installation()
    return opened.accounts.viewer(user).scope(opened.store.as_of)
