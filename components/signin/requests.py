"""What the gate asks of a request: where from, which session, which language."""

from __future__ import annotations

from urllib.parse import parse_qsl, quote, urlsplit

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection, Request
from starlette.types import Scope

from data.accounts.accounts import LANGUAGES

SESSION_COOKIE = "edulens_session"
LANGUAGE_COOKIE = "edulens_lang"
LARGEST_FORM = 16_384  # bytes
NO_PAGES = ("/_stcore/", "/media/", "/static/", "/component/")  # parts of a page, never one
OWN_PAGES = ("/login", "/logout", "/password", "/second-factor", "/language")


def is_secure(scope: Scope) -> bool:
    """Whether the browser speaks TLS, to us or to a proxy that says so."""
    return scope.get("scheme") in ("https", "wss")


def session_cookie(scope: Scope) -> str:
    """The session cookie's name; under TLS the browser itself guards its flags."""
    return f"__Host-{SESSION_COOKIE}" if is_secure(scope) else SESSION_COOKIE


def token_of(connection: HTTPConnection) -> str | None:
    """The session token that the browser sent."""
    return connection.cookies.get(session_cookie(connection.scope))


def language_of(connection: HTTPConnection) -> str:
    """The reader's language: "zh" unless they chose "en"."""
    chosen = connection.cookies.get(LANGUAGE_COOKIE, "")
    return chosen if chosen in LANGUAGES else LANGUAGES[0]


def ip_of(connection: HTTPConnection) -> str:
    """The client's address."""
    return connection.client.host if connection.client else ""


def same_origin(headers: Headers) -> bool:
    """Whether a request that changes something comes from our own pages.

    Browsers send ``Origin`` with every POST and every WebSocket; programs that send
    neither it nor ``Sec-Fetch-Site`` carry no one's cookies by accident.
    """
    origin = headers.get("origin")
    if origin is not None:
        return bool(origin) and urlsplit(origin).netloc.lower() == headers.get("host", "").lower()
    return headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none")


def wants_page(scope: Scope, headers: Headers) -> bool:
    """Whether a browser asks for a document, not for something inside one."""
    if scope.get("method") not in ("GET", "HEAD") or scope["path"].startswith(NO_PAGES):
        return False
    asked_for = headers.get("sec-fetch-dest")
    return asked_for == "document" if asked_for else "text/html" in headers.get("accept", "")


def local_path(target: str, *, own_pages: bool = False) -> str:
    """Where to go next: a path of ours, never another site.

    The gate's own pages count only with ``own_pages``: after sign-in they would be a loop.
    """
    # TRICKY: browsers drop tabs and line ends and read "\" as "/", so "/\t/evil" leaves us.
    if any(ord(letter) < 33 or letter == "\\" for letter in target):
        return "/"
    try:
        parts = urlsplit(target)
    except ValueError:
        return "/"
    if parts.scheme or parts.netloc or not target.startswith("/") or target.startswith("//"):
        return "/"
    return "/" if parts.path.rstrip("/") in OWN_PAGES and not own_pages else target


def next_of(scope: Scope) -> str:
    """The path and query asked for, quoted as a value of ``next``."""
    query = scope.get("query_string", b"").decode("latin-1")
    return quote(scope["path"] + (f"?{query}" if query else ""), safe="/")


async def form_of(request: Request) -> dict[str, str]:
    """The fields of a submitted form; the last of a name counts, too large ones are none."""
    body = bytearray()
    async for chunk in request.stream():
        body.extend(chunk)
        if len(body) > LARGEST_FORM:
            return {}
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=20))
    except ValueError:
        return {}
