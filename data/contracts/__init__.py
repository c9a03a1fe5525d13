"""Every input table, declared once: DDL, validation, templates, sample and docs come from here.

Instants arrive in the campus's local time (or with an offset) and are kept in UTC.
"""

from __future__ import annotations

from data.contracts import reaching, serving, steering
from data.contracts.schema import Contract
from data.errors import UnknownName

CONTRACTS: dict[str, Contract] = {
    table.name: table for table in (*reaching.TABLES, *serving.TABLES, *steering.TABLES)
}


def contract(name: str) -> Contract:
    """The contract of this table."""
    try:
        return CONTRACTS[name]
    except KeyError:
        raise UnknownName("table", name, CONTRACTS) from None
