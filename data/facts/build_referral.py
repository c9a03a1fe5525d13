"""Facts of recommendation: which lead names whom, and whether the two are one."""

from __future__ import annotations

from data.facts.query import FactQuery
from data.identity.evidence import present

_DEVICE = present("device_id")

# Of several introducers of a person the first counts; a device that the introducer left
# on a lead of their own is theirs, whatever phone it sends now.
REFERRAL = FactQuery(
    "referral",
    f"""
    WITH work_referred AS (
      SELECT *, dense_rank() OVER (PARTITION BY person_id ORDER BY first_at, introducer_person_id)
        AS code_no
      FROM (
        SELECT *, min(created_at) OVER (PARTITION BY person_id, introducer_person_id) AS first_at
        FROM fact_lead WHERE introducer_person_id IS NOT NULL
      )
    ), work_device AS (
      SELECT lead_id, {_DEVICE} AS device FROM leads WHERE {_DEVICE} IS NOT NULL
    ), work_shared AS (
      SELECT DISTINCT r.lead_id
      FROM work_referred r
      JOIN work_device a ON a.lead_id = r.lead_id
      JOIN work_device b ON b.device = a.device AND b.lead_id != a.lead_id
      JOIN work_lead own ON own.lead_id = b.lead_id AND own.person_id = r.introducer_person_id
    )
    SELECT r.lead_id, r.person_id, r.campus_id, r.channel_id, r.campaign, r.material,
      r.course_line, r.activity_id, r.introducer_person_id, r.created_at, r.created_on,
      r.is_first, r.code_no, r.person_id = r.introducer_person_id AS is_same_person,
      r.person_id != r.introducer_person_id AND s.lead_id IS NOT NULL AS is_same_device
    FROM work_referred r LEFT JOIN work_shared s ON s.lead_id = r.lead_id""",
    "created_at, lead_id",
)

QUERIES = (REFERRAL,)
