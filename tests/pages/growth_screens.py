"""What the tests of the growth screens share: a visit, and what a reader sees."""

from __future__ import annotations

from pathlib import Path

from streamlit.testing.v1 import AppTest

import data.installation
from tests.signin import sign_in

FRAME = str(Path(__file__).parents[2] / "components" / "frame.py")


def visit(script: str, user: str, *, language: str = "en", **state: object) -> AppTest:
    """Open a screen as a user."""
    at = AppTest.from_file(FRAME, default_timeout=60)
    sign_in(at, data.installation.installation().accounts, user)
    at.switch_page(script)
    at.query_params["lang"] = language
    for key, value in state.items():
        at.session_state[key] = value
    at.run()
    assert not at.exception
    return at


def shown(at: AppTest) -> str:
    """What a reader sees, without what escapes it."""
    texts = [*at.main.markdown, *at.main.caption]
    return "\n".join(text.value for text in texts).replace("\\", "")


def cards(at: AppTest) -> dict[str, str]:
    """The figure cards: title → value."""
    return {metric.label: metric.value for metric in at.metric}
