"""Which filters bear on a figure, read off the statement that makes it."""

from __future__ import annotations

from typing import Any

from components.ask import query
from data.facts import Look
from data.scope import Filters
from metrics.foundation.question import Question, asked, bearing, pairs
from metrics.foundation.registry import Metric


def bears(metric: Metric, filters: Filters, **options: Any) -> frozenset[str]:
    """Which of "period", "channels" and "course_lines" can change a metric's figure."""
    question, look = asked(
        Question(metric, options=pairs(options)), Look(query.current_scope(), filters)
    )
    return bearing(query.statement(question, look).names)
