"""Which enrolment renews which, read off the orders where no source ever says it."""

from __future__ import annotations

from data.facts.query import campus, filled, local_day

EARLY_DAYS, LATE_DAYS = 60, 30  # around the end of the former, by the day the next was paid

# What an enrolment was bought with: its own line, refunds that name the line.
SALE = f"""
SELECT e.enrolment_id, li.amount_cny, o.type AS kind,
  {local_day("coalesce(o.paid_at, o.created_at)", campus("o.campus_id"))} AS paid_on
FROM enrolments e
JOIN order_lines li ON li.order_line_id = e.order_line_id
JOIN orders o USING (order_id)
WHERE o.state IN ('paid', 'refunded', 'carried_over')"""

# One row where no enrolment names the one that it renews, else none: all below is then empty.
_SILENT = f"""
SELECT true WHERE NOT EXISTS (
  SELECT true FROM enrolments WHERE {filled("renewed_from_id")} IS NOT NULL
)"""

_DEPLETED = """
SELECT enrolment_id, min(held_on) FILTER (used >= lessons_bought) AS depleted_on
FROM (
  SELECT e.enrolment_id, e.lessons_bought, s.held_on, sum(s.consumed_lessons) OVER (
    PARTITION BY e.enrolment_id ORDER BY s.starts_at, s.seat_id ROWS UNBOUNDED PRECEDING
  ) AS used
  FROM fact_seat s JOIN enrolments e USING (enrolment_id) CROSS JOIN work_silent
  WHERE s.consumed_lessons > 0 AND e.lessons_bought > 0
) GROUP BY enrolment_id"""

_TERM = """
SELECT e.enrolment_id, e.student_id, e.course_id, c.course_line, e.started_on, e.state,
  coalesce(s.kind, 'charge') AS kind, coalesce(s.paid_on, e.started_on) AS paid_on,
  least(e.ends_on, d.depleted_on) AS due_on
FROM enrolments e CROSS JOIN work_silent
JOIN courses c ON c.course_id = e.course_id AND c.type = 'formal'
LEFT JOIN work_depleted d ON d.enrolment_id = e.enrolment_id
LEFT JOIN work_sale s ON s.enrolment_id = e.enrolment_id"""

# Of several that ended, the same course's, then the one whose end lies nearest. What was paid
# back, moved to another class or broken off is not renewed, and a transfer renews nothing.
_PAIR = f"""
SELECT n.enrolment_id, n.paid_on, min({{'is_other': n.course_id != e.course_id,
  'days': abs(n.started_on - e.due_on), 'id': e.enrolment_id}}).id AS renewed_from_id
FROM work_term n
JOIN work_term e ON e.student_id = n.student_id AND e.course_line = n.course_line
  AND e.started_on < n.started_on
  AND n.paid_on BETWEEN e.due_on - {EARLY_DAYS} AND e.due_on + {LATE_DAYS}
WHERE e.state IN ('active', 'completed') AND n.kind != 'transfer'
GROUP BY n.enrolment_id, n.paid_on"""

# ``enrolment_id`` → ``renewed_from_id``: the same student's next formal enrolment of the
# course line, paid around the end of the former. Of two that renew the same, the first paid.
INFERRED = f"""
WITH work_silent AS ({_SILENT}), work_sale AS ({SALE}), work_depleted AS ({_DEPLETED}),
work_term AS ({_TERM}), work_pair AS ({_PAIR})
SELECT min({{'paid_on': paid_on, 'id': enrolment_id}}).id AS enrolment_id, renewed_from_id
FROM work_pair GROUP BY renewed_from_id"""
