"""EduLens as one ASGI application: `streamlit run app.py` serves it all from one port."""

from __future__ import annotations

import gc
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import streamlit as st
from starlette.middleware import Middleware

from components.frame.activity import is_activity
from components.kit.navigation import FIRST_PAGE
from components.kit.states import error_in_words
from components.signin import Gate, gate_routes
from data.accounts import passwords
from data.errors import EduLensError
from data.installation.process import installation
from data.installation.serving import Serving
from edulens.commands import run_command

BRAND = Path(__file__).parent / "components" / "frame" / "brand"


@asynccontextmanager
async def lifespan(_application: st.App) -> AsyncIterator[None]:
    """Open the installation before the first visitor, close it after the last."""
    serving = await anyio.to_thread.run_sync(Serving.start, run_command)
    from components.frame import preparation  # noqa: PLC0415  # the first page must not wait

    passwords.warm()
    gc.collect()
    stop = preparation.start()
    gc.freeze()  # with runner.postScriptGC off: what was imported is never searched again
    try:
        yield
    finally:
        stop()
        await anyio.to_thread.run_sync(serving.close)


def on_script_error(error: Exception) -> bool:
    """Write an error down and tell the viewer in words, without its inside."""
    logging.getLogger("edulens").error("page failed", exc_info=error)
    error_in_words(error if isinstance(error, EduLensError) else EduLensError())
    return True


app = st.App(
    "components/frame/frame.py",
    lifespan=lifespan,
    on_script_error=on_script_error,
    middleware=[
        Middleware(Gate, accounts=lambda: installation().accounts, is_activity=is_activity)
    ],
    routes=gate_routes(installation, icon=BRAND / "icon.png", first_page=FIRST_PAGE),
)
