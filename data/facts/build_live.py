"""Facts of events that just arrived: as a whole rebuild, at the cost of what is new.

The queries are those of the whole rebuild. They run with temporary tables in place of the
large ones, which hold only the rows of the people concerned; DuckDB finds a temporary
table before one of the store.
"""

from __future__ import annotations

import duckdb

from data.facts.build_marketing import ACTIVITY_EVENT, EVENT, LEAD, SHARE_EDGE, TOUCH, VISIT
from data.facts.build_people import CONFLICT, IDENTIFIER, PERSON, build_names
from data.facts.build_referral import REFERRAL
from data.facts.build_service import FOLLOWUP
from data.facts.query import FactQuery
from data.identity.keyed import hmac_parameters
from data.identity.live import resolve_new

# Rows of a transaction not yet committed are numbered from here on.
_UNCOMMITTED = 36_028_797_018_960_000
_STATE = "CREATE TABLE IF NOT EXISTS facts_state (events BIGINT, last_rowid BIGINT)"
_NOW = f"""
INSERT INTO facts_state SELECT count(*),
  coalesce(max(rowid) FILTER (rowid < {_UNCOMMITTED}), -1)
    + count(*) FILTER (rowid >= {_UNCOMMITTED})
FROM events"""
_IS_KNOWN = """
SELECT (SELECT count(*) FROM events WHERE rowid <= last_rowid) = events FROM facts_state"""
_NEW = """
CREATE OR REPLACE TEMP TABLE live_event AS
SELECT * FROM events WHERE rowid > (SELECT last_rowid FROM facts_state)"""
# Students and orders lead to facts that no event touches.
_HAVE_MORE = """
SELECT EXISTS (FROM identity_moved WHERE takes_students)
  OR EXISTS (FROM identity_moved JOIN fact_order_line ON person_id = left_id WHERE takes_orders)"""


def remember(cursor: duckdb.DuckDBPyConnection) -> None:
    """Note which events the facts know."""
    cursor.execute(_STATE)
    cursor.execute("DELETE FROM facts_state")
    cursor.execute(_NOW)


def take_in(cursor: duckdb.DuckDBPyConnection, key: bytes) -> bool | None:
    """Bring identity and facts up to date with events that were added since `remember`.

    Returns
    -------
    bool or None
        True where `refresh` may follow. False where people with students or orders moved:
        identity is up to date, and every fact about people must be built. None where
        nothing was done: earlier events were removed, or the facts never saw any.
    """
    cursor.execute(_STATE)
    known = cursor.execute(_IS_KNOWN).fetchone()
    if not known or not known[0]:
        return None
    cursor.execute(_NEW)
    resolve_new(cursor, key)
    moved = cursor.execute(_HAVE_MORE).fetchone()
    return not (moved and moved[0])


def refresh(cursor: duckdb.DuckDBPyConnection, key: bytes) -> None:
    """Build anew the facts of those whom the new events are about; the rest stays."""
    row = cursor.execute("SELECT current_database()").fetchone()
    store = f'"{row[0] if row else ""}".main'
    shadows = _Shadows(cursor, store)
    _add_events(cursor, store, shadows)
    _refresh_shares(cursor, store, shadows)
    shadows.narrow("fact_event", "SEMI JOIN live_person USING (person_id)")
    shadows.narrow("leads", "SEMI JOIN live_lead USING (lead_id)")
    _replace(cursor, store, VISIT, key)
    _replace(cursor, store, TOUCH, key)
    for table in ("fact_visit", "fact_touch", "fact_order_line", "fact_seat", "identity_student"):
        shadows.narrow(table, "SEMI JOIN live_person USING (person_id)")
    _replace(cursor, store, LEAD, key)
    shadows.narrow("followups", "SEMI JOIN live_lead USING (lead_id)")
    _replace(cursor, store, FOLLOWUP, key)
    build_names(cursor)
    _replace(cursor, store, PERSON, key)
    shadows.narrow("events", "SEMI JOIN fact_event USING (event_id)")
    for table in ("fact_person", "identity_person"):
        shadows.narrow(table, "SEMI JOIN live_person USING (person_id)")
    _replace(cursor, store, IDENTIFIER, key)
    shadows.lift()
    cursor.execute(CONFLICT.statement)
    cursor.execute(REFERRAL.statement)


