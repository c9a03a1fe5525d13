"""Passwords: what is accepted, how they are hashed and checked, one-time ones."""

from __future__ import annotations

import logging
import secrets
from types import ModuleType

from data.errors import InvalidOption

LEAST_CHARACTERS = 8
MOST_CHARACTERS = 64
_MOST_BYTES = 72  # bcrypt reads no further
_NO_PASSWORD = "!"  # no hash looks like this: nobody signs in with a password

# A hash of nothing anybody knows, at the cost of real ones: checked for unknown names.
_DUMMY_HASH = "$2b$12$vlf9V83afACOc3p0lmJTpubQKSUP4OA4ghhuKnMnhJdzO6RsrnjYW"

# Those of the usual lists that are long enough to pass the other rules.
_COMMON = frozenset(
    """
    12345678 123456789 1234567890 11111111 00000000 88888888 66666666 87654321 123123123
    11223344 112233445566 12341234 123456abc 1234abcd 12345qwert 123qweasd 1q2w3e4r 1q2w3e4r5t
    1qaz2wsx 1qaz2wsx3edc qazwsxedc qwertyui qwertyuiop qwerty123 qwer1234 asdf1234 asdfghjkl
    zxcvbnm1 a1234567 a12345678 a123456789 aa123456 aa123456789 abc12345 abc123456 abcd1234
    abcdefgh aaaaaaaa password password1 password12 password123 passw0rd p@ssw0rd p@ssword
    iloveyou iloveyou1 woaini123 woaini1314 woaini520 5201314520 1314520520 520131400 sunshine
    princess football baseball superman trustno1 welcome1 welcome123 letmein1 admin123
    admin1234 administrator changeme changeme1 computer internet whatever starwars michelle
    q1w2e3r4 zaq12wsx qq123456 wang1234 zhang123 edulens1 edulens123 teacher1 teacher123
    school123 student1 student123 manager1 manager123 xiaoqu123
    """.split()  # noqa: SIM905  # a table reads better in rows
)

_NOISY = (
    "scriptrunner_utils.script_run_context",
    "caching.cache_data_api",
    "state.session_state_proxy",
)

_MESSAGES = {
    "short": "Use at least 8 characters.",
    "long": "Use at most 64 characters.",
    "bytes": "This password is too long in storage: use at most 24 Chinese characters.",
    "common": "This password is on every attacker's list. Choose another one.",
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

    Length counts, not composition; the usual guesses are refused.
    """
    reason = _reason(password, user)
    return _MESSAGES[reason] if reason else None


def _reason(password: str, user: str) -> str | None:
    lowered = password.casefold()
    checks = {
        "short": len(password) < LEAST_CHARACTERS,
        "long": len(password) > MOST_CHARACTERS,
        "bytes": len(password.encode()) > _MOST_BYTES,
        "common": lowered in _COMMON,
        "repeated": len(set(lowered)) == 1,
        "name": bool(user) and user.casefold() in (lowered, lowered[::-1]),
    }
    return next((reason for reason, refused in checks.items() if refused), None)


def hashed(password: str | None, user: str = "") -> str:
    """The bcrypt hash of an accepted password; None makes a hash that nothing matches."""
    if password is None:
        return _NO_PASSWORD
    # TRICKY: streamlit-authenticator's forms strip what is typed; so does sign-in.
    password = password.strip()
    if reason := _reason(password, user):
        raise PasswordRefused(reason)
    text: str = _authenticator().Hasher.hash(password)
    return text


def matches(password: str, password_hash: str | None) -> bool:
    """Whether a password has this hash; no hash (unknown name) takes as long as a wrong one."""
    password = password.strip()
    usable = password_hash is not None and password_hash != _NO_PASSWORD
    if len(password.encode()) > _MOST_BYTES:
        password, usable = "x", False
    against = password_hash if usable else _DUMMY_HASH
    correct: bool = _authenticator().Hasher.check_pw(password, against)
    return correct and usable


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
