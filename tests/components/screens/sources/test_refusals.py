"""Every reason for which a file or a row is refused has its words in the reader's language."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from components.screens.sources.refusals import FILES, ROWS, file_refusal, row_refusal
from components.words.i18n import translate
from data.errors import InvalidInput

SOURCES = Path(__file__).parents[4] / "data" / "sources"
MAPPING_FILE = "mapping.py"  # its author's errors are told to whoever writes the file


def said_by_the_readers() -> list[str]:
    """The message of every `InvalidInput` that reading a file raises, with its places filled."""
    found = []
    for path in sorted(SOURCES.glob("*.py")):
        if path.name == MAPPING_FILE:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "InvalidInput":
                message = node.args[0]
                parts = message.values if isinstance(message, ast.JoinedStr) else [message]
                texts = [p.value if isinstance(p, ast.Constant) else "7" for p in parts]
                found.append("".join(map(str, texts)))
    return found


def test_every_reason_of_the_readers_is_told_in_chinese(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("EDULENS_LANG", "zh")
    messages = said_by_the_readers()
    assert len(messages) > 20
    general = translate("they do not keep to a template", "zh")
    told = {message: file_refusal(InvalidInput(message)) for message in messages}
    # A developer's own: no reader meets an import without a file or an alias that is no query.
    unsaid = [message for message, words in told.items() if words == general]
    assert sorted(unsaid) == [
        "7 must be made from a file or view of the mapping, got 7",
        "7 must be one query",
        "an import must have a file, got none",
    ]


@pytest.mark.parametrize("sentence", [*FILES, *ROWS])
def test_a_reason_keeps_its_places_in_chinese(sentence: str):
    assert translate(sentence, "zh") != sentence


def test_a_row_is_told_by_its_columns_label(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("EDULENS_LANG", "zh")
    reason = "phone must be a phone number, got “12”"
    assert row_refusal(reason, "leads") == "手机号须是手机号，不能是「12」"
    monkeypatch.setenv("EDULENS_LANG", "en")
    assert row_refusal(reason, "leads") == reason
    assert row_refusal("unheard of", "leads") == "unheard of"
