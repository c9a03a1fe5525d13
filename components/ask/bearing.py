"""Which filters bear on a figure, read off the expression that makes it."""

from __future__ import annotations

from typing import Any

from components.ask import query
from data.facts import Look
from metrics.foundation.question import Question, asked, heeded, pairs
from metrics.foundation.registry import Metric


def bears(metric: Metric, **options: Any) -> frozenset[str]:
    """Which of "period", "channels" and "course_lines" can change a metric's figure."""
    scope = query.current_scope()
    question, _look = asked(Question(metric, options=pairs(options)), Look(scope))
    return heeded(metric, question.options, scope.role)
