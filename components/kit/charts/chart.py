"""How every chart looks and is put on the page: one template, made from the theme.

A figure is a pure function from a tidy frame (`components.kit.charts`); `show` draws it,
with words for those who cannot see it, and hands on the mark that was clicked.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import cache
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from components.runtime.theme import Palette, palette
from components.words import formats as words
from components.words.i18n import language
from data.errors import InvalidOption

HEIGHT = 320
_TITLE_HEIGHT = 28
_CONFIG = {"displayModeBar": False, "scrollZoom": False, "doubleClick": False, "responsive": True}
_NO_SPAN = 1e-9  # of the largest value (at least of 1): less is no difference to show
_LONG_SPAN = 200  # days from which an axis says months, not days


@cache
def template(colours: Palette) -> go.layout.Template:
    """Our one Plotly template in a theme's colours."""
    axis = {
        "gridcolor": colours.faded(colours.border, 0.75),
        "linecolor": colours.border,
        "tickcolor": colours.border,
        "tickfont": {"color": colours.muted, "size": 12},
        "title": {"font": {"color": colours.muted, "size": 12}, "standoff": 8},
        "zeroline": False,
        "automargin": True,
        "fixedrange": True,
    }
    clicked = {"marker": {"opacity": 1}}
    return go.layout.Template(
        layout={
            "font": {"family": colours.font, "color": colours.text, "size": 13},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "colorway": list(colours.categorical),
            "colorscale": {
                "sequential": colours.scale(colours.sequential),
                "diverging": colours.scale(colours.diverging),
            },
            "margin": {"l": 8, "r": 16, "t": 12, "b": 8, "pad": 2},
            "hovermode": "closest",
            "hoverlabel": {
                "bgcolor": colours.panel,
                "bordercolor": colours.border,
                "font": {"color": colours.text, "family": colours.font, "size": 12},
                "align": "left",
            },
            "legend": {"orientation": "h", "y": -0.15, "x": 0, "font": {"color": colours.muted}},
            "xaxis": {**axis, "showgrid": False},
            "yaxis": axis,
            "separators": ".,",
            "dragmode": False,
        },
        # A click opens rows; it must not fade the marks that were not clicked.
        data={"bar": [{"unselected": clicked}], "scatter": [{"unselected": clicked}]},
    )


class Drawn(go.Figure):
    """A figure that nobody changes any more once it has been put on a page."""

    def to_dict(self) -> dict[str, Any]:
        """Its parts, made once: figures are remembered and shown again and again."""
        if "_parts" not in self.__dict__:
            self.__dict__["_parts"] = super().to_dict()
        parts: dict[str, Any] = self.__dict__["_parts"]
        return parts


def figure(
    *traces: Any, title: str, colours: Palette, height: int = HEIGHT, **layout: Any
) -> go.Figure:
    """A figure in our template; ``title`` says the finding and may be empty.

    Plotly cuts a title off where a phone ends: the figure only carries it, and `show`
    writes it above, where it wraps. ``height`` holds both.
    """
    drawn = Drawn(data=list(traces))
    room = _TITLE_HEIGHT if title else 0
    drawn.update_layout(template=template(colours), height=height - room, meta={"title": title})
    drawn.update_layout(**layout)
    return drawn


def title_of(drawn: go.Figure) -> str:
    """The finding that a figure carries; empty where it has none."""
    return str((drawn.layout.meta or {}).get("title", ""))


