"""What every store can do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol, TypeVar

import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa

Result = TypeVar("Result")
Kernel = Callable[[pa.Table], Result]
Values = Mapping[str, Any]


class Store(Protocol):
    """Runs Ibis expressions over the facts' unbound tables."""

    @property
    def version(self) -> int:
        """Grows with every load: what was computed at another version is stale."""

    @property
    def as_of(self) -> datetime:
        """The newest complete load's instant, UTC without zone."""

    def compile(self, expr: ir.Table, *, pretty: bool = False) -> str:
        """The SQL this store runs for an expression; ``pretty`` sets it out in lines."""

    @property
    def binds(self) -> bool:
        """Whether values may be variables; else an expression must hold them as literals."""

    def fetch(self, expr: ir.Table | str, values: Values | None = None) -> pd.DataFrame:
        """The rows of an expression, or of SQL that `compile` made.

        ``values`` are those of the variables that it names, see `data.facts.Look`.
        """

    def fold(
        self, expr: ir.Table | str, kernel: Kernel[Result], values: Values | None = None
    ) -> Result:
        """A kernel's result over the expression's rows, fed as Arrow columns."""

    def close(self) -> None:
        """Give back what the store holds; using it afterwards raises `StoreUnavailable`."""
