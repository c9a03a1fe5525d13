"""Open WebSockets: each ends with its session, at once and in every tab."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress

from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from data.accounts import Session
from data.accounts.sessions import Sessions

SESSION_ENDED = 4401
REFUSED = 4403
RECHECK_SECONDS = 2.0  # sessions revoked by another process (the command line) end within this

IsActivity = Callable[[bytes], bool]
_Ending = tuple[asyncio.AbstractEventLoop, asyncio.Event]


class Sockets:
    """The sockets of this process by session key."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: defaultdict[str, set[_Ending]] = defaultdict(set)

    def end(self, key: str) -> None:
        """End all sockets of a session; may be called from any thread."""
        with self._lock:
            endings = list(self._open.get(key, ()))
        for loop, event in endings:
            with suppress(RuntimeError):  # a loop that has closed took its sockets along
                loop.call_soon_threadsafe(event.set)

    async def serve(
        self,
        app: ASGIApp,
        scope: Scope,
        receive: Receive,
        send: Send,
        *,
        session: Session,
        sessions: Sessions,
        is_activity: IsActivity,
    ) -> None:
        """Run the app on a socket for as long as its session lives."""
        ended = asyncio.Event()
        ending = (asyncio.get_running_loop(), ended)
        with self._lock:
            self._open[session.key].add(ending)
        guarded = _Guarded(
            receive, send, ended, session=session, sessions=sessions, is_activity=is_activity
        )
        try:
            await app(scope, guarded.receive, guarded.send)
        finally:
            guarded.stop()
            with self._lock:
                self._open[session.key].discard(ending)
                if not self._open[session.key]:
                    del self._open[session.key]


class _Guarded:
    """One socket's two directions, cut when its session ends."""

    def __init__(
        self,
        receive: Receive,
        send: Send,
        ended: asyncio.Event,
        *,
        session: Session,
        sessions: Sessions,
        is_activity: IsActivity,
    ) -> None:
        self._receive = receive
        self._send = send
        self._ended = ended
        self._session = session
        self._sessions = sessions
        self._is_activity = is_activity
        self._waiting_for_end = asyncio.ensure_future(ended.wait())
        self._closed = False
        self._checked_at = time.monotonic()

    async def receive(self) -> Message:
        coming = asyncio.ensure_future(self._receive())
        try:
            while not self._is_over():
                await asyncio.wait(
                    {coming, self._waiting_for_end},
                    timeout=RECHECK_SECONDS,
                    return_when=asyncio.FIRST_COMPLETED,
                )
                if coming.done() and not self._is_over():
                    await self._count(coming.result())
                    if not self._ended.is_set():
                        return coming.result()
        finally:
            if not coming.done():
                coming.cancel()
        if not self._closed:
            self._closed = True
            await self._send({"type": "websocket.close", "code": SESSION_ENDED})
        return {"type": "websocket.disconnect", "code": SESSION_ENDED}

    async def send(self, message: Message) -> None:
        if not self._closed and not self._ended.is_set():
            await self._send(message)

    def stop(self) -> None:
        self._waiting_for_end.cancel()

    def _is_over(self) -> bool:
        now = time.monotonic()
        if not self._ended.is_set() and now - self._checked_at >= RECHECK_SECONDS:
            self._checked_at = now
            if self._sessions.find(self._session.key) is None:
                self._ended.set()
        return self._ended.is_set()

    async def _count(self, message: Message) -> None:
        """Count what the viewer did as activity of the session."""
        if message["type"] != "websocket.receive" or not self._sessions.is_due(self._session):
            return
        if not self._is_activity(message.get("bytes") or b""):
            return
        still = await run_in_threadpool(self._sessions.touch, self._session)
        if still is None:
            self._ended.set()
        else:
            self._session = still
