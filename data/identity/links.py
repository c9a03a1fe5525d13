"""Which pairs of identifiers are one person: what was offered, decided and refused."""

from __future__ import annotations

from data.identity.evidence import ACCEPT, UNDO
from data.identity.keyed import keyed_id

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
JOIN identity_root l ON l.identifier_no = left_no
JOIN identity_root r ON r.identifier_no = right_no
WHERE reason IS DISTINCT FROM '' AND l.root_no != r.root_no
ORDER BY offer_no"""

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
