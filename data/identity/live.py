"""One-ID of events that just arrived: as `resolve`, at the cost of what is new in them."""

from __future__ import annotations

import duckdb

from data.identity import evidence
from data.identity.evidence import ACCEPT, UNBIND, UNDO
from data.identity.keyed import hmac_parameters, keyed_id
from data.identity.kinds import KINDS
from data.identity.resolution import gather, settle

_IDS = evidence.EVENT_KINDS
_SAME = " AND ".join(f"s.{kind} IS NOT DISTINCT FROM f.{kind}" for kind in (*_IDS, "device"))
_DEVICE = next(kind for kind in KINDS if kind.name == "device")

# Combinations that were never seen, or never so early.
_FRESH = f"""
CREATE OR REPLACE TEMP TABLE identity_fresh AS
FROM ({evidence.seen_in("live_event", unbound=False)}) f
WHERE NOT EXISTS (FROM identity_seen s WHERE {_SAME} AND s.first <= f.first)"""
_REPLACE = f"DELETE FROM identity_seen s USING identity_fresh f WHERE {_SAME}"

# Decisions and unbinding reach back; so does a student of whom only events tell.
_REACHES_BACK = f"""
SELECT EXISTS (FROM live_event WHERE name IN ('{ACCEPT}', '{UNDO}', '{UNBIND}'))
  OR EXISTS (FROM events WHERE name = '{UNBIND}')
  OR EXISTS (
    FROM live_event WHERE nullif(trim(student_id), '') IS NOT NULL
      AND student_id NOT IN (SELECT student_id FROM identity_student)
  )"""

_ONLY_DEVICES = f"""
SELECT NOT EXISTS (FROM identity_fresh WHERE coalesce({", ".join(_IDS)}) IS NOT NULL)"""

_NEW_DEVICES = f"""
CREATE OR REPLACE TEMP TABLE identity_device AS
SELECT (row_number() OVER (ORDER BY first, device) + high)::INTEGER AS identifier_no, first, device,
  {keyed_id("'device:' || device", "P")} AS person_id
FROM identity_fresh
  ANTI JOIN identity_identifier i ON i.kind = 'device' AND i.value = device,
  (SELECT coalesce(max(identifier_no), -1) AS high FROM identity_identifier)"""
_ADD_IDENTIFIERS = f"""
INSERT INTO identity_identifier BY NAME
SELECT identifier_no, 'device' AS kind, device AS value, {_DEVICE.priority} AS priority,
  true AS is_weak, false AS is_shared, first.seen_at AS first_seen_at, 'events' AS source,
  first.id AS evidence
FROM identity_device"""
_ADD_PEOPLE = "INSERT INTO identity_person SELECT identifier_no, person_id FROM identity_device"
_TAKEN = """
SELECT EXISTS (FROM identity_device SEMI JOIN identity_person USING (person_id))
  OR count(*) != count(DISTINCT person_id) FROM identity_device"""
_NOBODY_MOVED = """
CREATE OR REPLACE TEMP TABLE identity_moved (
  left_id VARCHAR, joined_id VARCHAR, takes_students BOOLEAN, takes_orders BOOLEAN)"""


def resolve_new(cursor: duckdb.DuckDBPyConnection, key: bytes) -> None:
    """Bring the identity tables up to date with the new events in ``live_event``.

    People come out as `resolve` has them; only the numbers of identifiers may differ.
    ``identity_moved`` then names whom identifiers left and whom they came to.
    """
    if _tells(cursor, _REACHES_BACK):
        gather(cursor)
        settle(cursor, key)
        return
    cursor.execute(_NOBODY_MOVED)
    cursor.execute(_FRESH)
    only_devices = _tells(cursor, _ONLY_DEVICES)
    if only_devices:
        cursor.execute(_NEW_DEVICES, hmac_parameters(key))
    cursor.execute(_REPLACE)
    cursor.execute("INSERT INTO identity_seen BY NAME FROM identity_fresh")
    # A visitor nobody knows changes nobody else, unless two hashes agree.
    if only_devices and not _tells(cursor, _TAKEN):
        cursor.execute(_ADD_IDENTIFIERS)
        cursor.execute(_ADD_PEOPLE)
        return
    settle(cursor, key)


def _tells(cursor: duckdb.DuckDBPyConnection, question: str) -> bool:
    row = cursor.execute(question).fetchone()
    return bool(row and row[0])