def show(
    drawn: go.Figure,
    *,
    key: str,
    alt: str,
    on_select: Callable[[Any], None] | None = None,
    clickable: bool = False,
) -> Any:
    """Draw a figure below its title; gives what the mark clicked just now stands for, else None.

    Parameters
    ----------
    drawn
        A figure whose marks carry ``customdata``: the ``where`` that names their rows.
    key
        Unique on the page.
    alt
        The finding in a sentence, for those who cannot see the picture.
    on_select
        Called with the clicked mark's ``customdata``, once a click.
    clickable
        Whether a click reruns the page without ``on_select``.

    Raises
    ------
    InvalidOption
        If ``alt`` is blank, or no mark of a figure to be clicked stands for anything.
    """
    if not alt.strip():
        raise InvalidOption("alt must state the finding of the chart, got a blank text")
    listens = clickable or on_select is not None
    if listens and all(trace.customdata is None for trace in drawn.data):
        raise InvalidOption(f"marks of {key!r} must carry customdata to open their rows")
    if title := title_of(drawn):
        st.markdown(f"**{words.escape(title)}**")
    if not listens:
        st.plotly_chart(drawn, theme=None, key=key, alt=alt, config=_CONFIG)
        return None
    fresh = f"{key}_clicked"
    # TRICKY: the selection outlives the click; only the callback tells a click from a
    # rerun for another reason, which must not open the rows again.
    event = st.plotly_chart(
        drawn, theme=None, key=key, alt=alt, config=_CONFIG, selection_mode="points",
        on_select=lambda: st.session_state.update({fresh: True}),
    )  # fmt: skip
    points = event["selection"]["points"]
    if not st.session_state.pop(fresh, False):
        return None
    # TRICKY: a click on the selected mark takes the selection off it: nothing is selected
    # then, and the mark that was is meant once more.
    last = f"{key}_last"
    if points:
        st.session_state[last] = _meaning(points[0].get("customdata"))
    meant = st.session_state.get(last)
    if meant is not None and on_select is not None:
        on_select(meant)
    return meant


def _meaning(customdata: Any) -> Any:
    """A mark's customdata; the browser wraps single values in a list."""
    if isinstance(customdata, list) and len(customdata) == 1:
        return customdata[0]
    return customdata


def value_axis(values: Sequence[float], unit: str, *, zero: bool = True) -> dict[str, Any]:
    """An axis with few round ticks, written as the reader's language writes figures."""
    known = [float(x) for x in values if not words.is_missing(x)]
    low, high = min(known, default=0.0), max(known, default=1.0)
    low, high = (min(low, 0.0), max(high, 0.0)) if zero else (low, high)
    span, size = high - low, max(abs(low), abs(high))
    step = _round_step(next((x for x in (span, size) if x > max(size, 1.0) * _NO_SPAN), 1.0))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    ticks = [i * step for i in range(first, max(last, first + 1) + 1)]
    texts = [_tick(t, unit, step) for t in ticks]
    # A little below nothing asks for a little room, not for a whole step of emptiness.
    bottom = max(ticks[0], low - span * 0.04) if low < 0 else ticks[0]
    return {"tickvals": ticks, "ticktext": texts, "range": [bottom, ticks[-1] + step * 0.08]}


def _round_step(span: float) -> float:
    raw = span / 4
    power = 10.0 ** math.floor(math.log10(raw))
    return next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= raw * 0.999)


def _tick(value: float, unit: str, step: float) -> str:
    if unit == "ratio":
        decimals = max(0, -math.floor(math.log10(step * 100) + 1e-9)) if step < 0.01 else 0
        return f"{value * 100:,.{decimals}f}%".replace("-", "−")
    rounded = round(value, max(0, 2 - math.floor(math.log10(step))))
    return words.number(rounded)


def day_axis(days: Sequence[date]) -> dict[str, Any]:
    """A date axis without English month names in Chinese."""
    span = (max(days) - min(days)).days if len(days) else 0
    if language() == "zh":
        shape, hover = ("%Y.%m" if span > _LONG_SPAN else "%m.%d"), "%Y.%m.%d"
    else:
        shape, hover = ("%b %Y" if span > _LONG_SPAN else "%-d %b"), "%-d %b %Y"
    return {"type": "date", "tickformat": shape, "hoverformat": hover, "nticks": 8}


def label_room(texts: Iterable[str]) -> int:
    """The margin in pixels that the widest of some labels beside a line's end asks for."""
    return 14 + max((sum(13 if ord(c) > 0x2E80 else 7 for c in text) for text in texts), default=0)


def own_palette(colours: Palette | None) -> Palette:
    """The palette given, else the reader's."""
    return colours or palette()
