"""The sign-in pages as HTML: no script, no file from elsewhere, light and dark."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Final

from starlette.responses import HTMLResponse

from components.signin.headers import LANGUAGE_TAGS, digest
from components.signin.words import WORDS

_THEME: Final = Path(__file__).parents[2] / ".streamlit" / "config.toml"
_COLOURS: Final = {
    "primary": "primaryColor",
    "ink": "textColor",
    "link": "linkColor",
    "line": "borderColor",
    "quiet": "grayTextColor",
    "red": "redTextColor",
    "red-ground": "redBackgroundColor",
    "orange": "orangeTextColor",
    "orange-ground": "orangeBackgroundColor",
}


def palette(scheme: str) -> dict[str, str]:
    """The dashboard's own colours, "light" or "dark", by their names in `STYLE`."""
    theme = tomllib.loads(_THEME.read_text(encoding="utf-8"))["theme"][scheme]
    colours = {name: str(theme[option]) for name, option in _COLOURS.items()}
    surfaces = ("backgroundColor", "secondaryBackgroundColor")
    # The card is the brighter of the two surfaces in both schemes.
    paper, ground = surfaces if scheme == "light" else surfaces[::-1]
    return {**colours, "paper": str(theme[paper]), "ground": str(theme[ground])}


def _variables(scheme: str) -> str:
    return "".join(f"--{name}:{colour};" for name, colour in palette(scheme).items())


STYLE: Final = (
    f":root{{color-scheme:light dark;{_variables('light')}}}"
    f"@media(prefers-color-scheme:dark){{:root{{{_variables('dark')}}}}}"
    """
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:24px 16px;
 background:var(--ground);color:var(--ink);line-height:1.6;font-size:16px;
 font-family:-apple-system,'Segoe UI',Roboto,'Noto Sans',Arial,'PingFang SC','Microsoft YaHei',
 'Noto Sans CJK SC','Noto Sans SC',sans-serif}
main{width:100%;max-width:24rem;background:var(--paper);border:1px solid var(--line);
 border-radius:12px;padding:28px 24px}
header{display:flex;justify-content:space-between;align-items:baseline}
.name{font-size:1.5rem;font-weight:650;letter-spacing:-.01em;margin:0}
.name img{vertical-align:-4px;border-radius:6px}
.tagline{color:var(--quiet);margin:4px 0 20px}
h1{font-size:1.1rem;font-weight:600;margin:0 0 12px}
label{display:block;font-weight:500;margin:14px 0 4px}
input[type=text],input[type=password]{width:100%;min-height:44px;padding:8px 12px;font:inherit;
 color:var(--ink);background:var(--ground);border:1px solid var(--quiet);border-radius:8px}
.check{display:flex;gap:10px;align-items:center;min-height:44px;font-weight:400;margin:10px 0 0;
 color:var(--quiet)}
.check input{width:20px;height:20px;margin:0;accent-color:var(--primary)}
button{width:100%;min-height:46px;margin-top:16px;font:inherit;font-weight:600;border:0;
 border-radius:8px;background:var(--primary);color:#fff;cursor:pointer}
.quiet{background:transparent;color:var(--ink);border:1px solid var(--quiet)}
.button{width:100%;text-align:center;margin-top:16px;font-weight:600;border-radius:8px;
 background:var(--primary);color:#fff;text-decoration:none}
.qr svg{display:block;width:208px;height:208px;margin:0 auto;border-radius:8px}
a{color:var(--link);display:inline-block;padding:10px 0;min-height:44px}
:focus-visible{outline:3px solid var(--link);outline-offset:2px}
.hint{color:var(--quiet);font-size:.9rem;margin:6px 0 0}
.alert{background:var(--red-ground);color:var(--red);border-radius:8px;padding:10px 12px;margin:0}
.note{background:var(--orange-ground);color:var(--orange);border-radius:8px;padding:10px 12px;
 margin:0}
aside{margin-top:24px;border-top:1px solid var(--line);padding-top:16px;font-size:.95rem}
aside b{display:inline-block;background:var(--orange-ground);color:var(--orange);border-radius:6px;
 padding:0 8px;font-weight:600}
code{font-family:ui-monospace,Menlo,Consolas,monospace;overflow-wrap:anywhere}
ul.codes{font-size:1.1rem;line-height:2}
ul{margin:6px 0;padding:0;list-style:none;columns:2}
"""
)

