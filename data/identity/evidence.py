"""What the raw tables say about who is who: rows of identifiers that stood side by side.

Every statement here makes one temporary table, named in `STEPS` in their order.
"""

from __future__ import annotations

from data.identity.keyed import keyed_id
from data.identity.kinds import KINDS, LINKING, STRONG

_LINKING = [kind.name for kind in LINKING]
_PRIORITY = {kind.name: kind.priority for kind in KINDS}
_NEVER = "TIMESTAMP '1970-01-01'"

# Decisions of people about links arrive as events of the application.
ACCEPT, UNDO = "identity_accept", "identity_undo"


def present(column: str) -> str:
    """An identifier's text, missing where it is blank; a phone must have been normalised."""
    name = column.rpartition(".")[2]
    if name == "phone":
        return f"CASE WHEN {column} LIKE '+%' THEN {column} END"
    return f"nullif(trim({column}), '')"


def _columns(**given: str) -> str:
    """The select list of `identity_row`, NULL for kinds that a source does not have."""
    kinds = (*_LINKING, "student", "lead", "order", "device")
    return ", ".join(f'{given.get(kind, "NULL::VARCHAR")} AS "{kind}"' for kind in kinds)


_lead_ids = {k: present(k) for k in _LINKING if k != "login_id"}
_event_ids = {k: present(k) for k in _LINKING if k != "crm_id"}

_STUDENTS = " UNION ".join(
    f"SELECT student_id FROM {table} WHERE {present('student_id')} IS NOT NULL"
    for table in ("students", "enrolments", "orders", "seats", "events")
)

# TRICKY: min(struct), not arg_min: where two rows share an instant, arg_min takes any.
ROWS = f"""
CREATE OR REPLACE TEMP TABLE identity_row AS
SELECT row_number() OVER (ORDER BY seen_at, source, evidence, phone, unionid) AS row_no, * FROM (
  SELECT 'leads' AS source, lead_id AS evidence, created_at AS seen_at,
    {
    _columns(
        **_lead_ids,
        device=present("device_id"),
        lead=f"CASE WHEN coalesce({', '.join(_lead_ids.values())}) IS NULL THEN lead_id END",
    )
}
  FROM leads
  UNION ALL
  SELECT 'guardians', g.student_id, coalesce(s.enrolled_at, {_NEVER}),
    {_columns(phone=present("g.phone"), unionid=present("g.unionid"))}
  FROM guardians g LEFT JOIN students s USING (student_id)
  UNION ALL
  SELECT 'students', student_id, coalesce(any_value(enrolled_at), {_NEVER}),
    {_columns(student="student_id")}
  FROM ({_STUDENTS}) LEFT JOIN students USING (student_id)
  WHERE student_id NOT IN (SELECT student_id FROM guardians WHERE {present("phone")} IS NOT NULL)
  GROUP BY student_id
  UNION ALL
  SELECT 'orders', order_id, created_at, {_columns(phone=present("phone"))}
  FROM orders WHERE {present("phone")} IS NOT NULL
  UNION ALL
  SELECT 'orders', o.order_id, o.created_at, {_columns(order="o.order_id")}
  FROM orders o ANTI JOIN leads USING (lead_id)
  WHERE {present("o.phone")} IS NULL AND {present("o.student_id")} IS NULL
  UNION ALL
  SELECT 'events', first.id, first.seen_at, {
    _columns(**{k: f'"{k}"' for k in _event_ids}, device="device")
}
  FROM (
    SELECT min({{'seen_at': occurred_at, 'id': event_id}}) AS first,
      {", ".join(f"{text} AS {kind}" for kind, text in _event_ids.items())},
      {present("device_id")} AS device
    FROM events WHERE name NOT IN ('{ACCEPT}', '{UNDO}')
    GROUP BY ALL
    HAVING coalesce({", ".join(_event_ids)}, device) IS NOT NULL
  )
)"""

