"""The routes that the gate brings: its pages and `/healthz`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse
from starlette.routing import Route

from components.signin.health import health_route
from components.signin.signin import signin_routes
from data.accounts import sample_sign_ins

if TYPE_CHECKING:
    from data.installation.process import Installation


def gate_routes(
    installation: Callable[[], Installation], icon: Path, first_page: str
) -> list[Route]:
    """Sign-in, sign-out, password, language and health of an installation, and its icon.

    ``installation`` is called at each request: routes are made before it is opened.
    ``icon`` is a PNG file, shown before Streamlit could show its own. ``first_page`` is the
    first screen's own name: Streamlit has it at "/" only, and calls its name not found.
    """

    def to_the_front(request: Request) -> RedirectResponse:
        chosen = request.url.query
        return RedirectResponse(f"/?{chosen}" if chosen else "/", 307)

    def favicon(request: Request) -> FileResponse:
        del request
        return FileResponse(icon, media_type="image/png")

    return [
        Route("/favicon.png", favicon),
        Route("/favicon.ico", favicon),
        Route(f"/{first_page}", to_the_front),
        *signin_routes(
            lambda: installation().accounts,
            lambda: sample_sign_ins(installation().accounts, installation().home),
        ),
        health_route(installation),
    ]
