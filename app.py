"""EduLens as one ASGI application: `streamlit run app.py` serves it all from one port."""

from __future__ import annotations

import gc
import logging
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import streamlit as st
from starlette.middleware import Middleware

from components.activity import is_activity
from components.i18n import _
from data.accounts import Accounts, passwords, sample_sign_ins
from data.gate import Gate, health_route, signin_routes
from data.installation import installation, release

log = logging.getLogger("edulens")


@asynccontextmanager
async def lifespan(application: st.App) -> AsyncIterator[dict[str, Any]]:
    """Open the installation before the first visitor, close it after the last."""
    del application
    await anyio.to_thread.run_sync(installation)
    import plotly.graph_objects  # noqa: F401, PLC0415  # the first chart must not wait for it

    passwords.warm()
    gc.collect()
    gc.freeze()
    try:
        yield {}
    finally:
        release()


def on_script_error(error: Exception) -> bool:
    """Write an error down and tell the viewer in a sentence, without its inside."""
    reference = secrets.token_hex(4)
    log.error("page failed, reference %s", reference, exc_info=error)
    st.error(_("This part could not be shown. Reference {reference}.", reference=reference))
    return True


def _accounts() -> Accounts:
    return installation().accounts


app = st.App(
    "components/frame.py",
    lifespan=lifespan,
    on_script_error=on_script_error,
    middleware=[Middleware(Gate, accounts=_accounts, is_activity=is_activity)],
    routes=[
        *signin_routes(_accounts, lambda: sample_sign_ins(_accounts(), installation().home)),
        health_route(installation),
    ],
)
