"""Facts from the first sight to the lead: events, visits, touches, shares, spend, targets."""

from __future__ import annotations

from data.facts.query import (
    FactQuery,
    by_month,
    campus,
    filled,
    household,
    local,
    local_day,
    seconds,
)
from data.identity.evidence import present
from data.identity.kinds import LINKING

SESSION_GAP = "INTERVAL 30 MINUTE"
LONGEST_DWELL = 1800  # seconds of one session
CLICKS = ("ad_click", "click")
SCANS = ("qr_scan", "scan")
EXPOSURE = "sop_exposure"  # a playbook reached a person, or they were held out of it

_KINDS = [kind.name for kind in LINKING if kind.name != "crm_id"]
_NOT_SHARED = "NOT IN (SELECT value FROM identity_identifier WHERE is_shared AND kind ="


def _best(of: str) -> str:
    """Which identifier decides whose an event is: its kind, or its value."""
    own, shared = [], []
    for kind in _KINDS:
        result = f"'{kind}'" if of == "kind" else f'"{kind}"'
        own.append(
            f'WHEN "{kind}" IS NOT NULL AND "{kind}" {_NOT_SHARED} \'{kind}\') THEN {result}'
        )
        shared.append(f'WHEN "{kind}" IS NOT NULL THEN {result}')
    # TRICKY: no device beside a student: the child's own device would take the event.
    device = "'device'" if of == "kind" else "device"
    last = f"WHEN student_id IS NULL THEN {device}"
    return f"CASE {' '.join(own)} {' '.join(shared)} {last} END"


def _property(name: str) -> str:
    """A text among an event's properties, missing where they are none."""
    said = f"json_extract_string(e.properties, '$.{name}')"
    return f"CASE WHEN json_valid(e.properties) THEN {filled(said)} END"


_EVENT_CAMPUS = campus("e.campus_id", "a.campus_id")

EVENT = FactQuery(
    "event",
    f"""
    SELECT e.event_id, e.name,
      coalesce(p.person_id, s.person_id, 'event:' || e.event_id) AS person_id,
      {_EVENT_CAMPUS} AS campus_id, e.channel_id, e.campaign, e.material,
      e.activity_id, e.occurred_at, {local_day("e.occurred_at", _EVENT_CAMPUS)} AS occurred_on,
      e.page, e.dwell_seconds, e.share_id, e.from_share_id, e.share_channel,
      CASE WHEN e.name = '{EXPOSURE}' THEN {_property("sop")} END AS sop,
      CASE WHEN e.name = '{EXPOSURE}' THEN {_property("arm")} END AS arm
    FROM (
      SELECT *, {_best("kind")} AS kind, {_best("value")} AS value FROM (
        SELECT * REPLACE (
          {", ".join(f"{present(kind)} AS {kind}" for kind in _KINDS)},
          {filled("channel_id")} AS channel_id, {filled("activity_id")} AS activity_id,
          {filled("student_id")} AS student_id
        ), {present("device_id")} AS device FROM events
      )
    ) e
    LEFT JOIN identity_identifier i ON i.kind = e.kind AND i.value = e.value
    LEFT JOIN identity_person p ON p.identifier_no = i.identifier_no
    LEFT JOIN work_student s ON s.student_id = e.student_id
    LEFT JOIN activities a ON a.activity_id = e.activity_id""",
    "person_id, occurred_at, event_id",
)

ACTIVITY_EVENT = FactQuery(
    "activity_event",
    """
    SELECT event_id, activity_id, person_id, campus_id, name, occurred_at, occurred_on,
      dwell_seconds, share_channel
    FROM fact_event WHERE activity_id IS NOT NULL AND NOT starts_with(person_id, 'event:')""",
    "activity_id, occurred_at, event_id",
)

