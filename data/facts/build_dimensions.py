"""Dimensions: the names that label facts, and when each source last spoke."""

from __future__ import annotations

from data.contracts import CONTRACTS
from data.contracts.schema import Kind
from data.facts.query import FactQuery, campus, day_start, filled

_USUAL = 0.95  # of the gaps between rows are shorter than the usual one

CAMPUS = FactQuery("campus", "SELECT campus_id, name, region, city FROM campuses", "campus_id")

# A parent that is missing or is the channel itself makes a root; so does a ring of
# channels, none of which has a root above.
CHANNEL = FactQuery(
    "channel",
    f"""
    WITH RECURSIVE listed AS (
      SELECT c.channel_id, c.name, p.channel_id AS parent_id, c.kind,
        coalesce(c.is_paid, false) AS is_paid
      FROM channels c
      LEFT JOIN channels p
        ON p.channel_id = {filled("c.parent_id")} AND p.channel_id != c.channel_id
    ), walk AS (
      SELECT channel_id, [channel_id] AS way FROM listed WHERE parent_id IS NULL
      UNION ALL
      SELECT listed.channel_id, list_append(way, listed.channel_id)
      FROM walk JOIN listed ON listed.parent_id = walk.channel_id
      WHERE NOT list_contains(way, listed.channel_id)
    ), placed AS (
      SELECT listed.*, coalesce(way, [listed.channel_id]) AS way
      FROM listed LEFT JOIN walk USING (channel_id)
    )
    SELECT channel_id, name, CASE WHEN len(way) > 1 THEN parent_id END AS parent_id, kind, is_paid,
      len(way) AS level, way[1] AS root_id, coalesce(way[2], way[1]) AS level2_id,
      array_to_string(way, '/') AS path
    FROM placed""",
    "path",
)

STAFF = FactQuery(
    "staff",
    f"SELECT staff_id, name, role, {campus('campus_id')} AS campus_id, daily_capacity FROM staff",
    "staff_id",
)
COURSE = FactQuery("course", "SELECT course_id, name, course_line, type FROM courses", "course_id")
COURSE_CLASS = FactQuery(
    "course_class",
    f"SELECT class_id, {campus('campus_id')} AS campus_id, course_id, capacity FROM classes",
    "class_id",
)
ACTIVITY = FactQuery(
    "activity",
    f"""SELECT activity_id, name, type, {campus("campus_id")} AS campus_id, starts_on, ends_on,
      budget_cny, coalesce(members_only, false) AS members_only FROM activities""",
    "starts_on, activity_id",
)

EXPERIMENT = FactQuery("experiment", "SELECT experiment_id, name FROM experiments", "experiment_id")


def _spoken(table: str, column: str, kind: Kind, source: str, group: str = "") -> str:
    """What a table's rows say of their source: how many, the newest, the usual gap."""
    # A day has spoken when it is over.
    instant = column if kind is Kind.INSTANT else day_start(f"({column} + 1)")
    step = "hour" if kind is Kind.INSTANT else "day"
    by = f", {group}" if group else ""
    part = f"PARTITION BY {group}" if group else ""
    # A source that has been silent for all of the 90 days is late, not rare: its own past counts.
    return f"""
    SELECT {source} AS source, coalesce(sum(n), 0) AS rows,
      least(max(last_at), max(now_at)) AS last_at,
      coalesce(
        quantile_disc(gap, {_USUAL})
          FILTER (now_at IS NULL OR last_at > now_at - INTERVAL 90 DAY),
        quantile_disc(gap, {_USUAL})
      ) AS usual_hours
    FROM (
      SELECT *, epoch(last_at - lag(last_at) OVER ({part} ORDER BY last_at)) / 3600 AS gap
      FROM (
        SELECT max({instant}) AS last_at, count(*) AS n{by} FROM {table}
        GROUP BY date_trunc('{step}', {column}){by}
      ), clock
    ) {f"GROUP BY {group}" if group else ""}"""


def _freshness() -> str:
    parts = [
        _spoken(table.name, table.at, table.column(table.at).kind, f"'{table.name}'")
        if table.at
        else f"SELECT '{table.name}', count(*), NULL::TIMESTAMP, NULL::DOUBLE FROM {table.name}"
        for table in CONTRACTS.values()
    ]
    parts.append(
        _spoken("spend", "spend_on", Kind.DAY, "'spend:' || channel_id", group="channel_id")
    )
    # Lessons are planned ahead: a source has not spoken of what has not happened yet.
    return f"""
    WITH clock AS (
      SELECT greatest((SELECT max(occurred_at) FROM events), (SELECT max(created_at) FROM leads),
        (SELECT max(created_at) FROM orders), (SELECT max(happened_at) FROM followups),
        (SELECT max(as_of) FROM load_log)) AS now_at
    ), spoken(source, rows, last_at, usual_hours) AS ({" UNION ALL ".join(parts)})
    SELECT source, rows, last_at, loaded_at, usual_hours FROM spoken
    LEFT JOIN (SELECT table_name, max(loaded_at) AS loaded_at FROM load_log GROUP BY ALL) log
      ON log.table_name = split_part(source, ':', 1)"""


FRESHNESS = FactQuery("freshness", _freshness(), "source")

QUERIES = (CAMPUS, CHANNEL, STAFF, COURSE, COURSE_CLASS, ACTIVITY, EXPERIMENT, FRESHNESS)