_SEEN = " UNION ALL ".join(
    f"SELECT '{kind}' AS kind, \"{kind}\" AS value, {_PRIORITY[kind]} AS priority,"
    f" {str(kind == 'device').lower()} AS is_weak, row_no FROM identity_row"
    f' WHERE "{kind}" IS NOT NULL'
    for kind in (*(k.name for k in STRONG), "device")
)

# Strong identifiers are numbered before weak ones, so that the lowest of a component,
# which names the person, is strong wherever there is a strong one.
IDENTIFIERS = f"""
CREATE OR REPLACE TABLE identity_identifier AS
SELECT
  (row_number() OVER (ORDER BY is_weak, row_no, priority, value) - 1)::INTEGER AS identifier_no,
  kind, value, priority, is_weak, false AS is_shared, seen_at AS first_seen_at, source, evidence
FROM (
  SELECT kind, value, priority, is_weak, min(row_no) AS row_no FROM ({_SEEN}) GROUP BY ALL
) JOIN identity_row USING (row_no)
ORDER BY identifier_no"""

_SHARED = " UNION ALL ".join(
    f"""SELECT '{kind.name}' AS kind, {kind.name} AS value FROM identity_row
    WHERE {kind.name} IS NOT NULL
    GROUP BY {kind.name} HAVING count(DISTINCT {kind.shared_by}) > {kind.shared_above}"""
    for kind in LINKING
    if kind.shared_above
)
SHARED = f"""
UPDATE identity_identifier SET is_shared = true
WHERE (kind, value) IN ({_SHARED})"""

_SIDE_BY_SIDE = (*_LINKING, "lead", "device")
_BROUGHT = " + ".join(f'("{kind}" IS NOT NULL)::INT' for kind in _SIDE_BY_SIDE)
_PAIRED = " UNION ALL ".join(
    f"SELECT row_no, '{kind}' AS kind, \"{kind}\" AS value FROM counted"
    f' WHERE "{kind}" IS NOT NULL AND brought > 1'
    for kind in _SIDE_BY_SIDE
)

# One row per identifier that stood beside another; `best_no` is the row's strongest.
MEMBERS = f"""
CREATE OR REPLACE TEMP TABLE identity_member AS
WITH counted AS (SELECT *, {_BROUGHT} AS brought FROM identity_row),
paired AS ({_PAIRED})
SELECT row_no, identifier_no, kind, priority, is_shared, is_weak,
  first_value(identifier_no) OVER (
    PARTITION BY row_no ORDER BY is_shared, priority, identifier_no
  ) AS best_no
FROM paired JOIN identity_identifier USING (kind, value)"""

_DECIDED = f"""
SELECT properties->>'left_kind' AS left_kind, properties->>'left_value' AS left_value,
  properties->>'right_kind' AS right_kind, properties->>'right_value' AS right_value,
  max({{'seen_at': occurred_at, 'id': event_id, 'name': name}}) AS decision
FROM events WHERE name IN ('{ACCEPT}', '{UNDO}') GROUP BY ALL"""

# The last decision on a pair stands.
DECISIONS = f"""
CREATE OR REPLACE TEMP TABLE identity_decision AS
SELECT least(l.identifier_no, r.identifier_no) AS left_no,
  greatest(l.identifier_no, r.identifier_no) AS right_no,
  decision.name AS name, decision.id AS evidence, decision.seen_at AS seen_at
FROM ({_DECIDED}) d
JOIN identity_identifier l ON (l.kind, l.value) = (d.left_kind, d.left_value)
JOIN identity_identifier r ON (r.kind, r.value) = (d.right_kind, d.right_value)
WHERE NOT l.is_weak AND NOT r.is_weak AND l.identifier_no != r.identifier_no"""

