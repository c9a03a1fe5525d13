"""The gate: nobody reaches a page, a socket or a file without a live session."""

from __future__ import annotations

from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from components.signin.headers import add_headers, secured
from components.signin.requests import language_of, next_of, same_origin, token_of, wants_page
from components.signin.sockets import REFUSED, SESSION_ENDED, IsActivity, Sockets
from data.accounts import Accounts, Session
from data.accounts.sessions import CODE, ENROLMENT, PASSWORD

OPEN_PATHS = frozenset({"/login", "/language", "/healthz", "/favicon.ico", "/favicon.png"})
# What a session must do first: where that is done, and what anything else is refused with.
_FIRST = {
    CODE: ("/second-factor", "code_missing"),
    PASSWORD: ("/password", "password_not_yet_yours"),
    ENROLMENT: ("/second-factor", "second_factor_missing"),
}
_OURS = b"x-edulens-"
_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


class Gate:
    """ASGI middleware around the whole application.

    It removes identity headers that came from outside, finds the session of the cookie
    and puts name, role and session key on as headers, which Streamlit shows as
    ``st.user`` (``server.trustedUserHeaders``). Without a session a document leads to
    the sign-in page, anything else is refused.

    ``accounts`` gives the accounts at first use, since middleware is made before the
    installation is opened. ``open_prefixes`` are applications that guard themselves
    (the collector). ``is_activity`` says whether a WebSocket message is something the
    viewer did, and so keeps the session from idling out.
    """

    def __init__(
        self,
        app: ASGIApp,
        accounts: Callable[[], Accounts],
        open_prefixes: tuple[str, ...] = (),
        is_activity: IsActivity = bool,
    ) -> None:
        self._app = app
        self._accounts = accounts
        self._open_prefixes = open_prefixes
        self._is_activity = is_activity
        self._sockets = Sockets()
        self._listening: Accounts | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let through, turn away or lead to the sign-in page."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        scope = {**scope, "headers": [pair for pair in scope["headers"] if not _forged(pair[0])]}
        if self._guards_itself(scope["path"]):
            await self._app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        token = token_of(connection)
        session = self._open_accounts().sessions.lookup(token)
        if scope["type"] == "websocket":
            await self._socket(scope, receive, send, session)
            return
        answer = self._refusal(scope, session, came_with_session=token is not None)
        if answer is not None:
            add_headers(answer.headers, scope)
            await answer(scope, receive, send)
            return
        if session is not None:
            sessions = self._open_accounts().sessions
            if sessions.is_due(session):
                await run_in_threadpool(sessions.touch, session)
            scope["headers"] += _identity(session)
        if wants_page(scope, connection.headers):
            # The page is rewritten: it must come whole, unpacked and fresh.
            scope["headers"] = [pair for pair in scope["headers"] if pair[0] not in _CONDITIONS]
        await self._app(scope, receive, secured(scope, send, language_of(connection)))

    async def _socket(
        self, scope: Scope, receive: Receive, send: Send, session: Session | None
    ) -> None:
        refused = SESSION_ENDED if session is None else 0
        if session is not None and (session.waits_for or not same_origin(Headers(scope=scope))):
            refused = REFUSED
        if session is None or refused:
            await receive()
            await send({"type": "websocket.close", "code": refused})
            return
        scope["headers"] += _identity(session)
        await self._sockets.serve(
            self._app, scope, receive, send, session=session,
            sessions=self._open_accounts().sessions, is_activity=self._is_activity,
        )  # fmt: skip

    def _refusal(
        self, scope: Scope, session: Session | None, *, came_with_session: bool
    ) -> Response | None:
        """The answer to a request that goes no further."""
        headers, path = Headers(scope=scope), scope["path"]
        if scope["method"] not in _SAFE_METHODS and not same_origin(headers):
            return JSONResponse({"error": "other_origin"}, 403)
        if path in OPEN_PATHS:
            return None
        if session is None:
            ended = "&ended=1" if came_with_session else ""
            page, error, status = f"/login?next={next_of(scope)}{ended}", "sign_in_required", 401
        elif session.waits_for and path not in (_FIRST[session.waits_for][0], "/logout"):
            first, error = _FIRST[session.waits_for]
            page, status = f"{first}?next={next_of(scope)}", 403
        else:
            return None
        if wants_page(scope, headers):
            return RedirectResponse(page, 303)
        return JSONResponse({"error": error}, status)

    def _guards_itself(self, path: str) -> bool:
        return any(
            path == prefix or path.startswith(f"{prefix}/") for prefix in self._open_prefixes
        )

    def _open_accounts(self) -> Accounts:
        accounts = self._accounts()
        if accounts is not self._listening:
            self._listening = accounts
            accounts.sessions.on_end(self._sockets.end)
        return accounts


_CONDITIONS = frozenset({b"accept-encoding", b"if-none-match", b"if-modified-since", b"range"})


def _forged(name: bytes) -> bool:
    return name.lower().replace(b"_", b"-").startswith(_OURS)


def _identity(session: Session) -> list[tuple[bytes, bytes]]:
    return [
        (b"x-edulens-user", session.user.encode()),
        (b"x-edulens-role", session.role.encode()),
        (b"x-edulens-sid", session.key.encode()),
    ]
