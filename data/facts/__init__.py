"""Facts: what metrics read. `Facts(scope)` is the only door to rows."""

from data.facts.door import Facts
from data.facts.names import DIMENSIONS
from data.facts.schema import FACTS, FactSchema

__all__ = ["DIMENSIONS", "FACTS", "FactSchema", "Facts"]
