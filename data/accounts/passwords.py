"""Passwords: what is accepted, how they are hashed and checked, one-time ones."""

from __future__ import annotations

import logging
import secrets
from types import ModuleType

import argon2
from argon2.exceptions import VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY as PROFILE

from data.errors import InvalidOption

LEAST_CHARACTERS = 8
MOST_CHARACTERS = 64
LEAST_GUESSES = 10**6  # what a patient attacker can try at a sign-in page
_MOST_BCRYPT_BYTES = 72  # it refuses to read further
_NO_PASSWORD = "!"  # no hash looks like this: nobody signs in with a password

# Argon2id with 64 MiB, the second choice of RFC 9106: a tenth of a second.
HASHER = argon2.PasswordHasher.from_parameters(PROFILE)
# A hash of nothing anybody knows, at the cost of real ones: checked for unknown names.
_DUMMY_HASH = (
    "$argon2id$v=19$m=65536,t=3,p=4$mjbCq4FnWX5abyXqK"
    "uk0Mw$OeKzrVAjLEue/uvH2kCobDfXhIw0/Bu55GplJTCBM/g"
)
# What the lists of leaked passwords, which are English, know too little of.
_USUAL_HERE = ("edulens", "xiaoqu", "woaini", "5201314", "1314520", "520", "1314")

_NOISY = (
    "scriptrunner_utils.script_run_context",
    "caching.cache_data_api",
    "state.session_state_proxy",
)

_MESSAGES = {
    "short": "Use at least 8 characters.",
    "long": "Use at most 64 characters.",
    "common": "This password is easily guessed. Choose another one.",
    "repeated": "A single repeated character is easily guessed. Choose another password.",
    "name": "The password must not be your sign-in name.",
}


class PasswordRefused(InvalidOption):
    """A password that the policy refuses; the message may be shown to its owner."""

    code = "password_refused"

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(_MESSAGES[reason])


def refusal(password: str, user: str = "") -> str | None:
    """Why the policy refuses a password, as a sentence; None if it is accepted.

    Length counts, not composition. What `LEAST_GUESSES` find is refused: leaked passwords,
    names, dates, rows of keys, and plain changes of these, as zxcvbn estimates them.

    References
    ----------
    Wheeler (2016), zxcvbn: low-budget password strength estimation, USENIX Security.
    """
    reason = _reason(password, user)
    return _MESSAGES[reason] if reason else None


def _reason(password: str, user: str) -> str | None:
    lowered = password.casefold()
    checks = {
        "short": len(password) < LEAST_CHARACTERS,
        "long": len(password) > MOST_CHARACTERS,
        "repeated": len(set(lowered)) == 1,
        "name": bool(user) and user.casefold() in (lowered, lowered[::-1]),
    }
    found = next((reason for reason, refused in checks.items() if refused), None)
    return found or ("common" if _guesses(lowered, user) < LEAST_GUESSES else None)


def _guesses(password: str, user: str) -> float:
    from zxcvbn import zxcvbn  # noqa: PLC0415  # its lists: only where a password is chosen

    usual = [word for word in (*_USUAL_HERE, user.casefold()) if word]
    return float(zxcvbn(password, user_inputs=usual)["guesses"])


def hashed(password: str | None, user: str = "") -> str:
    """The hash of an accepted password; None makes a hash that nothing matches."""
    if password is None:
        return _NO_PASSWORD
    # TRICKY: what is typed has always been stripped, by the form and by sign-in.
    password = password.strip()
    if reason := _reason(password, user):
        raise PasswordRefused(reason)
    return HASHER.hash(password)


def hashed_anew(password: str) -> str:
    """The hash of a password that is in use already, whatever the policy says of it now."""
    return HASHER.hash(password.strip())


def matches(password: str, password_hash: str | None) -> bool:
    """Whether a password has this hash; no hash (unknown name) takes as long as a wrong one."""
    password = password.strip()
    known = _DUMMY_HASH if password_hash in (None, _NO_PASSWORD) else str(password_hash)
    if known.startswith("$2"):
        return _matches_bcrypt(password, known)
    if len(password) > MOST_CHARACTERS:
        password, known = "x", _DUMMY_HASH
    try:
        HASHER.verify(known, password)
    except VerificationError:
        return False
    return known is not _DUMMY_HASH


def is_outdated(password_hash: str) -> bool:
    """Whether a hash was made by bcrypt, as former versions did, or at another cost."""
    return password_hash.startswith("$2") or HASHER.check_needs_rehash(password_hash)


def _matches_bcrypt(password: str, password_hash: str) -> bool:
    if len(password.encode()) > _MOST_BCRYPT_BYTES:
        return False
    # The library made these hashes, so it is the one to check them.
    correct: bool = _authenticator().Hasher.check_pw(password, password_hash)
    return correct


def one_time() -> str:
    """A random password to be read out once: 16 letters and digits in groups of four."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"  # none that look alike
    return "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(4))


def warm() -> None:
    """Import what checks passwords, so that the first to sign in does not wait for it."""
    _authenticator()


def _authenticator() -> ModuleType:
    """streamlit-authenticator, imported at first use: it takes a second and Streamlit."""
    # Its import touches session state and caches outside a script, which Streamlit reports.
    noisy = [logging.getLogger(f"streamlit.runtime.{name}") for name in _NOISY]
    for logger in noisy:
        logger.addFilter(_silent)
    try:
        import streamlit_authenticator  # noqa: PLC0415
    finally:
        for logger in noisy:
            logger.removeFilter(_silent)
    module: ModuleType = streamlit_authenticator
    return module


def _silent(record: logging.LogRecord) -> bool:
    del record
    return False
