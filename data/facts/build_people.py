"""Facts that find people: who is known, to which campus, by which identifiers."""

from __future__ import annotations

import duckdb
import pyarrow as pa

from data.facts.pinyin import syllables
from data.facts.query import FactQuery, campus, filled, household
from data.facts.schema import UNASSIGNED
from data.identity.evidence import present
from data.identity.keyed import hmac_sql
from data.identity.kinds import LINKING
from data.identity.phone import mask_name

# All the names there are, once each, with what search and masking need of them.
_NAMES = """
SELECT DISTINCT trim(name) AS name FROM (
  SELECT name FROM leads UNION ALL SELECT name FROM guardians UNION ALL SELECT name FROM students
  UNION ALL SELECT student_name FROM leads
) WHERE trim(name) != ''"""


def build_names(cursor: duckdb.DuckDBPyConnection) -> None:
    """Make the temporary table ``work_name`` (name, masked, pinyin, initials)."""
    names = [row[0] for row in cursor.execute(_NAMES).fetchall()]
    spelt = [syllables(name) for name in names]
    table = pa.table(
        {
            "name": pa.array(names, pa.string()),
            "masked": pa.array([mask_name(name) for name in names], pa.string()),
            "pinyin": pa.array(["".join(parts) for parts in spelt], pa.string()),
            "initials": pa.array(
                ["".join(part[:1] for part in parts) for parts in spelt], pa.string()
            ),
        }
    )
    cursor.register("work_arrow", table)
    cursor.execute("CREATE OR REPLACE TEMP TABLE work_name AS FROM work_arrow")
    cursor.unregister("work_arrow")


def masked_phone(column: str) -> str:
    """`mask_phone` of an E.164 number, in SQL."""
    return (
        f"CASE WHEN regexp_full_match({column}, '\\+861[3-9]\\d{{9}}')"
        f" THEN {column}[4:6] || '****' || right({column}, 4)"
        f" ELSE '****' || right({column}, 4) END"
    )


# What each campus knows of a person, row by row; `rank` says whose name and phone are shown.
_KNOWN = f"""
SELECT w.person_id, w.campus_id, l.created_at AS seen_at, 'lead' AS stage, trim(l.name) AS name,
  CASE WHEN l.phone LIKE '+%' THEN l.phone END AS phone, {filled("l.owner_id")} AS owner_id,
  {filled("l.student_name")} AS student_name, 1 AS rank, l.lead_id AS row_id
FROM leads l JOIN work_lead w USING (lead_id)
UNION ALL
SELECT i.person_id, coalesce({filled("s.campus_id")}, '-'),
  coalesce(s.enrolled_at, f.first_at, TIMESTAMP '1970-01-01'),
  'lead', trim(g.name), g.phone, NULL, trim(s.name), 2, i.student_id
FROM identity_student i
LEFT JOIN students s USING (student_id)
LEFT JOIN (
  SELECT g.student_id, p.person_id, g.phone, g.name FROM guardians g
  JOIN identity_identifier ON kind = 'phone' AND value = g.phone
  JOIN identity_person p USING (identifier_no)
) g ON g.student_id = i.student_id AND g.person_id = i.person_id
LEFT JOIN (
  SELECT student_id, min(started_on)::TIMESTAMP AS first_at FROM enrolments GROUP BY ALL
) f ON f.student_id = i.student_id
UNION ALL
SELECT person_id, campus_id, min(paid_at),
  CASE WHEN bool_or(is_formal) THEN 'payer' WHEN bool_or(is_trial) THEN 'trial' ELSE 'lead' END,
  NULL, NULL, NULL, NULL, 3, ''
FROM fact_order_line WHERE kind = 'charge' GROUP BY person_id, campus_id
UNION ALL
SELECT person_id, campus_id, max(paid_at), 'lead', NULL, NULL, NULL, NULL, 3, ''
FROM fact_order_line GROUP BY person_id, campus_id
UNION ALL
SELECT s.person_id, s.campus_id, min(s.starts_at), 'trial', NULL, NULL, NULL, NULL, 4, ''
FROM fact_seat s JOIN courses c USING (course_id)
WHERE c.type IN ('trial', 'token') AND s.attendance IN ('present', 'late')
GROUP BY s.person_id, s.campus_id
UNION ALL
SELECT person_id, campus_id, unnest([min(occurred_at), max(occurred_at)]), 'visitor', NULL, NULL,
  NULL, NULL, 5, ''
FROM fact_event WHERE NOT starts_with(person_id, 'event:') GROUP BY person_id, campus_id"""

