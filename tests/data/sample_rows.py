"""The whole sample institution in a database in memory, made once for all that ask it."""

from __future__ import annotations

from collections import defaultdict
from functools import cache

import duckdb
import pyarrow as pa

from data.sample import AS_OF, generate

VIEWS = f"""
CREATE VIEW line AS
  SELECT o.order_id, o.lead_id, o.student_id, o.type, o.paid_at, l.order_line_id, l.course_id,
    c.type AS course_type, CASE o.type WHEN 'charge' THEN l.amount_cny
      WHEN 'refund' THEN -l.amount_cny ELSE 0 END AS net_cny
  FROM orders o JOIN order_lines l USING (order_id) LEFT JOIN courses c USING (course_id)
  WHERE o.paid_at IS NOT NULL;
CREATE VIEW first_order AS
  SELECT lead_id, min(paid_at) AS paid_at FROM line
  WHERE type = 'charge' AND course_type = 'formal' AND lead_id IS NOT NULL GROUP BY lead_id;
CREATE TABLE lead AS
  SELECT l.*, f.paid_at, coalesce(f.paid_at <= l.created_at + INTERVAL 30 DAY, false) AS w30,
    coalesce(f.paid_at <= l.created_at + INTERVAL 90 DAY, false) AS w90,
    l.created_at <= TIMESTAMP '{AS_OF}' - INTERVAL 90 DAY AS mature90
  FROM leads l LEFT JOIN first_order f USING (lead_id);
CREATE TABLE term AS
  SELECT e.*, l.channel_id, l.campaign,
    EXISTS (FROM enrolments n WHERE n.renewed_from_id = e.enrolment_id) AS renewed,
    EXISTS (FROM order_lines r WHERE r.refund_of_id = e.order_line_id) AS refunded
  FROM enrolments e JOIN courses c USING (course_id) JOIN line b USING (order_line_id)
  LEFT JOIN leads l ON l.lead_id = b.lead_id WHERE c.type = 'formal';
"""


@cache
def whole_sample() -> duckdb.DuckDBPyConnection:
    """Every table at scale 1, and the views above."""
    parts: dict[str, list[pa.Table]] = defaultdict(list)
    for name, table in generate():
        parts[name].append(table)
    connection = duckdb.connect()
    for name, tables in parts.items():
        connection.register("arrived", pa.concat_tables(tables))
        connection.execute(f'CREATE TABLE "{name}" AS FROM arrived')
        connection.unregister("arrived")
    connection.execute(VIEWS)
    return connection
