"""Facts: what metrics read. `Facts(scope)` is the only door to rows."""

from data.facts.entrance.binding import Variables, variables_in
from data.facts.entrance.dimensions import facts_read
from data.facts.entrance.door import Facts
from data.facts.entrance.look import Look, Shape
from data.facts.entrance.viewed import Days
from data.facts.names import DIMENSIONS
from data.facts.schema import FACTS, FactSchema

__all__ = [
    "DIMENSIONS", "FACTS", "Days", "FactSchema", "Facts", "Look", "Shape", "Variables",
    "facts_read", "variables_in",
]  # fmt: skip