_STAGES = "['visitor', 'lead', 'trial', 'payer']"


def _newest(column: str) -> str:
    """The value of the newest row that has one, leads before guardians."""
    key = "{'rank': -rank, 'seen_at': seen_at, 'id': row_id, 'value': " + column + "}"
    return f"(max({key}) FILTER ({column} != '')).value"


PERSON = FactQuery(
    "person",
    f"""
    WITH known AS ({_KNOWN}), place AS (
      SELECT person_id, bool_or(campus_id != '-') AS has_campus FROM known GROUP BY person_id
    ), grouped AS (
      SELECT person_id, campus_id, {_newest("owner_id")} AS owner_id, {_newest("name")} AS name,
        {_newest("phone")} AS phone,
        {_STAGES}[max(list_position({_STAGES}, stage))] AS stage,
        array_to_string(list_sort(list_distinct(list(student_name)
          FILTER (student_name != ''))), '、') AS student_names,
        min(seen_at) AS first_seen_at, max(seen_at) AS last_seen_at
      FROM known JOIN place USING (person_id)
      WHERE campus_id != '-' OR NOT has_campus
      GROUP BY person_id, campus_id
    ), child AS (
      SELECT person_id, campus_id, array_to_string(list(masked ORDER BY masked), '、') AS masked,
        array_to_string(list(pinyin ORDER BY pinyin), ' ') AS pinyin,
        array_to_string(list(initials ORDER BY initials), ' ') AS initials
      FROM (SELECT DISTINCT person_id, campus_id, student_name FROM known WHERE student_name != '')
      JOIN work_name ON work_name.name = student_name
      GROUP BY person_id, campus_id
    )
    SELECT g.person_id, g.campus_id,
      coalesce(h.household_id, {household("g.person_id")}) AS household_id, owner_id,
      g.name, n.masked AS name_masked,
      nullif(concat_ws(' ', n.pinyin, child.pinyin), '') AS pinyin, NULL AS pinyin_masked,
      nullif(concat_ws(' ', n.initials, child.initials), '') AS initials, NULL AS initials_masked,
      g.phone, {masked_phone("g.phone")} AS phone_masked,
      CASE WHEN g.phone IS NOT NULL THEN {hmac_sql("g.phone")} END AS phone_key,
      nullif(student_names, '') AS student_names, child.masked AS student_names_masked,
      stage, first_seen_at, last_seen_at
    FROM grouped g
    LEFT JOIN work_name n ON n.name = g.name
    LEFT JOIN child ON child.person_id = g.person_id AND child.campus_id = g.campus_id
    LEFT JOIN identity_household h ON h.person_id = g.person_id""",
    "person_id, campus_id",
    plain=("household_id",),
)


def masked_identifier(kind: str, value: str) -> str:
    """`mask_identifier`, in SQL."""
    return (
        f"CASE WHEN {kind} = 'phone' THEN {masked_phone(value)}"
        f" WHEN length({value}) > 6 THEN {value}[:2] || '***' || right({value}, 2) ELSE '***' END"
    )


# Which campus saw which identifier: a number left in one campus is not shown to another.
_PLACED_EVENTS = f"""(
  SELECT e.* REPLACE ({campus("e.campus_id", "a.campus_id")} AS campus_id)
  FROM events e LEFT JOIN activities a USING (activity_id)
)"""
_PLACED_GUARDIANS = (
    "(SELECT g.*, s.campus_id FROM guardians g LEFT JOIN students s USING (student_id))"
)


