"""Facts: what metrics read. `Facts(scope)` is the only door to rows."""

from data.facts.binding import Variables, variables_in
from data.facts.door import Facts
from data.facts.look import Look
from data.facts.names import DIMENSIONS
from data.facts.schema import FACTS, FactSchema
from data.facts.viewed import Days

__all__ = [
    "DIMENSIONS", "FACTS", "Days", "FactSchema", "Facts", "Look", "Variables", "variables_in",
]  # fmt: skip
