"""Words in the reader's language: English in the code, Chinese from gettext catalogues.

`_("{n} leads", n="1,284")` gives the sentence in the reader's language, with its places
filled; `N_("…")` marks a constant that `_` translates where it is shown. Chinese is the
default. Every ``components/words/locale/zh/*.po`` is read and merged once a process.
"""

from __future__ import annotations

import gettext
import io
import os
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import streamlit as st
from babel.messages import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from streamlit.runtime.scriptrunner import get_script_run_ctx

from components.runtime.script_run import once_a_run

LANGUAGES = ("zh", "en")
DEFAULT_LANGUAGE = "zh"
SWITCH_LABELS = {"zh": "中", "en": "EN"}
SWITCH_KEY = "lang"
ACCOUNT_KEY = "account_language"  # what the signed-in account chose, put there by the frame
COOKIE = "edulens_lang"
_HAN = re.compile("[\u4e00-\u9fff]")
LOCALE = Path(__file__).parent / "locale"


@once_a_run
def language() -> str:
    """The reader's language, "zh" or "en".

    In a page: the switch, then the link, then the account, then the sign-in page's
    cookie. Outside one (commands, tests): ``EDULENS_LANG``. Anything unknown is Chinese.
    """
    if get_script_run_ctx(suppress_warning=True) is None:
        return _known(os.environ.get("EDULENS_LANG", ""))
    picked = st.session_state.get(SWITCH_KEY) or st.query_params.get(SWITCH_KEY)
    return _known(picked) if picked else preferred_language()


def preferred_language() -> str:
    """The reader's language where nothing is picked in this tab."""
    said = st.session_state.get(ACCOUNT_KEY) or st.context.cookies.get(COOKIE, "")
    return _known(said)


def _known(text: object) -> str:
    name = str(text).lower()
    return next(
        (code for code, label in SWITCH_LABELS.items() if name in (code, label.lower())),
        DEFAULT_LANGUAGE,
    )


def _(message: str, **values: object) -> str:
    """The message in the reader's language, with ``{names}`` filled from ``values``."""
    return translate(message, language(), **values)


def translate(message: str, code: str, **values: object) -> str:
    """The message in a named language; an unknown message stays as it is."""
    text = message if code == "en" or not message else catalogue().gettext(message)
    return _filled(text, values) if values else text


def ngettext(one: str, many: str, n: int, /, **values: object) -> str:
    """The message for a count; ``{n}`` is filled too unless ``values`` has it."""
    english = one if n == 1 else many
    text = english if language() == "en" else catalogue().ngettext(one, many, n)
    return _filled(text, {"n": n, **values})


def _filled(text: str, values: Mapping[str, object]) -> str:
    """The text with its places filled: a blank parts Chinese from figures, not from Chinese."""
    for name, given in values.items():
        if not isinstance(given, str) or not given:
            continue
        if _HAN.match(given[-1]):
            text = re.sub(rf"({{{name}}}) (?={_HAN.pattern})", r"\1", text)
        if _HAN.match(given[0]):
            text = re.sub(rf"(?<={_HAN.pattern}) ({{{name}}})", r"\1", text)
    return text.format(**values)


def sentences(*said: str) -> str:
    """Sentences after each other; English parts them by a blank, Chinese needs none."""
    return ("" if language() == "zh" else " ").join(sentence for sentence in said if sentence)


def N_(message: str) -> str:
    """Mark a constant for translation; gives it back unchanged."""
    return message


def option_label(name: str) -> str:
    """An option's name in words: ``window_days`` is "window days" in the catalogues."""
    return _(name.replace("_", " "))


@cache
def catalogue() -> gettext.GNUTranslations:
    """All Chinese catalogues as one."""
    merged = Catalog(locale="zh")
    for path in sorted((LOCALE / "zh").glob("*.po")):
        for message in read_catalogue(path):
            if message.id and message.string:
                merged.add(message.id, message.string)
    compiled = io.BytesIO()
    write_mo(compiled, merged)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def read_catalogue(path: Path) -> Catalog:
    """One area's catalogue."""
    with path.open("rb") as file:
        return read_po(file, locale="zh", abort_invalid=True)