def _left(table: str, **columns: str) -> list[str]:
    """Which campus saw the identifiers in these columns of a table."""
    return [
        f"SELECT '{kind}' AS kind, {present(column)} AS value, {campus('campus_id')} AS campus_id"
        f" FROM {table} WHERE {present(column)} IS NOT NULL"
        for kind, column in columns.items()
    ]


_ON_ROWS = {kind.name: kind.name for kind in LINKING} | {"device": "device_id"}
_SEEN = " UNION ".join(
    (
        *_left("leads", lead="lead_id", **{k: c for k, c in _ON_ROWS.items() if k != "login_id"}),
        *_left(_PLACED_EVENTS, **{k: c for k, c in _ON_ROWS.items() if k != "crm_id"}),
        *_left(_PLACED_GUARDIANS, phone="phone", unionid="unionid"),
        *_left("orders", order="order_id", phone="phone"),
        "SELECT 'student', student_id, campus_id FROM work_student",
    )
)

# The device of an anonymous visitor has nothing to show beside the visitor's own row.
IDENTIFIER = FactQuery(
    "identifier",
    f"""
    WITH seen AS ({_SEEN}), linked AS (
      SELECT identifier_no,
        min({{'seen_at': linked_at, 'source': source, 'evidence': evidence}}) AS link
      FROM (
        SELECT left_no AS identifier_no, linked_at, source, evidence FROM identity_link
        UNION ALL SELECT right_no, linked_at, source, evidence FROM identity_link
      ) GROUP BY identifier_no
    )
    SELECT f.person_id, f.campus_id, i.kind, i.value,
      {masked_identifier("i.kind", "i.value")} AS value_masked, i.is_weak,
      coalesce(link.evidence, i.evidence) AS evidence, coalesce(link.source, i.source) AS source,
      coalesce(link.seen_at, i.first_seen_at) AS linked_at
    FROM identity_identifier i JOIN identity_person p USING (identifier_no)
    JOIN seen ON seen.kind = i.kind AND seen.value = i.value
    JOIN fact_person f ON f.person_id = p.person_id AND f.campus_id = seen.campus_id
    LEFT JOIN linked ON linked.identifier_no = i.identifier_no
    WHERE f.stage != 'visitor' OR NOT i.is_weak""",
    "person_id, campus_id, kind, value",
)

# A pair is shown to the campus of the row on which the two stood side by side.
CONFLICT = FactQuery(
    "conflict",
    f"""
    WITH place AS (
      SELECT 'leads' AS source, lead_id AS evidence, campus_id FROM work_lead
      UNION ALL SELECT 'guardians', student_id, campus_id FROM work_student
      UNION ALL SELECT 'events', event_id, {campus("e.campus_id", "a.campus_id")}
      FROM events e SEMI JOIN identity_conflict c ON c.evidence = e.event_id
      LEFT JOIN activities a USING (activity_id)
    )
    SELECT lp.person_id, coalesce(place.campus_id, '{UNASSIGNED}') AS campus_id,
      rp.person_id AS other_person_id, c.reason, l.kind, l.value,
      {masked_identifier("l.kind", "l.value")} AS value_masked, r.kind AS other_kind,
      r.value AS other_value, {masked_identifier("r.kind", "r.value")} AS other_value_masked,
      c.evidence, c.source, c.linked_at AS seen_at
    FROM identity_conflict c
    JOIN identity_identifier l ON l.identifier_no = left_no
    JOIN identity_identifier r ON r.identifier_no = right_no
    JOIN identity_person lp ON lp.identifier_no = left_no
    JOIN identity_person rp ON rp.identifier_no = right_no
    LEFT JOIN place ON place.source = c.source AND place.evidence = c.evidence""",
    "seen_at, campus_id, kind, value, other_kind, other_value",
)

QUERIES = (PERSON, IDENTIFIER, CONFLICT)
