"""One-ID: from rows that name identifiers to people, with the reasons kept."""

from __future__ import annotations

import duckdb
import numpy as np
import pyarrow as pa

from data.identity import evidence, links
from data.identity.components import (
    MERGED,
    OVER_LIMIT,
    SAME,
    TOO_LARGE,
    Codes,
    Numbers,
    merge_links,
    warm_up,
)
from data.identity.households import resolve_households
from data.identity.keyed import hmac_parameters
from data.identity.kinds import LARGEST_PERSON, STRONG

_LOGIN = next(i for i, kind in enumerate(STRONG) if kind.name == "login_id")
_LIMITS = np.array([kind.per_person for kind in STRONG], np.uint8)
_LOGIN_LIMITS = np.array([kind.login_limit for kind in STRONG], np.uint8)
IDENTITY_TABLES = {
    f"identity_{name}" for name in ("identifier", "person", "link", "student", "household")
}
IDENTITY_SOURCES = {"leads", "guardians", "students", "enrolments", "orders", "seats", "events"}

# Of each outcome; empty where the two are one person.
_OUTCOMES = {MERGED: "", SAME: "", TOO_LARGE: "too_large"}
_REASONS = pa.array(
    [_OUTCOMES[code] for code in range(OVER_LIMIT)] + [f"limit_{kind.name}" for kind in STRONG]
)


def resolve(cursor: duckdb.DuckDBPyConnection, key: bytes) -> bool:
    """Build the identity tables from the raw tables, whole.

    The answer hangs on the rows alone, not on the order in which they arrived.

    - ``identity_identifier``: ``identifier_no``, ``kind``, ``value``, ``priority``, ``is_weak``,
      ``is_shared`` and the first row that named it (``first_seen_at``, ``source``, ``evidence``).
    - ``identity_link``: ``left_no``, ``right_no``, ``linked_at``, ``source``, ``evidence``,
      ``is_weak``: pairs that are one person. A weak one ties a device to the only person
      ever seen on it, so that the device's anonymous past is theirs.
    - ``identity_conflict``: the same columns and a ``reason``: pairs not joined.
    - ``identity_person``: ``identifier_no``, ``person_id``, for every identifier.
    - ``identity_household``: ``person_id``, ``household_id``, of those who have students.

    Parameters
    ----------
    cursor
        In a transaction, on a store with every raw table.
    key
        The installation's secret, at most 64 bytes. Person ids are keyed hashes of the
        identifier first seen: rows that arrive late do not rename everybody after them,
        and an id does not give away the number it comes from.

    Returns
    -------
    bool
        Whether an identifier known before now belongs to another person.
    """
    warm_up()  # while DuckDB reads; numba's own lock makes the first merge wait for it
    gather(cursor)
    return settle(cursor, key)


def gather(cursor: duckdb.DuckDBPyConnection) -> None:
    """Build ``identity_seen``: the combinations of identifiers that events had, whole."""
    seen = evidence.seen_in("events", unbound=_unbind(cursor))
    cursor.execute(f"CREATE OR REPLACE TABLE identity_seen AS {seen}")


def settle(cursor: duckdb.DuckDBPyConnection, key: bytes) -> bool:
    """Build the other identity tables from ``identity_seen`` and the raw tables of names."""
    cursor.execute(_REMEMBER_IDENTIFIERS)
    cursor.execute(_REMEMBER_PEOPLE)
    cursor.execute(_REMEMBER_HOMES)
    cursor.execute(_REMEMBER)
    for step in (
        evidence.rows(unbound=_unbind(cursor)),
        evidence.IDENTIFIERS,
        evidence.SHARED,
        evidence.MEMBERS,
        links.DECISIONS,
        links.OFFERS,
    ):
        cursor.execute(step)
    root, outcome = _merge(cursor)
    _store(cursor, "identity_root", identifier_no=_count(root), root_no=root)
    _store(cursor, "identity_outcome", offer_no=_count(outcome), reason=_REASONS.take(outcome))
    for step in links.SETTLE:
        cursor.execute(step)
    cursor.execute(links.PEOPLE, hmac_parameters(key))
    resolve_households(cursor)
    cursor.execute(_MOVED)
    row = cursor.execute("SELECT EXISTS (FROM identity_moved)").fetchone()
    return bool(row and row[0])


def _unbind(cursor: duckdb.DuckDBPyConnection) -> bool:
    """Whether anything was ever unbound; what, is then in ``identity_unbound``."""
    row = cursor.execute(evidence.HAS_UNBOUND).fetchone()
    if not row or not row[0]:
        return False
    cursor.execute(evidence.UNBOUND)
    return True


_REMEMBER_IDENTIFIERS = (
    "CREATE TABLE IF NOT EXISTS identity_identifier (identifier_no INTEGER, kind TEXT, value TEXT,"
    " is_shared BOOLEAN)"
)
_REMEMBER_PEOPLE = (
    "CREATE TABLE IF NOT EXISTS identity_person (identifier_no INTEGER, person_id TEXT)"
)
_REMEMBER_HOMES = (
    "CREATE TABLE IF NOT EXISTS identity_household (person_id TEXT, household_id TEXT)"
)
_REMEMBER = """
CREATE OR REPLACE TEMP TABLE identity_before AS
SELECT kind, value, person_id, is_shared, household_id IS NOT NULL AS has_student
FROM identity_identifier JOIN identity_person USING (identifier_no)
  LEFT JOIN identity_household USING (person_id)"""
# Whom an identifier left, and whom it came to.
_MOVED = """
CREATE OR REPLACE TEMP TABLE identity_moved AS
SELECT DISTINCT b.person_id AS left_id, p.person_id AS joined_id,
  has_student AND NOT coalesce(i.is_weak, false) AS takes_students,
  NOT coalesce(i.is_weak, false) AS takes_orders
FROM identity_before b LEFT JOIN identity_identifier i USING (kind, value)
  LEFT JOIN identity_person p USING (identifier_no)
WHERE b.person_id IS DISTINCT FROM p.person_id OR b.is_shared IS DISTINCT FROM i.is_shared"""


def _count(like: Numbers | Codes) -> Numbers:
    return np.arange(len(like), dtype=np.int32)


def _store(cursor: duckdb.DuckDBPyConnection, name: str, **columns: object) -> None:
    cursor.register("identity_arrow", pa.table(columns))
    cursor.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS FROM identity_arrow")
    cursor.unregister("identity_arrow")


def _merge(cursor: duckdb.DuckDBPyConnection) -> tuple[Numbers, Codes]:
    """Representatives of the strong identifiers, and what became of each offer."""
    kinds = cursor.sql(
        "SELECT (priority - 1)::UTINYINT AS kind FROM identity_identifier"
        " WHERE NOT is_weak ORDER BY identifier_no"
    ).to_arrow_table()
    offers = cursor.sql(
        "SELECT left_no, right_no, forced FROM identity_offer WHERE NOT is_shared ORDER BY offer_no"
    ).to_arrow_table()
    return merge_links(
        offers["left_no"].to_numpy(),
        offers["right_no"].to_numpy(),
        kinds["kind"].to_numpy(),
        limits=_LIMITS,
        login_limits=_LOGIN_LIMITS,
        login=_LOGIN,
        largest=LARGEST_PERSON,
        forced=offers["forced"].to_numpy(),
    )
