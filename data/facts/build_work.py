"""Who each raw row is about: the tables that every fact joins to find its person."""

from __future__ import annotations

from data.facts.query import ZONE, household
from data.identity.evidence import present
from data.identity.kinds import LINKING

_LEAD_KINDS = [kind.name for kind in LINKING if kind.name != "login_id"]
_LEAD_VALUES = " UNION ALL ".join(
    f"SELECT lead_id, '{kind}' AS kind, {present(kind)} AS value FROM leads"
    f" WHERE {present(kind)} IS NOT NULL"
    for kind in _LEAD_KINDS
)

# A lead is its strongest identifier's; one that many share decides only where it is alone.
_LEAD = f"""
SELECT l.lead_id, person_id, l.created_at, coalesce(nullif(trim(l.campus_id), ''), '-') AS campus_id
FROM leads l JOIN (
  SELECT lead_id, min({{'s': is_shared, 'p': priority, 'n': identifier_no}}).n AS identifier_no
  FROM (
    {_LEAD_VALUES} UNION ALL SELECT lead_id, 'lead', lead_id FROM leads
  ) JOIN identity_identifier USING (kind, value)
  GROUP BY lead_id
) USING (lead_id) JOIN identity_person USING (identifier_no)"""

_STUDENT = f"""
SELECT i.student_id, person_id, coalesce(h.household_id, {household("person_id")}) AS household_id,
  coalesce(nullif(trim(s.campus_id), ''), '-') AS campus_id
FROM identity_student i LEFT JOIN identity_household h USING (person_id)
  LEFT JOIN students s USING (student_id)
WHERE is_primary"""

# An order is its lead's person's, else its phone's, else its student's primary guardian's.
_ORDER = f"""
SELECT o.order_id, coalesce(l.person_id, p.person_id, s.person_id, own.person_id) AS person_id
FROM orders o
LEFT JOIN work_lead l USING (lead_id)
LEFT JOIN identity_identifier i ON i.kind = 'phone' AND i.value = {present("o.phone")}
LEFT JOIN identity_person p ON p.identifier_no = i.identifier_no
LEFT JOIN work_student s ON s.student_id = o.student_id
LEFT JOIN identity_identifier alone ON alone.kind = 'order' AND alone.value = o.order_id
LEFT JOIN identity_person own ON own.identifier_no = alone.identifier_no"""

# Whether validity can be judged at all: where no lead ever had a phone, none lacks one.
_JUDGED = f"""
SELECT EXISTS (SELECT 1 FROM leads WHERE {present("phone")} IS NOT NULL) AS is_judged"""

# Campuses that do not go by the institution's clock, as one map. A name that validation
# would refuse today may stand in a store from before: it must not stop every load.
_CLOCK = f"""
SELECT map_from_entries(list((campus_id, zone) ORDER BY campus_id)) AS zones
FROM (
  SELECT trim(campus_id) AS campus_id, min(trim(timezone)) AS zone FROM campuses
  WHERE trim(timezone) != '{ZONE}' AND trim(timezone) IN (SELECT name FROM pg_timezone_names())
  GROUP BY ALL
)"""

WORK = {
    "work_clock": _CLOCK, "work_lead": _LEAD, "work_student": _STUDENT, "work_order": _ORDER,
    "work_judged": _JUDGED,
}  # fmt: skip
