"""Two-step sign-in at the gate: ask for the code, set it up, look after it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol
from urllib.parse import quote

import anyio
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from components.signin import page, second_step_page
from components.signin.requests import form_of, ip_of, language_of, local_path, token_of
from components.signin.words import WORDS
from data.accounts import Accounts, Session
from data.accounts.accounts import WrongPassword
from data.accounts.second_factor import WrongCode
from data.accounts.sessions import ABSOLUTE_SECONDS, CODE, ENROLMENT
from data.accounts.throttle import TooManyAttempts

PATH = "/second-factor"
Slowly = Callable[..., Awaitable[Any]]


class Start(Protocol):
    """Starts a session in the browser that asked, in the place of the one it had."""

    async def __call__(
        self, request: Request, answer: Response, user: str, *, all_day: bool, is_verified: bool
    ) -> None: ...


class SecondStep:
    """The page ``/second-factor``; what it shows hangs on how far the session is.

    ``start`` begins a session, ``slowly`` runs a password check behind others' checks.
    """

    def __init__(self, accounts: Callable[[], Accounts], *, start: Start, slowly: Slowly) -> None:
        self._accounts = accounts
        self._start = start
        self._slowly = slowly

    async def answer(self, request: Request) -> Response:
        """Show what the session is to do, or do it."""
        session = self._accounts().sessions.lookup(token_of(request))
        if session is None:
            return RedirectResponse("/login?ended=1", 303)
        if request.method == "GET":
            message = ""
            if "off" in request.query_params:
                message = page.note(WORDS[language_of(request)]["is_off"])
            return self._page(request, session, request.query_params.get("next", "/"), message)
        form = await form_of(request)
        does = {"set": self._set_up, "codes": self._new_codes, "off": self._turn_off}
        do = self._verify if session.waits_for == CODE else does.get(form.get("do", ""))
        if do is None:
            return self._page(request, session, form.get("next", "/"))
        words = WORDS[language_of(request)]
        try:
            return await do(request, session, form)
        except TooManyAttempts as error:
            sentence, status = words["wait"].format(seconds=error.retry_after), 429
        except WrongCode:
            sentence, status = words["wrong_code"], 401
        except WrongPassword:
            sentence, status = words["wrong_current"], 401
        return self._page(
            request, session, form.get("next", "/"), page.alert(sentence), again=True, status=status
        )

    def _page(
        self, request: Request, session: Session, target: str, message: str = "",
        *, again: bool = False, status: int = 200,
    ) -> Response:  # fmt: skip
        language, target = language_of(request), local_path(target)
        factors = self._accounts().second_factors
        its = factors.of(session.user)
        if session.waits_for == CODE:
            body = second_step_page.code_form(language, target=target, message=message)
        elif its is not None:
            body = second_step_page.state_form(
                language, target=target, message=message, recovery_left=its.recovery_left
            )
        else:
            # A wrong code is put right with the same secret; who comes anew gets another.
            pending = factors.pending(session.user) if again else None
            body = second_step_page.set_up_form(
                language, target=target, message=message, user=session.user,
                secret=pending or factors.begin(session.user),
                is_required=session.waits_for == ENROLMENT,
            )  # fmt: skip
        switch = f"/language?to={'en' if language == 'zh' else 'zh'}&next={quote(PATH, safe='/')}"
        return page.document(language, "second_step", body, switch=switch, status=status)

    async def _verify(
        self, request: Request, session: Session, form: Mapping[str, str]
    ) -> Response:
        check = self._accounts().second_factors.check
        await anyio.to_thread.run_sync(check, session.user, form.get("code", ""))
        answer = RedirectResponse(local_path(form.get("next", "/")), 303)
        await self._start_verified(request, answer, session)
        return answer

    async def _set_up(
        self, request: Request, session: Session, form: Mapping[str, str]
    ) -> Response:
        accounts, language = self._accounts(), language_of(request)
        password = form.get("password", "")
        known = await self._slowly(accounts.authenticate, session.user, password, ip_of(request))
        if known is None:
            busy = page.alert(WORDS[language]["busy"])
            target = form.get("next", "/")
            return self._page(request, session, target, busy, again=True, status=503)
        codes = await anyio.to_thread.run_sync(
            accounts.confirm_second_factor, session.user, form.get("code", "")
        )
        answer = _codes(request, form, codes)
        await self._start_verified(request, answer, session)
        return answer

    async def _new_codes(
        self, request: Request, session: Session, form: Mapping[str, str]
    ) -> Response:
        make = self._accounts().second_factors.new_recovery_codes
        codes = await anyio.to_thread.run_sync(make, session.user, form.get("code", ""))
        return _codes(request, form, codes)

    async def _turn_off(
        self, request: Request, session: Session, form: Mapping[str, str]
    ) -> Response:
        factors = self._accounts().second_factors
        await anyio.to_thread.run_sync(factors.check, session.user, form.get("code", ""))
        await anyio.to_thread.run_sync(factors.forget, session.user)
        return RedirectResponse(f"{PATH}?off=1", 303)

    async def _start_verified(self, request: Request, answer: Response, session: Session) -> None:
        await self._start(
            request, answer, session.user, is_verified=True,
            all_day=session.idle_seconds == ABSOLUTE_SECONDS,
        )  # fmt: skip


def _codes(request: Request, form: Mapping[str, str], codes: list[str]) -> Response:
    language, target = language_of(request), local_path(form.get("next", "/"))
    body = second_step_page.recovery_codes(language, target=target, codes=codes)
    return page.document(language, "recovery", body)
