"""Codes that change every 30 seconds, as authenticator apps show them."""

from __future__ import annotations

import base64
import hmac
import struct
from urllib.parse import quote, urlencode

STEP_SECONDS = 30
DIGITS = 6
_DRIFT = 1  # steps that a telephone's clock may be off, either way
_ISSUER = "EduLens"


def code_of(secret: bytes, step: int, *, digits: int = DIGITS, algorithm: str = "sha1") -> str:
    """The code of one time step, leading zeros included.

    References
    ----------
    RFC 6238, and RFC 4226 section 5.3 for how digits are taken from the digest.
    """
    digest = hmac.digest(secret, struct.pack(">Q", step), algorithm)
    start = digest[-1] & 0x0F
    (number,) = struct.unpack(">I", digest[start : start + 4])
    return f"{(number & 0x7FFFFFFF) % 10**digits:0{digits}d}"


def step_of(seconds: float) -> int:
    """The time step of an instant, in seconds since 1970."""
    return int(seconds // STEP_SECONDS)


def matching_step(secret: bytes, code: str, seconds: float, *, after: int = -1) -> int | None:
    """The step that a code is of, if it is near an instant and later than ``after``.

    A code counts once: give the step it matched as ``after`` from then on.
    """
    now = step_of(seconds)
    found = None
    for step in range(max(now - _DRIFT, 0), now + _DRIFT + 1):
        # All are compared, whichever matches: time tells nothing.
        right = hmac.compare_digest(code_of(secret, step).encode(), code.encode())
        if right and step > after:
            found = step
    return found


def written(secret: bytes) -> str:
    """The secret as it is typed into an app, in groups of four."""
    text = base64.b32encode(secret).decode().rstrip("=")
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def address(secret: bytes, user: str) -> str:
    """What the QR code says to an authenticator app."""
    parts = {"secret": written(secret).replace(" ", ""), "issuer": _ISSUER}
    return f"otpauth://totp/{_ISSUER}:{quote(user)}?{urlencode(parts)}"
