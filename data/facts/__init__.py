"""Facts: what metrics read. `Facts(scope)` is the only door to rows."""

from data.facts.door import Facts
from data.facts.schema import DIMENSIONS, FACTS, FactSchema

__all__ = ["DIMENSIONS", "FACTS", "FactSchema", "Facts"]