class _Shadows:
    """Temporary tables in place of the store's, of the same name and fewer rows."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, store: str) -> None:
        self._cursor, self._store = cursor, store
        self._names: set[str] = set()

    def narrow(self, name: str, to: str) -> None:
        """Let queries see only these rows of a table."""
        self._cursor.execute(
            f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT {name}.* FROM {self._store}.{name} {to}"
        )
        self._names.add(name)

    def lift(self, *names: str) -> None:
        """Let queries see the whole tables again; none named lifts all."""
        for name in set(names) or set(self._names):
            self._cursor.execute(f"DROP TABLE temp.main.{name}")
            self._names.discard(name)


def _add_events(cursor: duckdb.DuckDBPyConnection, store: str, shadows: _Shadows) -> None:
    """Add the new events, and again those of devices that came to another person."""
    for statement in (
        """CREATE OR REPLACE TEMP TABLE live_again AS
        SELECT event_id FROM fact_event SEMI JOIN identity_moved ON person_id = left_id""",
        """CREATE OR REPLACE TEMP TABLE live_share AS
        SELECT DISTINCT share_id FROM fact_event SEMI JOIN live_again USING (event_id)
        WHERE share_id IS NOT NULL""",
        "DELETE FROM fact_event WHERE event_id IN (FROM live_again)",
        "INSERT INTO live_event FROM events SEMI JOIN live_again USING (event_id)",
    ):
        cursor.execute(statement)
    shadows.narrow("events", "WHERE false")
    cursor.execute("INSERT INTO temp.main.events FROM live_event")
    cursor.execute(f"CREATE OR REPLACE TEMP TABLE live_fact AS {EVENT.rows}")
    cursor.execute(f"INSERT INTO {store}.fact_event FROM live_fact")
    shadows.lift("events")
    for statement in (
        """CREATE OR REPLACE TEMP TABLE live_person AS
        SELECT person_id FROM live_fact WHERE NOT starts_with(person_id, 'event:')
        UNION SELECT unnest([left_id, joined_id]) FROM identity_moved
        UNION SELECT person_id FROM work_student SEMI JOIN live_event USING (student_id)""",
        """CREATE OR REPLACE TEMP TABLE live_lead AS
        SELECT lead_id FROM work_lead SEMI JOIN live_person USING (person_id)""",
    ):
        cursor.execute(statement)


def _refresh_shares(cursor: duckdb.DuckDBPyConnection, store: str, shadows: _Shadows) -> None:
    """Build events and share edges of the activities in which anything happened."""
    for statement in (
        "INSERT INTO live_share SELECT share_id FROM live_fact WHERE share_id IS NOT NULL",
        """CREATE OR REPLACE TEMP TABLE live_activity AS
        SELECT activity_id FROM live_fact WHERE activity_id IS NOT NULL
        UNION SELECT activity_id FROM fact_event
        SEMI JOIN live_share ON from_share_id = live_share.share_id
        WHERE activity_id IS NOT NULL""",
        """CREATE OR REPLACE TEMP TABLE live_link AS
        SELECT DISTINCT from_share_id AS share_id FROM fact_event
        SEMI JOIN live_activity USING (activity_id) WHERE from_share_id IS NOT NULL""",
    ):
        cursor.execute(statement)
    shadows.narrow(
        "fact_event",
        "WHERE activity_id IN (FROM live_activity) OR share_id IN (FROM live_link)",
    )
    for query in (ACTIVITY_EVENT, SHARE_EDGE):
        cursor.execute(
            f"DELETE FROM {store}.{query.table} WHERE activity_id IN (FROM live_activity)"
        )
        cursor.execute(
            f"INSERT INTO {store}.{query.table} FROM ({query.rows})"
            " WHERE activity_id IN (FROM live_activity)"
        )


def _replace(cursor: duckdb.DuckDBPyConnection, store: str, query: FactQuery, key: bytes) -> None:
    """Put the people's rows in place of those they had."""
    cursor.execute(f"DELETE FROM {store}.{query.table} WHERE person_id IN (FROM live_person)")
    statement = f"INSERT INTO {store}.{query.table} {query.rows}"
    cursor.execute(statement, hmac_parameters(key) if "$inner" in statement else None)