VISIT = FactQuery(
    "visit",
    f"""
    WITH ordered AS (
      SELECT *, occurred_at - lag(occurred_at) OVER person > {SESSION_GAP} AS is_new
      FROM fact_event
      WHERE NOT starts_with(person_id, 'event:')
        AND coalesce(page, channel_id, activity_id, dwell_seconds::VARCHAR) IS NOT NULL
      WINDOW person AS (PARTITION BY person_id ORDER BY occurred_at, event_id)
    ), numbered AS (
      SELECT *, count(*) FILTER (is_new) OVER (
        PARTITION BY person_id ORDER BY occurred_at, event_id
      ) AS turn FROM ordered
    ), visit AS (
      SELECT first.id AS visit_id, person_id, first.campus AS campus_id,
        channel.channel AS channel_id, activity.activity AS activity_id,
        first.seen_at AS started_at, pages,
        least(coalesce(dwell, epoch(last_at - first.seen_at)), {LONGEST_DWELL}) AS dwell_seconds
      FROM (
        SELECT person_id, turn,
          min({{'seen_at': occurred_at, 'id': event_id, 'campus': campus_id}}) AS first,
          min({{'seen_at': occurred_at, 'id': event_id, 'channel': channel_id}})
            FILTER (channel_id IS NOT NULL) AS channel,
          min({{'seen_at': occurred_at, 'id': event_id, 'activity': activity_id}})
            FILTER (activity_id IS NOT NULL) AS activity,
          count(page) AS pages, max(occurred_at) AS last_at,
          {seconds("dwell_seconds")} AS dwell
        FROM numbered GROUP BY person_id, turn
      )
    )
    SELECT *, {local_day("started_at", "campus_id")} AS started_on,
      row_number() OVER so_far AS visit_no,
      sum(pages) OVER so_far AS pages_so_far,
      {seconds("dwell_seconds", over="so_far")} AS dwell_seconds_so_far,
      first_value(started_at) OVER so_far AS first_at,
      first_value(channel_id) OVER so_far AS first_channel_id,
      lead(started_at) OVER so_far AS next_at,
      min(campus_id) OVER person != max(campus_id) OVER person AS is_elsewhere
    FROM visit
    WINDOW person AS (PARTITION BY person_id), so_far AS (
      PARTITION BY person_id, campus_id ORDER BY started_at, visit_id
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    )""",
    by_month("started_on", "person_id, started_at, visit_id"),
    plain=("person_id",),
)

# A click or a scan is a touch; so is coming by a channel after half an hour without it. A
# lead that an offline channel brought was met in person.
TOUCH = FactQuery(
    "touch",
    f"""
    WITH arrival AS (
      SELECT *, lag(occurred_at) OVER (
        PARTITION BY person_id, channel_id ORDER BY occurred_at, event_id
      ) AS before_at
      FROM fact_event WHERE channel_id IS NOT NULL AND NOT starts_with(person_id, 'event:')
    ), met AS (
      SELECT event_id AS touch_id, person_id, campus_id, channel_id, campaign, material,
        CASE WHEN name IN {CLICKS} THEN 'click' WHEN name IN {SCANS} THEN 'scan'
          ELSE 'visit' END AS kind, occurred_at AS touched_at, occurred_on AS touched_on
      FROM arrival
      WHERE name IN {CLICKS + SCANS} OR before_at IS NULL
        OR occurred_at - before_at > {SESSION_GAP}
      UNION ALL
      SELECT 'lead:' || l.lead_id, w.person_id, w.campus_id, l.channel_id, l.campaign, l.material,
        'lead', l.created_at, {local_day("l.created_at", "w.campus_id")}
      FROM leads l JOIN work_lead w USING (lead_id) JOIN channels c USING (channel_id)
      WHERE c.kind = 'offline'
    )
    SELECT met.*, coalesce(c.kind = 'direct', false) AS is_direct,
      NOT coalesce(c.is_paid, false) OR s.channel_id IS NOT NULL AS has_cost
    FROM met LEFT JOIN channels c USING (channel_id)
    LEFT JOIN (SELECT DISTINCT channel_id, spend_on FROM spend) s
      ON s.channel_id = met.channel_id AND s.spend_on = touched_on""",
    by_month("touched_on", "person_id, touched_at, touch_id"),
    plain=("person_id",),
)

# Who came, by whose link, the first time they came at all: a later click on somebody's link
# is no arrival, so an edge always points to one who came later and there are no cycles.
SHARE_EDGE = FactQuery(
    "share_edge",
    """
    WITH first AS (
      SELECT activity_id, person_id,
        min({'seen_at': occurred_at, 'id': event_id, 'by': from_share_id,
             'channel': share_channel, 'campus': campus_id}) AS seen
      FROM fact_event WHERE activity_id IS NOT NULL AND NOT starts_with(person_id, 'event:')
      GROUP BY activity_id, person_id
    ), sharer AS (
      SELECT share_id, min({'seen_at': occurred_at, 'id': event_id, 'person': person_id,
        'channel': share_channel}) AS made
      FROM fact_event
      WHERE share_id IS NOT NULL AND share_id IS DISTINCT FROM from_share_id
      GROUP BY share_id
    )
    SELECT first.activity_id, made.person AS sharer_person_id, first.person_id,
      first.seen.campus AS campus_id, coalesce(made.channel, first.seen.channel) AS share_channel,
      first.seen.seen_at AS arrived_at, __DAY__ AS arrived_on
    FROM first JOIN sharer ON share_id = first.seen.by
    LEFT JOIN first AS origin
      ON origin.activity_id = first.activity_id AND origin.person_id = made.person
    WHERE made.person != first.person_id
      AND (origin.seen IS NULL OR
        (origin.seen.seen_at, origin.seen.id) < (first.seen.seen_at, first.seen.id))
    """.replace("__DAY__", local_day("first.seen.seen_at", "first.seen.campus")),
    "activity_id, arrived_at, person_id",
    plain=("person_id", "sharer_person_id"),
)

