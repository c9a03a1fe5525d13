"""The palette in force, read from ``.streamlit/config.toml``: colours live there alone."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from components.runtime.script_run import once_a_run

CONFIG = Path(__file__).parents[2] / ".streamlit" / "config.toml"
THEMES = ("light", "dark")


@dataclass(frozen=True, kw_only=True)
class Palette:
    """Colours of one theme, as ``#RRGGBB``.

    ``categorical``, ``sequential`` and ``diverging`` hold ten each; sequential runs from
    little to much, diverging from below to above.
    """

    name: str
    font: str
    background: str
    panel: str
    text: str
    muted: str
    border: str
    primary: str
    good: str
    bad: str
    warning: str
    categorical: tuple[str, ...]
    sequential: tuple[str, ...]
    diverging: tuple[str, ...]

    @property
    def series(self) -> str:
        """The colour of the series a chart is about."""
        return self.categorical[0]

    def faded(self, colour: str, opacity: float) -> str:
        """A colour let through by ``opacity`` in [0, 1], as CSS."""
        red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
        return f"rgba({red},{green},{blue},{opacity:g})"

    def scale(self, colours: tuple[str, ...]) -> list[list[float | str]]:
        """Ten colours as a Plotly colour scale."""
        return [[i / (len(colours) - 1), colour] for i, colour in enumerate(colours)]


@once_a_run
def theme_name() -> str:
    """The theme the reader looks at, "light" or "dark"; light where nobody looks."""
    if get_script_run_ctx(suppress_warning=True) is None:
        return "light"
    return "dark" if st.context.theme.type == "dark" else "light"


def palette(name: str | None = None) -> Palette:
    """The palette of a theme; the reader's own without a name."""
    return _palettes()[name or theme_name()]


@cache
def _palettes() -> dict[str, Palette]:
    config = tomllib.loads(CONFIG.read_text(encoding="utf-8"))["theme"]
    return {name: _palette(name, config["font"], config[name]) for name in THEMES}


def _palette(name: str, font: str, section: dict[str, Any]) -> Palette:
    return Palette(
        name=name,
        font=font,
        background=section["backgroundColor"],
        panel=section["secondaryBackgroundColor"],
        text=section["textColor"],
        muted=section["grayTextColor"],
        border=section["borderColor"],
        primary=section["primaryColor"],
        good=section["greenTextColor"],
        bad=section["redTextColor"],
        warning=section["orangeTextColor"],
        categorical=tuple(section["chartCategoricalColors"]),
        sequential=tuple(section["chartSequentialColors"]),
        diverging=tuple(section["chartDivergingColors"]),
    )


def contrast(one: str, other: str) -> float:
    """WCAG contrast of two colours, 1 to 21."""
    bright, dim = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
