"""Filters that do not bear on a figure, said beside it: none is ignored without a word."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from components.ask.bearing import bears
from components.kit.choices.filters import current_filters
from components.words.i18n import N_, _
from data.scope import Filters
from metrics.foundation.registry import Metric

_WORDS = {
    ("channels",): N_("The channels picked do not bear on this figure."),
    ("course_lines",): N_("The course lines picked do not bear on this figure."),
    ("channels", "course_lines"): N_(
        "The channels and course lines picked do not bear on this figure."
    ),
}


def unheeded(metric: Metric, filters: Filters, options: Mapping[str, Any]) -> str:
    """What was picked in the filter bar and changes nothing here; "" where all of it bears.

    ``filters`` are those the figure was asked with: a screen may have left out what none
    of its figures has.
    """
    picked = current_filters()
    asked = {name: getattr(picked, name) for name in ("channels", "course_lines")}
    if not any(asked.values()):
        return ""
    heeded = bears(metric, **options)
    ignored = tuple(
        name
        for name, values in asked.items()
        if values and (name not in heeded or not getattr(filters, name))
    )
    return _(_WORDS[ignored]) if ignored else ""