LEAD = FactQuery(
    "lead",
    f"""
    SELECT l.lead_id, w.person_id, w.campus_id,
      coalesce(h.household_id, {household("w.person_id")}) AS household_id,
      {filled("l.channel_id")} AS channel_id, l.campaign, l.material,
      {filled("l.activity_id")} AS activity_id, l.course_line, {filled("l.owner_id")} AS owner_id,
      l.created_at, {local_day("l.created_at", "w.campus_id")} AS created_on,
      hour({local("l.created_at", "w.campus_id")}) AS created_hour, l.assigned_at,
      l.status, l.lost_reason,
      i.person_id AS introducer_person_id,
      row_number() OVER (PARTITION BY w.person_id ORDER BY l.created_at, l.lead_id) = 1 AS is_first,
      CASE WHEN is_judged THEN is_first AND {present("l.phone")} IS NOT NULL
        AND coalesce(l.is_reachable, true) AND coalesce(l.in_area, true)
        AND NOT coalesce(l.is_blacklisted, false) AND NOT coalesce(l.is_competitor, false)
      END AS is_valid,
      c.channel_id IS NOT NULL AS is_mapped,
      coalesce(t.first_at <= l.created_at, false) AS has_touch,
      coalesce(v.visits, 0) AS visits_before, coalesce(e.pages, 0) AS pages_before,
      coalesce(e.dwell_seconds, 0) AS dwell_seconds_before, l.properties
    FROM leads l JOIN work_lead w USING (lead_id) CROSS JOIN work_judged
    LEFT JOIN identity_household h ON h.person_id = w.person_id
    LEFT JOIN work_student i ON i.student_id = l.introducer_id
    LEFT JOIN channels c ON c.channel_id = {filled("l.channel_id")}
    LEFT JOIN (SELECT person_id, min(touched_at) AS first_at FROM fact_touch GROUP BY ALL) t
      ON t.person_id = w.person_id
    LEFT JOIN (
      SELECT lead_id, count(*) AS visits FROM work_lead JOIN fact_visit USING (person_id)
      WHERE started_at <= created_at GROUP BY lead_id
    ) v ON v.lead_id = l.lead_id
    LEFT JOIN (
      SELECT lead_id, count(page) AS pages,
        {seconds("dwell_seconds")} AS dwell_seconds
      FROM work_lead JOIN fact_event USING (person_id)
      WHERE occurred_at <= created_at GROUP BY lead_id
    ) e ON e.lead_id = l.lead_id""",
    "created_at, lead_id",
    plain=("person_id", "introducer_person_id"),
)

SPEND = FactQuery(
    "spend",
    f"""
    SELECT
      concat_ws(':', s.channel_id, s.campaign, s.material, s.campus_id, s.spend_on) AS spend_id,
      {campus("s.campus_id")} AS campus_id, s.channel_id, s.campaign, s.material, s.spend_on,
      s.impressions, s.clicks, s.cost_cny, s.claimed_conversions,
      c.channel_id IS NOT NULL AS is_mapped
    FROM spend s LEFT JOIN channels c USING (channel_id)""",
    "spend_on, spend_id",
)

REWARD = FactQuery(
    "reward",
    f"""
    SELECT r.reward_id, s.person_id, {campus("r.campus_id", "s.campus_id")} AS campus_id,
      r.student_id, r.lead_id, r.activity_id, r.granted_at,
      {local_day("r.granted_at", campus("r.campus_id", "s.campus_id"))} AS granted_on, r.cost_cny
    FROM rewards r LEFT JOIN work_student s USING (student_id)""",
    "granted_at, reward_id",
)

TARGET = FactQuery(
    "target",
    f"SELECT {campus('campus_id')} AS campus_id, month_on, metric, value FROM targets",
    "month_on, campus_id, metric",
)

ACTIVITY_PLAN = FactQuery(
    "activity_plan",
    f"""
    SELECT p.activity_id, {campus("a.campus_id")} AS campus_id, p.phase, p.share_channel,
      coalesce(p.planned_visits, 0) AS planned_visits, coalesce(p.planned_leads, 0) AS planned_leads
    FROM activity_plans p LEFT JOIN activities a USING (activity_id)""",
    "activity_id, phase, share_channel",
)

PLAN_EDIT = FactQuery(
    "plan_edit",
    f"""
    SELECT edit_id, {campus("campus_id")} AS campus_id, plan, month_on,
      {filled("activity_id")} AS activity_id, phase, share_channel, item, "before", "after",
      edited_at, edited_by
    FROM plan_edits""",
    "edited_at, edit_id",
)

QUERIES = (
    EVENT, ACTIVITY_EVENT, VISIT, TOUCH, SHARE_EDGE, LEAD, SPEND, REWARD, TARGET, ACTIVITY_PLAN,
    PLAN_EDIT,
)  # fmt: skip