# Strong kinds come before weaker, early before late; then pairs that people accepted, which
# are never refused and take no place from others. Shared identifiers' are never tried.
OFFERS = f"""
CREATE OR REPLACE TEMP TABLE identity_offer AS
WITH beside AS (
  SELECT least(best_no, identifier_no) AS left_no, greatest(best_no, identifier_no) AS right_no,
    min({{'priority': priority, 'row_no': row_no}}) AS first, bool_or(is_shared) AS is_shared
  FROM identity_member WHERE NOT is_weak AND identifier_no != best_no
  GROUP BY ALL
), offered AS (
  SELECT left_no, right_no, r.seen_at AS linked_at, r.source, r.evidence, is_shared,
    false AS forced, first.priority AS priority
  FROM beside JOIN identity_row r ON r.row_no = first.row_no
    ANTI JOIN identity_decision USING (left_no, right_no)
  UNION ALL
  SELECT left_no, right_no, seen_at, 'decision', evidence, false, true, 99
  FROM identity_decision WHERE name = '{ACCEPT}'
)
SELECT (row_number() OVER (ORDER BY is_shared, priority, linked_at, left_no, right_no) - 1)::INTEGER
  AS offer_no, * FROM offered
ORDER BY offer_no"""

STEPS = (ROWS, IDENTIFIERS, SHARED, MEMBERS, DECISIONS, OFFERS)

_PAIR = "left_no, right_no, linked_at, source, evidence"

# `identity_outcome` tells for each offer why it was refused; it has none for shared ones.
LINKS = f"""
CREATE OR REPLACE TABLE identity_link AS
SELECT {_PAIR}, false AS is_weak FROM identity_offer JOIN identity_outcome USING (offer_no)
WHERE reason = '' ORDER BY offer_no"""
CONFLICTS = f"""
CREATE OR REPLACE TABLE identity_conflict AS
SELECT {_PAIR}, false AS is_weak, coalesce(reason, 'shared') AS reason
FROM identity_offer LEFT JOIN identity_outcome USING (offer_no)
WHERE reason IS DISTINCT FROM '' ORDER BY offer_no"""

# A device beside strong identifiers: whose it is, once for each person seen on it.
TIES = """
CREATE OR REPLACE TEMP TABLE identity_tie AS
SELECT tie.*, r.seen_at AS linked_at, r.source, r.evidence, true AS is_weak FROM (
  SELECT root_no, m.identifier_no AS right_no, min(row_no) AS row_no,
    min({'row_no': row_no, 'best_no': best_no}).best_no AS left_no,
    count(*) OVER (PARTITION BY m.identifier_no) AS persons
  FROM identity_member m JOIN identity_root r ON r.identifier_no = best_no
  WHERE is_weak GROUP BY root_no, m.identifier_no
) tie JOIN identity_row r USING (row_no)"""
TIED = f"""
INSERT INTO identity_link SELECT {_PAIR}, is_weak FROM identity_tie WHERE persons = 1
ORDER BY right_no"""
UNTIED = f"""
INSERT INTO identity_conflict SELECT {_PAIR}, is_weak, 'device_of_many' FROM identity_tie
WHERE persons > 1 ORDER BY right_no, left_no"""

SETTLE = (LINKS, CONFLICTS, TIES, TIED, UNTIED)

# The lowest number of a component names the person. Two whose hashes agree stay two.
PEOPLE = f"""
CREATE OR REPLACE TABLE identity_person AS
WITH component AS (
  SELECT identifier_no, root_no FROM identity_root
  UNION ALL
  SELECT i.identifier_no, coalesce(t.root_no, i.identifier_no)
  FROM identity_identifier i
    LEFT JOIN identity_tie t ON t.right_no = i.identifier_no AND t.persons = 1
  WHERE i.is_weak
), hashed AS (
  SELECT identifier_no AS root_no, {keyed_id("kind || ':' || value", "P")} AS hash
  FROM identity_identifier SEMI JOIN component ON root_no = identity_identifier.identifier_no
), named AS (
  SELECT root_no, row_number() OVER (PARTITION BY hash ORDER BY root_no) AS turn,
    hash || CASE WHEN turn > 1 THEN '~' || turn ELSE '' END AS person_id
  FROM hashed
)
SELECT identifier_no, person_id FROM component JOIN named USING (root_no)
ORDER BY identifier_no"""
