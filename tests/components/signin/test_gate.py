"""The gate: who gets through, what is turned away, how sessions end."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse
from starlette.routing import Mount, Route, Router, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from components.signin import Gate
from components.signin import sockets as gate_sockets
from components.signin.page import palette
from components.signin.requests import local_path
from components.signin.signin import signin_routes
from components.signin.words import WORDS
from data.accounts import Accounts
from data.accounts.sessions import ABSOLUTE_SECONDS, IDLE_SECONDS
from data.installation.home import Home
from tests.asgi import LONGEST_WAIT_SECONDS, Browser, Socket
from tests.clocks import Clock
from tests.signin import PASSWORD, add_account

STREAMLIT_PAGE = (
    '<!DOCTYPE html><html lang="en"><head><title>Streamlit</title>'
    "<script>window.prerenderReady = false</script></head><body></body></html>"
)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with two accounts, to be copied: making one waits for the disk."""
    path = tmp_path_factory.mktemp("gate") / "home"
    made = Accounts(Home(path))
    add_account(made, "manager")
    add_account(made, "head", "campus_head", campuses=["C1"])
    made.close()
    return path


@pytest.fixture
def accounts(prepared: Path, tmp_path: Path, clock: Clock) -> Iterator[Accounts]:
    shutil.copytree(prepared, tmp_path / "home")
    made = Accounts(Home(tmp_path / "home"), clock=clock)
    yield made
    made.close()


@pytest.fixture
def app(accounts: Accounts) -> Gate:
    """The gate around a stand-in for Streamlit that says who it was told is there."""
    return Gate(
        Router(
            [
                *signin_routes(lambda: accounts),
                Route("/favicon.png", lambda request: HTMLResponse("icon")),
                Route("/static/app.js", lambda request: HTMLResponse("js", media_type="text/js")),
                Route("/media/file", lambda request: HTMLResponse("a file")),
                Mount("/sa", Route("/", _identity, methods=["GET", "POST"])),
                WebSocketRoute("/_stcore/stream", _echo),
                Route("/who", _identity, methods=["GET", "POST"]),
                Route("/{page:path}", lambda request: HTMLResponse(STREAMLIT_PAGE)),
            ]
        ),
        lambda: accounts,
        open_prefixes=("/sa",),
    )


@pytest.fixture
def browser(app: Gate) -> Iterator[Browser]:
    with Browser(app) as made:
        yield made


def _identity(request: Request) -> JSONResponse:
    return JSONResponse({k: v for k, v in request.headers.items() if k.startswith("x-edulens")})


