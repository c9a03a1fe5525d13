"""Turn numpy arrays of codes into a contract's Arrow columns, without a Python loop a row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from data.contracts import contract
from data.errors import UnknownName

Ints = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

NONE = -1  # a code that stands for "no value"


def numbered(prefix: str, numbers: Ints, width: int) -> pa.Array:
    """Identifiers such as ``L000000012``; a negative number gives none."""
    digits = pc.utf8_lpad(_nullable(numbers).cast(pa.string()), width, "0")
    return pc.binary_join_element_wise(prefix, digits, "")


def labelled(labels: Sequence[str] | pa.Array, codes: npt.NDArray[Any]) -> pa.Array:
    """The label at each code; a negative code gives none."""
    values = labels if isinstance(labels, pa.Array) else pa.array(labels, pa.string())
    return values.take(_nullable(codes.astype(np.int64)))


def instants(seconds: Ints) -> pa.Array:
    """UTC instants from seconds since 1970; negative gives none."""
    return pa.array(seconds * 1_000_000, pa.timestamp("us"), mask=seconds < 0)


def days(numbers: Ints) -> pa.Array:
    """Local days from days since 1970; negative gives none."""
    return pa.array(numbers.astype(np.int32), pa.date32(), mask=numbers < 0)


def money(cents: Ints) -> pa.Array:
    """Exact CNY amounts from cents, none of them negative."""
    # A decimal128 is two little-endian words; amounts fit the low one.
    words = np.zeros((len(cents), 2), dtype=np.int64)
    words[:, 0] = cents
    return pa.Array.from_buffers(
        pa.decimal128(18, 2), len(cents), [None, pa.py_buffer(words.tobytes())]
    )


def rows(table: str, **columns: Any) -> pa.Table:
    """Rows of a contract; columns not given are empty."""
    schema = contract(table).arrow_schema
    for name in columns:
        if name not in schema.names:
            raise UnknownName(f"column of {table}", name, schema.names)
    count = len(next(iter(columns.values())))
    arrays = [
        pa.nulls(count, field.type)
        if field.name not in columns
        else _typed(columns[field.name], field.type)
        for field in schema
    ]
    return pa.Table.from_arrays(arrays, schema=schema)


def _nullable(numbers: npt.NDArray[Any]) -> pa.Array:
    return pa.array(numbers, mask=numbers < 0)


def _typed(values: Any, kind: pa.DataType) -> pa.Array:
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    if not isinstance(values, pa.Array):
        values = pa.array(values, kind)
    return values if values.type == kind else values.cast(kind)
