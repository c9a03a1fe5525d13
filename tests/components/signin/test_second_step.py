"""Two-step sign-in at the gate: nothing opens between the password and the code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.responses import HTMLResponse
from starlette.routing import Route, Router

from components.signin import Gate
from components.signin.signin import signin_routes
from components.signin.words import WORDS
from data.accounts import Accounts
from data.accounts.sessions import IDLE_SECONDS
from data.installation.home import Home
from tests.asgi import Answer, Browser
from tests.clocks import Clock, code
from tests.signin import PASSWORD, add_account


@pytest.fixture
def accounts(tmp_path: Path, clock: Clock) -> Iterator[Accounts]:
    made = Accounts(Home(tmp_path / "home"), clock=clock)
    add_account(made, "boss")
    yield made
    made.close()


@pytest.fixture
def browser(accounts: Accounts) -> Iterator[Browser]:
    inside = Route("/{page:path}", lambda request: HTMLResponse("the figures"))
    with Browser(Gate(Router([*signin_routes(lambda: accounts), inside]), lambda: accounts)) as it:
        yield it


def enter(browser: Browser, **form: str) -> Answer:
    """Give name and password."""
    return browser.post("/login", {"user": "boss", "password": PASSWORD, **form})


def give(browser: Browser, typed: str, **form: str) -> Answer:
    """Give a code."""
    return browser.post("/second-factor", {"code": typed, **form})


def shown_secret(answer: Answer) -> bytes:
    """The secret that the set-up page shows."""
    import base64

    (text,) = re.findall(r"<code>([A-Z2-7 ]+)</code>", answer.text)
    return base64.b32decode(text.replace(" ", ""))


@pytest.mark.parametrize("path", ["/", "/acquisition", "/password", "/media/file", "/_stcore/x"])
def test_password_alone_opens_nothing(browser: Browser, secret: bytes, path: str):
    assert enter(browser).status == 303
    page = browser.get(path)
    assert "the figures" not in page.text
    assert page.status == 403 or page.headers["location"].startswith("/second-factor")
    part = browser.fetch(path)
    assert (part.status, part.text) == (403, '{"error":"code_missing"}')
    changed = browser.post("/password", {"current": PASSWORD, "new": "x", "again": "x"})
    assert changed.status in (303, 403)


def test_password_and_code_lead_to_the_page_that_was_asked_for(
    browser: Browser, accounts: Accounts, secret: bytes, clock: Clock
):
    assert enter(browser, next="/learning?a=1").headers["location"] == "/learning?a=1"
    asked = browser.get("/learning?a=1")
    assert asked.headers["location"] == "/second-factor?next=/learning%3Fa%3D1"
    half = browser.cookies["edulens_session"]
    assert WORDS["zh"]["code_hint"] in browser.get(asked.headers["location"]).text
    answer = give(browser, code(secret, clock), next="/learning?a=1")
    assert answer.headers["location"] == "/learning?a=1"
    assert "the figures" in browser.get("/learning?a=1").text
    assert browser.cookies["edulens_session"] != half, "a new token for a session that opens"
    assert accounts.sessions.lookup(half) is None
    actions = [line.action for line in accounts.audit.lines()][:2]
    assert actions == ["signed_in", "code_asked"]


def test_a_code_that_was_used_is_refused_at_the_next_sign_in(
    browser: Browser, secret: bytes, clock: Clock
):
    enter(browser)
    now = code(secret, clock)
    assert give(browser, now).status == 303
    browser.post("/logout")
    enter(browser)
    again = give(browser, now)
    assert again.status == 401
    assert WORDS["zh"]["wrong_code"] in again.text
    assert "the figures" not in browser.get("/").text


def test_guesses_at_the_code_wait_also_after_signing_in_anew(
    browser: Browser, secret: bytes, clock: Clock
):
    answers = []
    for _ in range(6):
        browser.post("/logout")
        enter(browser)
        answers.append(give(browser, "000000").status)
    assert answers == [401] * 4 + [429] * 2
    assert "秒后再试" in give(browser, code(secret, clock)).text


def test_a_wall_screen_stays_one_after_the_code(
    browser: Browser, accounts: Accounts, secret: bytes, clock: Clock
):
    enter(browser, all_day="1")
    give(browser, code(secret, clock))
    (session,) = accounts.sessions.live("boss")
    assert session.idle_seconds > IDLE_SECONDS


def test_role_that_must_have_it_sets_it_up_before_anything_opens(
    browser: Browser, accounts: Accounts, clock: Clock
):
    accounts.second_factors.require(["manager"])
    enter(browser)
    assert browser.get("/").headers["location"] == "/second-factor?next=/"
    page = browser.get("/second-factor?next=/learning")
    assert WORDS["zh"]["required"] in page.text
    assert "<svg" in page.text
    secret = shown_secret(page)
    wrong = give(browser, code(secret, clock), do="set", password="not mine")
    assert WORDS["zh"]["wrong_current"] in wrong.text
    wrong = give(browser, "000000", do="set", password=PASSWORD)
    assert (wrong.status, shown_secret(wrong)) == (401, secret)
    answer = give(browser, code(secret, clock), do="set", password=PASSWORD, next="/learning")
    codes = re.findall(r"<li><code>([^<]+)</code></li>", answer.text)
    assert len(codes) == 10
    assert 'href="/learning"' in answer.text
    assert "the figures" in browser.get("/").text
    later = browser.get("/second-factor").text
    assert not any(given in later for given in codes)
    assert "<svg" not in later
    assert "还有 10 个恢复码" in later


def test_page_opened_anew_has_another_secret(browser: Browser):
    enter(browser)
    first, second = (shown_secret(browser.get("/second-factor")) for _ in range(2))
    assert first != second


def test_turning_it_off_and_new_recovery_codes_take_a_code(
    browser: Browser, accounts: Accounts, secret: bytes, clock: Clock
):
    enter(browser)
    give(browser, code(secret, clock))
    clock.now += 30
    assert give(browser, "000000", do="off").status == 401
    assert accounts.second_factors.of("boss")
    answer = give(browser, code(secret, clock), do="codes")
    (code_kept, *_others) = re.findall(r"<li><code>([^<]+)</code></li>", answer.text)
    assert give(browser, code_kept, do="off").headers["location"] == "/second-factor?off=1"
    assert accounts.second_factors.of("boss") is None
    assert WORDS["zh"]["is_off"] in browser.get("/second-factor?off=1").text


def test_new_password_keeps_the_session_that_gave_a_code(
    browser: Browser, secret: bytes, clock: Clock
):
    enter(browser)
    give(browser, code(secret, clock))
    new = {"current": PASSWORD, "new": "my own long one", "again": "my own long one"}
    assert browser.post("/password", new).status == 303
    assert "the figures" in browser.get("/").text


def test_second_step_without_a_session_leads_to_sign_in(browser: Browser):
    assert browser.get("/second-factor").headers["location"].startswith("/login")
    assert browser.post("/second-factor", {"code": "1"}).status in (303, 401)
    foreign = browser.post("/second-factor", {"code": "1"}, origin="https://evil.example")
    assert foreign.status == 403


def test_page_of_the_second_step_speaks_english_and_takes_no_markup(
    browser: Browser, secret: bytes
):
    enter(browser)
    browser.get("/language?to=en&next=/second-factor")
    page = give(browser, "<b>", next='/"><script>alert(1)</script>')
    assert WORDS["en"]["wrong_code"] in page.text
    assert "<script" not in page.text
    assert 'lang="en"' in page.text