async def _echo(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text(socket.headers.get("x-edulens-user", ""))
    with suppress(WebSocketDisconnect):
        while True:
            await socket.send_bytes(await socket.receive_bytes())


def enter(browser: Browser, user: str = "manager", **form: str) -> None:
    """Sign in through the form."""
    answer = browser.post("/login", {"user": user, "password": PASSWORD, **form})
    assert answer.status == 303, answer.text


async def echoed(socket: Socket, said: bytes) -> None:
    """Wait until the application has answered."""
    async with asyncio.timeout(LONGEST_WAIT_SECONDS):
        while not any(message.get("bytes") == said for message in socket.sent):
            await asyncio.sleep(0.005)


async def settle() -> None:
    """Let tasks run that are ready."""
    for _ in range(20):
        await asyncio.sleep(0)


# Without a session


def test_gate_leads_an_anonymous_reader_to_sign_in_and_remembers_where_to(browser: Browser):
    answer = browser.get("/lifecycle/renewal?campus=C1&lang=en")
    assert answer.status == 303
    assert answer.headers["location"] == "/login?next=/lifecycle/renewal%3Fcampus%3DC1%26lang%3Den"


@pytest.mark.parametrize(
    "path",
    [
        "/who",
        "/media/file",
        "/static/app.js",
        "/_stcore/metrics",
        "/_stcore/health",
        "/_stcore/upload_file/a/b",
        "/_stcore/agent/interact",
        "/component/x/index.html",
        "/gate.js",
        "/login/../who",
        "/LOGIN",
        "//login",
        "/healthz/x",
        "/sadly",
    ],
)
def test_gate_refuses_anonymous_requests_for_anything_else(browser: Browser, path: str):
    assert browser.fetch(path).status == 401


@pytest.mark.parametrize("path", ["/media/file", "/_stcore/metrics", "/static/app.js"])
def test_gate_refuses_parts_of_pages_even_when_asked_as_documents(browser: Browser, path: str):
    assert browser.get(path).status == 401


def test_gate_closes_an_anonymous_socket_before_it_opens(browser: Browser):
    async def play() -> Socket:
        socket = Socket(browser)
        await socket.wait()
        return socket

    socket = browser.run(play())
    assert socket.sent == [{"type": "websocket.close", "code": 4401}]


@pytest.mark.parametrize("cookie", ["", "x", "' OR 1=1 --", "a" * 5000])
def test_gate_knows_no_made_up_tokens(browser: Browser, cookie: str):
    browser.cookies["edulens_session"] = cookie
    assert browser.fetch("/who").status == 401


def test_gate_does_not_take_a_sessions_key_for_its_token(browser: Browser, accounts: Accounts):
    accounts.sign_in("manager")
    browser.cookies["edulens_session"] = accounts.sessions.live()[0].key
    assert browser.fetch("/who").status == 401


@pytest.mark.parametrize("name", ["x-edulens-user", "X-EduLens-Sid", "x_edulens_role"])
def test_gate_strips_identity_that_comes_from_outside(app: Gate, browser: Browser, name: str):
    enter(browser, "head")

    async def ask(path: str) -> str:
        scope = browser.scope("http", path, {}) | {"method": "GET"}
        scope["headers"].append((name.encode(), b"forged"))
        sent: list[dict[str, object]] = []

        async def receive() -> dict[str, object]:
            return {"type": "http.request"}

        async def send(message: dict[str, object]) -> None:
            sent.append(message)

        await app(scope, receive, send)
        return str(sent)

    seen = browser.run(ask("/who"))
    assert "forged" not in seen
    assert '"x-edulens-user":"head"' in seen
    assert "forged" not in browser.run(ask("/sa/")), "mounted applications are not to be fooled"


def test_gate_leaves_applications_alone_that_guard_themselves(browser: Browser):
    answer = browser.fetch("/sa/", "POST", origin="https://their.site")
    assert answer.status == 200
    assert "content-security-policy" not in answer.headers


# Signing in


def test_sign_in_page_works_without_script_in_both_languages(browser: Browser):
    page = browser.get("/login?next=/a%22%3E%3Cscript%3E")
    assert page.status == 200
    assert 'lang="zh-CN"' in page.text
    assert "<script" not in page.text
    assert page.text.count("<label") == 3
    assert browser.get("/language?to=en&next=/login?next=/a").headers["location"] == (
        "/login?next=/a"
    )
    page = browser.get("/login")
    assert 'lang="en"' in page.text
    assert "Sign-in name" in page.text


def test_sign_in_pages_have_all_words_in_both_languages():
    assert WORDS["zh"].keys() == WORDS["en"].keys()
    assert all(all(words.values()) for words in WORDS.values())


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("words", "ground"),
    [
        ("ink", "paper"),
        ("quiet", "paper"),
        ("link", "paper"),
        ("red", "red-ground"),
        ("orange", "orange-ground"),
    ],
)
def test_sign_in_pages_can_be_read(scheme: str, words: str, ground: str):
    colours = palette(scheme)
    light, dark = sorted((luminance(colours[words]), luminance(colours[ground])), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5, "WCAG 2.2, 1.4.3"


def luminance(colour: str) -> float:
    """Relative luminance of ``#RRGGBB``, as WCAG defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_sign_in_gives_a_cookie_that_scripts_cannot_read(browser: Browser):
    answer = browser.post("/login", {"user": " Manager ", "password": PASSWORD, "next": "/a?b=1"})
    assert (answer.status, answer.headers["location"]) == (303, "/a?b=1")
    (cookie,) = answer.cookies
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie
    assert "Max-Age" not in cookie
    token = re.match(r"edulens_session=([\w-]+);", cookie)
    assert token
    assert len(token[1]) * 6 >= 128
    who = browser.fetch("/who").text
    assert '"x-edulens-user":"manager"' in who
    assert '"x-edulens-role":"manager"' in who
    assert token[1] not in who, "the script gets the session's key, not its token"


def test_sign_in_under_tls_binds_the_cookie_to_this_host(app: Gate):
    with Browser(app, scheme="https") as browser:
        answer = browser.post("/login", {"user": "manager", "password": PASSWORD})
        (cookie,) = answer.cookies
        assert cookie.startswith("__Host-edulens_session=")
        assert "Secure" in cookie
        assert "max-age=31536000" in browser.get("/").headers["strict-transport-security"]
        browser.cookies["edulens_session"] = browser.cookies.pop("__Host-edulens_session")
        assert browser.fetch("/who").status == 401


@pytest.mark.parametrize(("user", "password"), [("manager", "wrong"), ("nobody", PASSWORD)])
def test_sign_in_does_not_tell_which_of_the_two_is_wrong(
    browser: Browser, user: str, password: str
):
    answer = browser.post("/login", {"user": user, "password": password})
    assert answer.status == 401
    assert WORDS["zh"]["wrong"] in answer.text
    assert not answer.cookies
    assert password not in answer.text


def test_sign_in_slows_guesses_down_without_locking_others_out(
    app: Gate, browser: Browser, clock: Clock
):
    statuses = [
        browser.post("/login", {"user": "manager", "password": "wrong"}).status for _ in range(6)
    ]
    assert statuses == [401, 401, 401, 401, 429, 429]
    answer = browser.post("/login", {"user": "manager", "password": PASSWORD})
    assert answer.status == 429
    assert answer.headers["retry-after"] == "1"
    with Browser(app, ip="10.0.0.2") as another:
        enter(another)
    clock.now += 1.1
    enter(browser)


def test_sign_in_starts_a_new_session_and_ends_the_one_before(browser: Browser, accounts: Accounts):
    enter(browser)
    before = browser.cookies["edulens_session"]
    enter(browser, "head")
    assert browser.cookies["edulens_session"] != before
    assert accounts.sessions.lookup(before) is None
    assert [session.user for session in accounts.sessions.live()] == ["head"]


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "evil.example",
        "/login?next=/",
        "/logout",
        "/ /evil.example",
        "http:///evil.example",
        "",
    ],
)
def test_sign_in_leads_only_to_our_own_pages(browser: Browser, target: str):
    assert local_path(target) == "/"
    answer = browser.post("/login", {"user": "manager", "password": PASSWORD, "next": target})
    assert answer.headers["location"] == "/"
    assert browser.get(f"/language?to=en&next={target!r}").headers["location"] == "/"


@pytest.mark.parametrize("path", ["/login", "/logout", "/password", "/who"])
@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://testserver.evil", ""])
def test_gate_takes_posts_only_from_our_own_pages(browser: Browser, path: str, origin: str):
    enter(browser)
    answer = browser.post(path, {"user": "manager", "password": PASSWORD}, origin=origin)
    assert answer.status == 403
    assert browser.fetch("/who").status == 200


def test_gate_takes_no_post_that_a_browser_calls_foreign(browser: Browser):
    enter(browser)
    assert browser.fetch("/logout", "POST", sec_fetch_site="cross-site").status == 403
    assert browser.fetch("/logout", "POST", sec_fetch_site="same-origin").status == 303


def test_sign_in_form_of_any_size_is_refused_not_read(browser: Browser):
    answer = browser.post("/login", {"user": "manager", "password": PASSWORD + "x" * 20_000})
    assert answer.status == 401


# Sessions end


def test_signing_out_ends_the_session_for_whoever_kept_its_token(browser: Browser):
    enter(browser)
    kept = dict(browser.cookies)
    assert browser.fetch("/who").status == 200
    assert browser.get("/logout").status == 200, "a link alone signs nobody out"
    assert browser.fetch("/who").status == 200
    answer = browser.post("/logout")
    assert answer.headers["location"] == "/login?out=1"
    assert "edulens_session" not in browser.cookies
    browser.cookies.update(kept)
    assert browser.fetch("/who").status == 401
    assert browser.get("/a").headers["location"] == "/login?next=/a&ended=1"


@pytest.mark.parametrize("change", ["sign_out", "role", "disable", "password", "other_process"])
def test_open_sockets_of_all_tabs_end_with_the_session(
    browser: Browser, accounts: Accounts, change: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(gate_sockets, "RECHECK_SECONDS", 0.05)
    enter(browser, "head")
    session = accounts.sessions.live("head")[0]

    def end() -> None:
        if change == "sign_out":
            accounts.sign_out(session)
        elif change == "role":
            accounts.change("head", role="analyst")
        elif change == "disable":
            accounts.disable("head")
        elif change == "password":
            accounts.set_password_hash("head", "$2b$04$" + "x" * 53)
        else:
            with accounts._database.write() as connection:
                connection.execute("UPDATE users SET epoch = epoch + 1")

    async def play() -> list[Socket]:
        tabs = [Socket(browser), Socket(browser)]
        await settle()
        assert [tab.sent[-1].get("text") for tab in tabs] == ["head", "head"]
        await asyncio.to_thread(end)
        for tab in tabs:
            if change == "other_process":  # found out by looking: the tabs end by themselves
                await tab.wait()
            tab.say(b"click")
            await tab.wait()
        return tabs

    for tab in browser.run(play()):
        assert tab.close_code == 4401
        assert {"type": "websocket.send", "bytes": b"click"} not in tab.sent


def test_another_persons_socket_stays_open(app: Gate, browser: Browser, accounts: Accounts):
    enter(browser)
    with Browser(app) as other:
        enter(other, "head")

    async def play() -> Socket:
        mine = Socket(browser)
        await settle()
        accounts.disable("head")
        mine.say(b"click")
        await echoed(mine, b"click")
        mine.task.cancel()
        return mine

    socket = browser.run(play())
    assert socket.close_code is None
    assert socket.sent[-1]["bytes"] == b"click"


def test_socket_from_another_site_is_refused(browser: Browser):
    enter(browser)

    async def play() -> Socket:
        socket = Socket(browser, origin="https://evil.example")
        await socket.wait()
        return socket

    assert browser.run(play()).sent == [{"type": "websocket.close", "code": 4403}]


def test_session_ends_after_half_an_hour_without_activity(browser: Browser, clock: Clock):
    enter(browser)
    for _ in range(3):
        clock.now += IDLE_SECONDS - 1
        assert browser.fetch("/who").status == 200
    clock.now += IDLE_SECONDS + 1
    assert browser.fetch("/who").status == 401


def test_session_ends_after_twelve_hours_however_active(browser: Browser, clock: Clock):
    enter(browser)
    for _ in range(int(ABSOLUTE_SECONDS / 1000)):
        clock.now += 1000
        assert browser.fetch("/who").status == 200
    clock.now += 1000
    assert browser.fetch("/who").status == 401


def test_wall_screen_stays_signed_in_for_twelve_hours(browser: Browser, clock: Clock):
    enter(browser, all_day="1")
    clock.now += ABSOLUTE_SECONDS - 1
    assert browser.fetch("/who").status == 200
    clock.now += 2
    assert browser.fetch("/who").status == 401


def test_only_what_the_viewer_does_keeps_a_session_alive(
    accounts: Accounts, app: Gate, clock: Clock
):
    app._is_activity = lambda data: data == b"click"
    with Browser(app) as browser:
        enter(browser)
        started = clock.now

        async def play(said: bytes) -> float:
            socket = Socket(browser)
            await settle()
            clock.now += 600
            socket.say(said)
            await echoed(socket, said)
            socket.task.cancel()
            return accounts.sessions.live()[0].seen_at

        assert browser.run(play(b"refresh")) == started
        assert browser.run(play(b"click")) == started + 1200


# A password of one's own


def test_one_time_password_leads_to_a_password_of_ones_own_first(
    browser: Browser, accounts: Accounts
):
    once = accounts.one_time_password("head")
    answer = browser.post("/login", {"user": "head", "password": once, "next": "/a"})
    first = browser.get(answer.headers["location"])
    assert first.headers["location"] == "/password?next=/a"
    assert browser.get("/b").headers["location"] == "/password?next=/b"
    assert browser.fetch("/who").status == 403

    async def play() -> Socket:
        socket = Socket(browser)
        await socket.wait()
        return socket

    assert browser.run(play()).close_code == 4403
    before = browser.cookies["edulens_session"]
    own = {"current": once, "new": "my own long one", "again": "my own long one", "next": "/b"}
    answer = browser.post("/password", own)
    assert (answer.status, answer.headers["location"]) == (303, "/b")
    assert accounts.sessions.lookup(before) is None
    assert browser.fetch("/who").status == 200


@pytest.mark.parametrize(
    ("form", "word"),
    [
        ({"current": "wrong", "new": "my own long one"}, "wrong_current"),
        ({"new": "my own long one", "again": "another"}, "differ"),
        ({"new": PASSWORD}, "same"),
        ({"new": "short"}, "short"),
        ({"new": "x1" * 40}, "long"),
        ({"new": "Password123"}, "common"),
        ({"new": "aaaaaaaaaa"}, "repeated"),
        ({"new": ""}, "short"),
    ],
)
def test_password_page_refuses_in_words(
    browser: Browser, accounts: Accounts, form: dict[str, str], word: str
):
    enter(browser, "head")
    answer = browser.post("/password", {"current": PASSWORD, "again": form["new"], **form})
    assert answer.status == 400
    assert WORDS["zh"][word] in answer.text
    assert browser.fetch("/who").status == 200
    assert accounts.audit.lines(action="password_set") == []


# Headers


def test_dashboard_page_is_ours_and_evaluates_no_text(browser: Browser):
    enter(browser)
    page = browser.get("/a")
    assert '<html lang="zh-CN">' in page.text
    assert "<title>EduLens</title>" in page.text
    assert '<script src="/gate.js"></script>' in page.text
    assert int(page.headers["content-length"]) == len(page.body)
    policy = page.headers["content-security-policy"]
    assert "unsafe-eval" not in policy
    assert "'unsafe-inline'" not in policy.split("style-src")[0]
    assert "frame-ancestors 'self'" in policy
    assert "'sha256-" in policy.split("style-src")[0], (
        "Streamlit's inline script is allowed by hash"
    )
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["x-content-type-options"] == "nosniff"
    browser.get("/language?to=en")
    assert '<html lang="en">' in browser.get("/a").text


def test_files_are_not_kept_and_run_no_script(browser: Browser):
    enter(browser)
    answer = browser.fetch("/media/file")
    assert answer.headers["cache-control"] == "no-store"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert "cache-control" not in browser.fetch("/static/app.js").headers


def test_language_is_remembered_with_the_account(browser: Browser, app: Gate, accounts: Accounts):
    enter(browser)
    browser.get("/language?to=en")
    browser.get("/language?to=xx")
    assert accounts.get("manager").language == "en"
    with Browser(app) as elsewhere:
        enter(elsewhere)
        assert elsewhere.cookies["edulens_lang"] == "en"
