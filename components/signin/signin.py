"""Routes of the gate: sign in (in two steps), sign out, password, language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

import anyio
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from components.signin import page
from components.signin.headers import gate_script
from components.signin.requests import (
    LANGUAGE_COOKIE,
    form_of,
    ip_of,
    is_secure,
    language_of,
    local_path,
    session_cookie,
    token_of,
)
from components.signin.second_step import SecondStep
from components.signin.words import WORDS
from data.accounts import Accounts
from data.accounts.accounts import WrongPassword
from data.accounts.passwords import PasswordRefused
from data.accounts.sessions import ABSOLUTE_SECONDS, CODE, PASSWORD
from data.accounts.throttle import TooManyAttempts

_WAITING = 64  # people at the door; more are asked to come back
_YEAR_SECONDS = 365 * 86_400

Sample = Callable[[], Mapping[str, str]]


def signin_routes(accounts: Callable[[], Accounts], sample: Sample = dict) -> list[Route]:
    """The routes. ``sample`` gives sample accounts and passwords to show, else nothing."""
    pages = _Pages(accounts, sample)
    second = SecondStep(accounts, start=pages.start, slowly=pages.slowly)
    return [
        Route("/login", pages.login, methods=["GET", "POST"]),
        Route("/logout", pages.logout, methods=["GET", "POST"]),
        Route("/password", pages.password, methods=["GET", "POST"]),
        Route("/second-factor", second.answer, methods=["GET", "POST"]),
        Route("/language", pages.language, methods=["GET"]),
        Route("/gate.js", gate_script),
    ]


class _Pages:
    def __init__(self, accounts: Callable[[], Accounts], sample: Sample) -> None:
        self._accounts = accounts
        self._sample = sample
        self._waiting = 0
        self._limiter: anyio.CapacityLimiter | None = None

    async def login(self, request: Request) -> Response:
        """Ask for name and password, or check them and start a session."""
        if request.method == "GET":
            return self._ask(request)
        form = await form_of(request)
        target, user = local_path(form.get("next", "/")), form.get("user", "").strip().lower()
        words = WORDS[language_of(request)]
        try:
            account = await self.slowly(
                self._accounts().authenticate, user, form.get("password", ""), ip_of(request)
            )
        except TooManyAttempts as error:
            wait = page.alert(words["wait"].format(seconds=error.retry_after))
            refused = self._sign_in_page(request, target, wait, user, 429)
            refused.headers["retry-after"] = str(error.retry_after)
            return refused
        except WrongPassword:
            return self._sign_in_page(request, target, page.alert(words["wrong"]), user, 401)
        if account is None:
            return self._sign_in_page(request, target, page.alert(words["busy"]), user, 503)
        answer = RedirectResponse(target, 303)
        await self.start(request, answer, account.user, all_day=form.get("all_day") == "1")
        if account.language:
            _set_language(request, answer, account.language)
        return answer

    def _ask(self, request: Request) -> Response:
        words = WORDS[language_of(request)]
        target = local_path(request.query_params.get("next", "/"))
        if self._accounts().sessions.lookup(token_of(request)):
            return RedirectResponse(target, 303)
        message = ""
        if "out" in request.query_params:
            message = page.note(words["signed_out"])
        elif "ended" in request.query_params:
            message = page.note(words["ended"])
        return self._sign_in_page(request, target, message)

    async def logout(self, request: Request) -> Response:
        """End the session; only a POST does, so that no link or image signs anybody out."""
        if request.method == "GET":
            language = language_of(request)
            return page.document(language, "sign_out", page.sign_out_form(language))
        accounts = self._accounts()
        session = accounts.sessions.lookup(token_of(request))
        if session is not None:
            await anyio.to_thread.run_sync(accounts.sign_out, session)
        answer = RedirectResponse("/login?out=1", 303)
        answer.delete_cookie(
            session_cookie(request.scope), secure=is_secure(request.scope), httponly=True
        )
        return answer

    async def password(self, request: Request) -> Response:
        """Change the password; all sessions end and this browser gets a new one."""
        session = self._accounts().sessions.lookup(token_of(request))
        if session is None or session.waits_for == CODE:
            return RedirectResponse("/login?ended=1", 303)
        if request.method == "GET":
            target = local_path(request.query_params.get("next", "/"))
            return self._password_page(request, target, forced=session.waits_for == PASSWORD)
        words = WORDS[language_of(request)]
        form = await form_of(request)
        target = local_path(form.get("next", "/"))
        problem = await self._change(session.user, form, ip_of(request), words)
        if problem:
            return self._password_page(
                request,
                target,
                forced=session.waits_for == PASSWORD,
                message=page.alert(problem),
                status=400,
            )
        answer = RedirectResponse(target, 303)
        # Who came this far has given the code, where there is one.
        await self.start(request, answer, session.user, is_verified=True)
        return answer

    async def language(self, request: Request) -> Response:
        """Choose the language: a cookie, and remembered with the account."""
        chosen = request.query_params.get("to", "")
        target = local_path(request.query_params.get("next", "/"), own_pages=True)
        answer = RedirectResponse(target, 303)
        if chosen in WORDS:
            accounts = self._accounts()
            session = accounts.sessions.lookup(token_of(request))
            if session is not None:
                await anyio.to_thread.run_sync(accounts.set_language, session.user, chosen)
            _set_language(request, answer, chosen)
        return answer

    async def _change(
        self, user: str, form: Mapping[str, str], ip: str, words: Mapping[str, str]
    ) -> str:
        """Change a password; gives a sentence if it could not be changed."""
        current, new = form.get("current", "").strip(), form.get("new", "").strip()
        if new != form.get("again", "").strip():
            return words["differ"]
        if new == current:
            return words["same"]
        accounts = self._accounts()
        try:
            known = await self.slowly(accounts.authenticate, user, current, ip)
            if known is not None:
                await anyio.to_thread.run_sync(lambda: accounts.set_password(user, new, actor=user))
            sentence = words["busy"] if known is None else ""
        except WrongPassword:
            sentence = words["wrong_current"]
        except TooManyAttempts as error:
            sentence = words["wait"].format(seconds=error.retry_after)
        except PasswordRefused as error:
            sentence = words[error.reason]
        return sentence

    async def slowly(self, check: Callable[..., Any], *given: str) -> Any:
        """The result of a password check, two at a time; None if too many people wait.

        Hashing takes a tenth of a second and 64 MiB: unbounded, guesses would keep
        everybody else's pages from loading.
        """
        if self._waiting >= _WAITING:
            return None
        self._limiter = self._limiter or anyio.CapacityLimiter(2)
        self._waiting += 1
        try:
            return await anyio.to_thread.run_sync(check, *given, limiter=self._limiter)
        finally:
            self._waiting -= 1

    async def start(
        self,
        request: Request,
        answer: Response,
        user: str,
        *,
        all_day: bool = False,
        is_verified: bool = False,
    ) -> None:
        """Start a session in this browser; the one it had before ends."""
        accounts = self._accounts()
        before = accounts.sessions.lookup(token_of(request))
        if before is not None:
            await anyio.to_thread.run_sync(accounts.sessions.revoke, before.key)
        token = await anyio.to_thread.run_sync(
            lambda: accounts.sign_in(user, ip_of(request), all_day=all_day, is_verified=is_verified)
        )
        answer.set_cookie(
            session_cookie(request.scope), token, path="/", httponly=True, samesite="lax",
            secure=is_secure(request.scope), max_age=int(ABSOLUTE_SECONDS) if all_day else None,
        )  # fmt: skip

    def _sign_in_page(
        self, request: Request, target: str, message: str, user: str = "", status: int = 200
    ) -> HTMLResponse:
        language = language_of(request)
        form = page.sign_in_form(
            language, target=target, user=user, message=message, sample=self._sample()
        )
        switch = _switch(language, f"/login?next={quote(target, safe='/')}")
        return page.document(language, "sign_in", form, switch=switch, status=status)

    def _password_page(
        self, request: Request, target: str, *, forced: bool, message: str = "", status: int = 200
    ) -> HTMLResponse:
        language = language_of(request)
        form = page.password_form(language, target=target, forced=forced, message=message)
        return page.document(language, "change_password", form, status=status)


def _switch(language: str, back: str) -> str:
    return f"/language?to={'en' if language == 'zh' else 'zh'}&next={quote(back, safe='/')}"


def _set_language(request: Request, answer: Response, language: str) -> None:
    answer.set_cookie(
        LANGUAGE_COOKIE, language, max_age=_YEAR_SECONDS, path="/", httponly=True,
        samesite="lax", secure=is_secure(request.scope),
    )  # fmt: skip
