"""Every page that a role has, in both languages and themes, on a desk and on a phone."""

from __future__ import annotations

import csv
import io
import os
import re
import subprocess
import sys
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from benchmarks.serving import ROOT
from components.kit.navigation import Entry, entries_for
from components.words.i18n import translate
from data.sample.accounts import SAMPLE_ACCOUNTS
from data.scope import role
from tests.e2e.conftest import Served, settled

pytestmark = pytest.mark.e2e

SCREENS = 4  # no page is longer at 1440 pixels
HEIGHT = 900
# Tables and pictures follow the width a moment later: the size must be the same three times.
STILL = """() => {
  const main = document.querySelector("[data-testid=stMain]")
  const size = `${innerWidth} ${main.scrollWidth} ${main.scrollHeight}`
  laidOut = {size, times: size === laidOut.size ? laidOut.times + 1 : 1}
  return laidOut.times === 3
}"""
# Words of cards, chips and sentences that are cut off, and what is said without the icons,
# which are words of a font.
SAID = """main => {
  const shown = "[data-testid=stMetric] *, .stMarkdownBadge, [data-testid=stMarkdownContainer]"
  const cut = [...main.querySelectorAll(shown)].filter(e => !e.closest("svg")
    && e.clientWidth > 0 && getComputedStyle(e).overflowX !== "visible"
    && e.scrollWidth > e.clientWidth + 1).map(e => e.innerText)
  const read = e => e.checkVisibility() && !e.closest("style, script, code")
    && !getComputedStyle(e).fontFamily.includes("Material")
  const texts = document.createTreeWalker(main, NodeFilter.SHOW_TEXT, text =>
    read(text.parentElement) ? NodeFilter.FILTER_ACCEPT : NodeFilter.FILTER_REJECT)
  const words = []
  while (texts.nextNode()) words.push(texts.currentNode.data)
  return {cut, words: words.join("\\n")}
}"""
# What a program calls things, and what it says of nothing.
RAW = re.compile(
    r"\b(?:nan|NaN|None(?! [a-z])|NaT|null|undefined|True|False)\b|\b[a-z]+_[a-z_]+\b|\{\w+\}"
)
USERS = ("manager", "head_north", "consultant1")
LANGUAGES = ("zh", "en")
WIDTHS = (1440, 390)


def pages_of(user: str) -> list[Entry]:
    """The pages in the navigation of a sample account."""
    account = next(a for a in SAMPLE_ACCOUNTS if a.user == user)
    return [e for _section, entries in entries_for(role(account.role)) for e in entries]


@pytest.fixture(scope="session")
def person_of(served: Served) -> Callable[[str], str]:
    """Somebody whom a user may see."""
    found: dict[str, str] = {}

    def of(user: str) -> str:
        if user not in found:
            done = subprocess.run(
                [sys.executable, "-m", "data", "query", "first_order_persons", "--rows",
                 "--start", "2026-01-01", "--as", user, "--format", "csv"],
                cwd=ROOT, env={**os.environ, "EDULENS_HOME": str(served.home)},
                capture_output=True, text=True, check=True,
            )  # fmt: skip
            found[user] = next(csv.DictReader(io.StringIO(done.stdout)))["person_id"]
        return found[user]

    return of


def address(entry: Entry, person: str, lang: str) -> str:
    name = entry.script.rpartition("/")[2]
    about = f"&person_id={person}" if name == "person" else ""
    return f"/{'' if name == 'board' else name}?lang={lang}{about}"


def called(page: Page, title: str) -> None:
    """Wait until the page that was chosen has this name."""
    page.wait_for_function("title => document.title.includes(title)", arg=title)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("user", USERS)
def test_every_page_of_a_role_says_something_and_fits(
    sign_in: Callable[..., Page], served: Served, person_of: Callable[[str], str],
    user: str, lang: str,
) -> None:  # fmt: skip
    def by_address(page: Page, entry: Entry) -> None:
        page.goto(served.url + address(entry, person_of(user), lang))

    def by_navigation(page: Page, entry: Entry) -> None:
        if entry.script.endswith("person"):  # the navigation leads to nobody in particular
            by_address(page, entry)
        else:
            title = translate(entry.title, lang)
            page.get_by_test_id("stSidebarNavLink").filter(has_text=title).first.click()

    page = sign_in(user, f"/?lang={lang}")
    wrong = []
    # Each theme is a run of its own, each width only another measure of it.
    for theme, way in (("light", by_address), ("dark", by_navigation)):
        page.emulate_media(color_scheme=theme)
        page.wait_for_timeout(800)  # the page is drawn in the other colours first
        settled(page)
        for entry in pages_of(user):
            way(page, entry)
            called(page, translate(entry.title, lang))
            settled(page)
            for width in WIDTHS:
                resize(page, width)
                look = f"{entry.script} {lang} {theme} {width}"
                wrong += [f"{look}: {fault}" for fault in faults(page, width)]
            page.set_viewport_size({"width": WIDTHS[0], "height": HEIGHT})
    assert not wrong, "\n".join(wrong)


def resize(page: Page, width: int) -> None:
    """Look at the page at another width, as it is once it has been laid out again."""
    if page.viewport_size == {"width": width, "height": HEIGHT}:
        return
    page.set_viewport_size({"width": width, "height": HEIGHT})
    page.evaluate("window.laidOut = {size: '', times: 0}")
    page.wait_for_function(STILL, polling=100)


def faults(page: Page, width: int) -> list[str]:
    """What a reader would hold against the page, in words."""
    main = page.locator("[data-testid=stMain]")
    found = []
    for kind in ("stException", "stAlertContentError"):
        shown = page.locator(f"[data-testid={kind}]")
        if shown.count():
            found.append(f"shows an error: {shown.first.inner_text()[:200]}")
    if not main.get_by_role("heading").count():
        found.append("has no heading")
    sideways = main.evaluate("e => e.scrollWidth") - width
    if sideways > 0:
        found.append(f"scrolls sideways by {sideways} pixels at {width}")
    said = main.evaluate(SAID)
    found += [f"cuts {words[:60]!r}" for words in said["cut"]]
    found += [f"says {word!r}" for word in sorted(set(RAW.findall(said["words"])))]
    tall = main.evaluate("e => e.scrollHeight")
    if width >= 1440 and tall > SCREENS * HEIGHT:
        found.append(f"is {tall / HEIGHT:.1f} screens long")
    return found
