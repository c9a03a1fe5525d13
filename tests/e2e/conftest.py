"""A served sample institution and a browser to walk it with."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from benchmarks.serving import CHROMIUM, ROOT, serving
from data.accounts.sample import sample_password
from data.installation.home import Home

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# A script ends before the browser has drawn what it sent: the frame must be there, and the
# document unchanged for a while.
DRAWN = """() => {
  const now = performance.now()
  if (!window.drawing) {
    window.drawing = {last: now}
    new MutationObserver(() => { window.drawing.last = performance.now() })
      .observe(document, {subtree: true, childList: true, characterData: true})
  }
  return document.querySelector("[data-testid=stApp][data-test-script-state=notRunning]")
    && document.querySelector(".st-key-frame_search button")
    && now - window.drawing.last > 400
}"""
expect.set_options(timeout=20_000)


@dataclass(frozen=True)
class Served:
    """A running application and the password of its sample accounts."""

    url: str
    password: str
    home: Path


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The application over a small sample institution."""
    folder: Path = tmp_path_factory.mktemp("e2e")
    home = folder / "home"
    subprocess.run(
        [sys.executable, "-m", "data", "sample", "--scale", "0.25"],
        cwd=ROOT,
        env={**os.environ, "EDULENS_HOME": str(home)},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    with serving(home, log=folder / "server.log") as (port, _):
        yield Served(f"http://127.0.0.1:{port}", sample_password(Home(home)), home)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium, without a window."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def sign_in(served: Served, browser: Browser) -> Iterator[Callable[..., Page]]:
    """Sign in as a user and come out on a page; each call is a browser of its own."""
    contexts = []

    def signed_in(
        user: str, path: str = "/", *, width: int = 1440, theme: str = "light", lang: str = "zh-CN"
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if theme == "dark" else "light",
            locale=lang,
            accept_downloads=True,
        )
        contexts.append(context)
        page = context.new_page()
        page.goto(f"{served.url}{path}")
        page.fill("input[name=user]", user)
        page.fill("input[name=password]", served.password)
        page.press("input[name=password]", "Enter")
        settled(page)
        return page

    yield signed_in
    for context in contexts:
        context.close()


def settled(page: Page) -> None:
    """Wait until the page has been drawn and nothing runs."""
    page.wait_for_function(DRAWN, polling=100, timeout=60_000)