_POLICY = (
    f"default-src 'none'; style-src '{digest(STYLE.encode())}'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def document(
    language: str, title: str, body: str, *, switch: str = "", status: int = 200
) -> HTMLResponse:
    """One whole page. ``body`` is HTML; ``switch`` the address that changes the language."""
    words = WORDS[language]
    link = (
        f'<a href="{escape(switch)}" lang="{_tag(_other(language))}">{words["other"]}</a>'
        if switch
        else ""
    )
    page = (
        f'<!doctype html><html lang="{_tag(language)}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{words[title]} · EduLens</title>"
        '<link rel="icon" href="/favicon.png">'
        f"<style>{STYLE}</style></head><body><main>"
        '<header><p class="name">'
        f'<img src="/favicon.png" alt="" width="28" height="28"> EduLens</p>{link}</header>'
        f'<p class="tagline">{words["tagline"]}</p><h1>{words[title]}</h1>{body}'
        "</main></body></html>"
    )
    return HTMLResponse(page, status, {"content-security-policy": _POLICY})


def sign_in_form(
    language: str, *, target: str, user: str = "", message: str = "", sample: Mapping[str, str] = {}
) -> str:
    """The form for name and password; ``sample`` are accounts to show with their passwords."""
    words = WORDS[language]
    return (
        f"{message}"
        '<form method="post" action="/login">'
        f'<input type="hidden" name="next" value="{escape(target)}">'
        f'<label for="user">{words["user"]}</label>'
        f'<input id="user" name="user" type="text" autocomplete="username" autocapitalize="none"'
        f' spellcheck="false" required autofocus maxlength="64" value="{escape(user)}">'
        f'<label for="password">{words["password"]}</label>'
        '<input id="password" name="password" type="password" autocomplete="current-password"'
        ' required maxlength="200">'
        f'<label class="check"><input type="checkbox" name="all_day" value="1">'
        f"{words['all_day']}</label>"
        f"<button>{words['sign_in']}</button></form>"
        f'<p class="hint">{words["forgot"]}</p>{_sample_note(language, sample)}'
    )


def password_form(language: str, *, target: str, forced: bool, message: str = "") -> str:
    """The form to change one's password."""
    words = WORDS[language]
    fields = "".join(
        f'<label for="{name}">{words[name]}</label>'
        f'<input id="{name}" name="{name}" type="password" required maxlength="200"'
        f' autocomplete="{"current" if name == "current" else "new"}-password"'
        f"{' autofocus' if name == 'current' else ''}>"
        for name in ("current", "new", "again")
    )
    why = f'<p class="hint">{words["must_change"]}</p>' if forced else ""
    return (
        f'{message}{why}<form method="post" action="/password">'
        f'<input type="hidden" name="next" value="{escape(target)}">{fields}'
        f'<p class="hint">{words["rule"]}</p><button>{words["save"]}</button></form>'
    )


def sign_out_form(language: str) -> str:
    """The question before signing out, for those who opened the address by hand."""
    words = WORDS[language]
    return (
        f"<p>{words['sign_out_question']}</p>"
        f'<form method="post" action="/logout"><button>{words["sign_out"]}</button></form>'
        f'<a href="/">{words["stay"]}</a>'
    )


def alert(text: str) -> str:
    """What went wrong, announced to screen readers."""
    return f'<p class="alert" role="alert">{escape(text)}</p>'


def note(text: str) -> str:
    """Something to know."""
    return f'<p class="note" role="status">{escape(text)}</p>'


def _sample_note(language: str, sample: Mapping[str, str]) -> str:
    if not sample:
        return ""
    words = WORDS[language]
    names = "".join(f"<li><code>{escape(user)}</code></li>" for user in sample)
    passwords = " / ".join(f"<code>{escape(it)}</code>" for it in sorted(set(sample.values())))
    return (
        f"<aside><b>{words['sample']}</b> {words['sample_note']}<ul>{names}</ul>"
        f"{words['sample_password']} {passwords}</aside>"
    )


def _tag(language: str) -> str:
    return LANGUAGE_TAGS[language]


def _other(language: str) -> str:
    return "en" if language == "zh" else "zh"
