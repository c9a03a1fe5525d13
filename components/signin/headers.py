"""Headers that keep a browser from helping an attacker, and the dashboard's HTML."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import lru_cache

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Scope, Send

from components.signin.requests import is_secure

LANGUAGE_TAGS = {"zh": "zh-CN", "en": "en"}
_INLINE_SCRIPT = re.compile(rb"<script>(.*?)</script>", re.DOTALL)
_CACHED = ("/static/", "/component/", "/_stcore/bidi-components/")

# Loaded before Streamlit's own script. A session that ended leads to the sign-in page
# instead of a tab that says it cannot connect; a dialog that opens to search is ready to be
# typed in; a theme that changes, by itself or in the menu, has the page drawn in its colours.
SCRIPT = """\
(() => {
  let leaving = false
  const leave = () => {
    if (leaving) return
    leaving = true
    setTimeout(() => location.reload(), 500)  // a sign-out on its way here goes first
  }
  const Native = window.WebSocket
  window.WebSocket = class extends Native {
    constructor(...given) {
      super(...given)
      this.addEventListener("close", event => { if (event.code === 4401) leave() })
    }
  }
  const fetched = window.fetch
  window.fetch = async (...given) => {
    const answer = await fetched(...given)
    if (answer.status === 401 && answer.url.startsWith(location.origin)) leave()
    return answer
  }
  document.addEventListener("focusin", event => {
    const dialog = event.target
    if (!dialog.matches("[role=dialog]")) return
    const drawn = new MutationObserver(() => ready())
    const ready = () => {
      const field = dialog.querySelector("input[type=search]")
      if (field) { drawn.disconnect(); field.focus(); field.select() }
    }
    drawn.observe(dialog, { childList: true, subtree: true })
    setTimeout(() => drawn.disconnect(), 5000)  // a dialog without a search has its own order
    ready()
  })
  let scheme = ""
  const follow = () => {
    const app = document.querySelector("[data-testid=stApp]")
    const now = app ? getComputedStyle(app).colorScheme : ""
    if (scheme && now && now !== scheme) {
      document.querySelector(".st-key-theme_follow button")?.click()
    }
    scheme = now || scheme
  }
  const later = () => setTimeout(follow, 400)  // Streamlit changes its own colours first
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", later)
  document.addEventListener("click", later, true)
  new MutationObserver((_, drawing) => {
    if (!document.querySelector(".st-key-theme_follow")) return
    drawing.disconnect()
    follow()
  }).observe(document, { childList: true, subtree: true })
})()
"""


def secured(scope: Scope, send: Send, language: str) -> Send:
    """A ``send`` that adds the headers and, to Streamlit's page, our language and script."""
    held: list[Message] = []
    page = bytearray()

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            add_headers(headers, scope)
            if _is_page(headers) and "content-security-policy" not in headers:
                if "content-encoding" not in headers:
                    held.append(message)
                    return
                headers["content-security-policy"] = _policy(b"")
        elif held:
            page.extend(message.get("body", b""))
            if message.get("more_body"):
                return
            start = held.pop()
            text, policy = rewritten(bytes(page), language)
            headers = MutableHeaders(scope=start)
            headers["content-security-policy"] = policy
            headers["content-length"] = str(len(text))
            for name in ("etag", "last-modified"):
                del headers[name]
            await send(start)
            message = {"type": "http.response.body", "body": text}
        await send(message)

    return sending


def add_headers(headers: MutableHeaders, scope: Scope) -> None:
    """Add what every answer carries."""
    headers["x-content-type-options"] = "nosniff"
    headers["x-frame-options"] = "SAMEORIGIN"
    headers["referrer-policy"] = "same-origin"
    headers["cross-origin-opener-policy"] = "same-origin"
    headers["permissions-policy"] = "camera=(), microphone=(), geolocation=()"
    if is_secure(scope):
        headers["strict-transport-security"] = "max-age=31536000"
    if scope["path"].startswith("/media/"):
        # A file that somebody uploaded or exported must not run as a page of ours.
        headers["content-security-policy"] = "default-src 'none'; sandbox"
    if _is_page(headers) or not scope["path"].startswith(_CACHED):
        headers["cache-control"] = "no-store"


def _is_page(headers: MutableHeaders) -> bool:
    return headers.get("content-type", "").startswith("text/html")


@lru_cache(maxsize=64)
def rewritten(page: bytes, language: str) -> tuple[bytes, str]:
    """A page of Streamlit's in our language and with our script, and its content policy."""
    if b"<title>Streamlit</title>" in page:
        page = page.replace(
            b'<html lang="en">', f'<html lang="{LANGUAGE_TAGS[language]}">'.encode()
        )
        page = page.replace(b"<title>Streamlit</title>", b"<title>EduLens</title>")
        page = page.replace(b"<head>", b'<head>\n    <script src="/gate.js"></script>', 1)
    return page, _policy(page)


def _policy(page: bytes) -> str:
    """The content policy of a page of Streamlit's: its own scripts, and no evaluated text."""
    scripts = " ".join(["'self'", *(f"'{digest(it)}'" for it in _INLINE_SCRIPT.findall(page))])
    return (
        f"default-src 'self'; script-src {scripts}; "
        "style-src 'self' 'unsafe-inline'; "  # Streamlit writes its styles at run time
        "img-src 'self' data: blob:; font-src 'self' data:; media-src 'self' data: blob:; "
        "connect-src 'self'; worker-src 'self' blob:; frame-src 'self'; object-src 'none'; "
        "base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
    )


def digest(content: bytes) -> str:
    """The hash by which a content policy allows an inline script or style."""
    return "sha256-" + base64.b64encode(hashlib.sha256(content).digest()).decode()


def gate_script(request: Request) -> Response:
    """``/gate.js``: the script that `rewritten` pages load first."""
    del request
    return Response(SCRIPT, media_type="text/javascript")
