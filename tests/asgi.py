"""A browser for ASGI applications: cookies, forms and sockets, without a network."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any, Self
from urllib.parse import urlencode, urlsplit

Headers = list[tuple[bytes, bytes]]

# Only for what never comes: what comes is waited for as long as a busy machine needs.
LONGEST_WAIT_SECONDS = 300


@dataclass
class Answer:
    """A response: status, lower-case headers (the last of a name), body."""

    status: int
    headers: dict[str, str]
    body: bytes
    cookies: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return self.body.decode()


class Browser:
    """Sends requests to an app on one event loop and keeps cookies, as one browser does."""

    def __init__(self, app: Any, *, ip: str = "10.0.0.1", scheme: str = "http") -> None:
        self.app = app
        self.ip = ip
        self.scheme = scheme
        self.cookies: dict[str, str] = {}
        self._runner = asyncio.Runner()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._runner.close()

    def run(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        """Run something on this browser's loop."""
        return self._runner.run(coroutine)

    def get(self, path: str, **headers: str) -> Answer:
        """Ask for a document, as following a link does."""
        return self.run(self.request("GET", path, {"accept": "text/html", **headers}))

    def fetch(self, path: str, method: str = "GET", **headers: str) -> Answer:
        """Ask for a part of a page, as a script does."""
        return self.run(self.request(method, path, {"accept": "*/*", **headers}))

    def post(self, path: str, form: dict[str, str] | None = None, **headers: str) -> Answer:
        """Send a form from one of our own pages."""
        given = {
            "accept": "text/html",
            "content-type": "application/x-www-form-urlencoded",
            "origin": f"{self.scheme}://testserver",
            **headers,
        }
        return self.run(self.request("POST", path, given, urlencode(form or {}).encode()))

    async def request(
        self, method: str, path: str, headers: dict[str, str], body: bytes = b""
    ) -> Answer:
        """One request and its whole answer."""
        scope = self.scope("http", path, headers) | {"method": method}
        messages = [{"type": "http.request", "body": body}]
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            if not messages:
                await asyncio.Event().wait()  # the browser stays until it has its answer
            return messages.pop(0)

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        await self.app(scope, receive, send)
        start, *parts = sent
        set_cookies = [v.decode() for k, v in start["headers"] if k == b"set-cookie"]
        for line in set_cookies:
            for name, morsel in SimpleCookie(line).items():
                self.cookies.pop(name, None)
                if morsel["max-age"] != "0":
                    self.cookies[name] = morsel.value
        return Answer(
            start["status"],
            {k.decode().lower(): v.decode() for k, v in start["headers"]},
            b"".join(part.get("body", b"") for part in parts),
            set_cookies,
        )

    def scope(self, kind: str, path: str, headers: dict[str, str]) -> dict[str, Any]:
        """An ASGI scope with this browser's address and cookies."""
        parts = urlsplit(path)
        given = {"host": "testserver"} | {k.replace("_", "-"): v for k, v in headers.items()}
        if self.cookies:
            given["cookie"] = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        return {
            "type": kind,
            "path": parts.path,
            "raw_path": parts.path.encode(),
            "query_string": parts.query.encode(),
            "root_path": "",
            "scheme": self.scheme if kind == "http" else self.scheme.replace("http", "ws"),
            "headers": [(k.encode(), v.encode("latin-1")) for k, v in given.items()],
            "client": (self.ip, 1),
            "server": ("testserver", 80),
            "subprotocols": [],
        }


class Socket:
    """An open WebSocket: what came out is in ``sent``; ``say`` puts something in."""

    def __init__(self, browser: Browser, path: str = "/_stcore/stream", **headers: str) -> None:
        self.sent: list[dict[str, Any]] = []
        self._incoming: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._incoming.put_nowait({"type": "websocket.connect"})
        scope = browser.scope("websocket", path, headers)
        self.task = asyncio.ensure_future(browser.app(scope, self._incoming.get, self._send))

    async def _send(self, message: dict[str, Any]) -> None:
        self.sent.append(message)

    def say(self, data: bytes) -> None:
        self._incoming.put_nowait({"type": "websocket.receive", "bytes": data})

    @property
    def close_code(self) -> int | None:
        """The code with which the server closed, None while it is open."""
        codes = [m.get("code", 1000) for m in self.sent if m["type"] == "websocket.close"]
        return codes[0] if codes else None

    async def wait(self) -> None:
        """Wait for the server to be done with this socket; fail where it never is."""
        await asyncio.wait_for(self.task, LONGEST_WAIT_SECONDS)
