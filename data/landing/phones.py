"""Phones in staged rows that SQL could not read: each distinct text asked of the library once."""

from __future__ import annotations

import duckdb
import pyarrow as pa

from data.contracts.schema import Contract, Kind
from data.identity.phone import normalise_phones
from data.landing.reading import named


def read_phones(cursor: duckdb.DuckDBPyConnection, contract: Contract, supplied: list[str]) -> int:
    """Fill in the phones of ``staged`` that SQL left empty though something stands there.

    A text that is no phone leaves the column empty: the row is still good, unless the
    contract asks for the phone. Gives the number of rows left without.
    """
    unread = 0
    for column in contract.columns:
        if column.kind is not Kind.PHONE or column.name not in supplied:
            continue
        phone, raw = named(column.name), named(f"raw:{column.name}")
        open_rows = f"{phone} IS NULL AND trim({raw}) <> ''"
        texts = cursor.execute(f"SELECT DISTINCT {raw} FROM staged WHERE {open_rows}").fetchall()
        numbers = normalise_phones(text for (text,) in texts)
        found = {text: number for text, number in numbers.items() if number is not None}
        if found:
            cursor.register(
                "phones", pa.table({"text": list(found), "number": list(found.values())})
            )
            cursor.execute(
                f"UPDATE staged SET {phone} = number FROM phones WHERE {open_rows} AND {raw} = text"
            )
            cursor.unregister("phones")
        if texts and not column.required:
            rows = cursor.execute(f"SELECT count(*) FROM staged WHERE {open_rows}").fetchall()
            unread += rows[0][0]
    return unread
