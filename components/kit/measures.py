"""A column or card of a screen: which metric, with which options, on leads of what age."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from components.words.i18n import _
from metrics.foundation.registry import Metric

WINDOWS = (30, 60, 90)
RETURN_DAYS = (30, 60, 90, 180, 365)
WINDOW, RETURN = "window", "return"


@dataclass(frozen=True)
class Choice:
    """What the viewer chose on the page: the conversion window and the return's days."""

    window_days: int = 30
    return_days: int = 180

    def days(self, said: int | str) -> int:
        """Days that are named or given."""
        return {WINDOW: self.window_days, RETURN: self.return_days}.get(said, said)  # type: ignore[call-overload,return-value]


@dataclass(frozen=True)
class Measure:
    """A column or card: a metric with its options, on leads at least ``cohort`` days old.

    Days are numbers, or `WINDOW` or `RETURN` for what the viewer chose.
    """

    name: str
    metric: Metric
    title: str
    cohort: int | str = 0
    options: dict[str, int | str] = field(default_factory=dict)

    def settings(self, choice: Choice) -> dict[str, Any]:
        """The metric's options for a choice."""
        return {name: choice.days(said) for name, said in self.options.items()}

    def heading(self, choice: Choice) -> str:
        """The title with its days, in the reader's language."""
        days = next(iter(self.settings(choice).values()), "")
        return _(self.title, days=days)
