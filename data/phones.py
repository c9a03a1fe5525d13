"""Phones in staged rows that SQL could not read: each distinct text asked of the library once."""

from __future__ import annotations

import duckdb
import pyarrow as pa

from data.identity.phone import normalise_phones
from data.reading import named, quoted
from data.schema import Contract, Kind


def read_phones(cursor: duckdb.DuckDBPyConnection, contract: Contract, supplied: list[str]) -> int:
    """Fill in the phones of ``staged`` that stand in its column ``_phone`` as they came.

    A text that is no phone leaves the column empty: the row is still good, unless the
    contract asks for the phone. Gives the number of rows left without.
    """
    column = next(
        (c for c in contract.columns if c.kind is Kind.PHONE and c.name in supplied), None
    )
    if column is None:
        return 0
    texts = [
        text
        for (text,) in cursor.execute(
            "SELECT DISTINCT _phone FROM staged WHERE _phone IS NOT NULL"
        ).fetchall()
    ]
    if not texts:
        return 0
    numbers = normalise_phones(texts)
    found = {text: number for text, number in numbers.items() if number is not None}
    if found:
        cursor.register("phones", pa.table({"text": list(found), "number": list(found.values())}))
        cursor.execute(
            f"UPDATE staged SET {named(column.name)} = number, _phone = NULL"
            " FROM phones WHERE _phone = text"
        )
        cursor.unregister("phones")
    if column.required:
        cursor.execute(
            "UPDATE staged SET _code = coalesce(_code, 'not_a_phone'), _reason = coalesce(_reason,"
            f" {quoted(f'{column.name} must be a phone number, got “')} || _phone || '”')"
            " WHERE _phone IS NOT NULL"
        )
        return 0
    (unread,) = cursor.execute("SELECT count(_phone) FROM staged").fetchone() or (0,)
    return int(unread)
