"""The pages of two-step sign-in as HTML."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import segno

from components.signin.words import WORDS
from data.accounts import totp


def code_form(language: str, *, target: str, message: str) -> str:
    """The question for a code, after the password."""
    words = WORDS[language]
    return (
        f"{message}{_form(target)}{_code_field(language)}"
        f'<p class="hint">{words["code_hint"]}</p><button>{words["go_on"]}</button></form>'
        f'<p class="hint">{words["lost"]}</p>{_sign_out(language)}'
    )


def set_up_form(
    language: str, *, target: str, message: str, user: str, secret: bytes, is_required: bool
) -> str:
    """The QR code and secret of an account's app, and the question for its first code."""
    words = WORDS[language]
    picture = segno.make(totp.address(secret, user), error="m").svg_inline(
        border=4, dark="#000", light="#fff", omitsize=True, svgclass=None, lineclass=None
    )
    leave = _sign_out(language) if is_required else f'<a href="/">{words["stay"]}</a>'
    return (
        f"{message}<p>{words['required' if is_required else 'why']}</p><p>{words['scan']}</p>"
        f'<div class="qr" role="img" aria-label="{words["qr"]}">{picture}</div>'
        f'<p class="hint">{words["by_hand"]}<br><code>{totp.written(secret)}</code></p>'
        f"{_form(target, 'set')}<p>{words['prove_app']}</p>"
        # No focus: on a phone the keyboard would cover the picture.
        f"{_code_field(language, focus='')}"
        f'<label for="password">{words["password"]}</label>'
        '<input id="password" name="password" type="password" required maxlength="200"'
        ' autocomplete="current-password">'
        f"<button>{words['turn_on']}</button></form>{leave}"
    )


def recovery_codes(language: str, *, target: str, codes: Sequence[str]) -> str:
    """Codes to be kept, shown this once."""
    words = WORDS[language]
    listed = "".join(f"<li><code>{escape(code)}</code></li>" for code in codes)
    return (
        f'<p>{words["recovery_hint"]}</p><ul class="codes">{listed}</ul>'
        f'<a class="button" href="{escape(target)}">{words["kept"]}</a>'
    )


def state_form(language: str, *, target: str, message: str, recovery_left: int) -> str:
    """That the second step is on, and what may be done about it with a code."""
    words = WORDS[language]
    return (
        f"{message}<p>{words['is_on'].format(left=recovery_left)}</p>"
        f"{_form(target)}{_code_field(language)}"
        f'<p class="hint">{words["prove"]}</p>'
        f'<button name="do" value="codes">{words["new_codes"]}</button>'
        f'<button name="do" value="off" class="quiet">{words["turn_off"]}</button></form>'
        f'<a href="/">{words["stay"]}</a>'
    )


def _form(target: str, do: str = "") -> str:
    hidden = f'<input type="hidden" name="do" value="{do}">' if do else ""
    return (
        '<form method="post" action="/second-factor">'
        f'<input type="hidden" name="next" value="{escape(target)}">{hidden}'
    )


def _code_field(language: str, *, focus: str = " autofocus") -> str:
    return (
        f'<label for="code">{WORDS[language]["code"]}</label>'
        '<input id="code" name="code" type="text" autocomplete="one-time-code"'
        f' autocapitalize="none" spellcheck="false" required{focus} maxlength="32">'
    )


def _sign_out(language: str) -> str:
    return f'<a href="/logout">{WORDS[language]["sign_out"]}</a>'
