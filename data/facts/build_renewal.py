"""Facts of renewal: when each formal enrolment falls due, and what came after it."""

from __future__ import annotations

from data.facts.query import FactQuery, campus, local_day
from data.facts.renewal_links import SALE

REFUND_DAYS = 30  # a renewal paid back within these was none
HALF_LIFE_WEEKS = 4  # a week this long ago weighs half in the velocity
_FADE = 0.5 ** (1 / HALF_LIFE_WEEKS)

# A refund that names no line is of the enrolment of that student and course that was refunded.
_REFUND = f"""
SELECT enrolment_id, min({local_day("paid_at", "campus_id")}) AS refunded_on, sum(amount_cny) AS cny
FROM (
  SELECT e.enrolment_id, coalesce(o.paid_at, o.created_at) AS paid_at,
    {campus("o.campus_id")} AS campus_id, li.amount_cny
  FROM order_lines li JOIN orders o USING (order_id)
  JOIN enrolments e ON e.order_line_id = li.refund_of_id
  WHERE o.type = 'refund' AND o.state IN ('paid', 'refunded')
  UNION ALL
  SELECT e.enrolment_id, coalesce(o.paid_at, o.created_at), {campus("o.campus_id")}, li.amount_cny
  FROM order_lines li JOIN orders o USING (order_id)
  JOIN (
    SELECT student_id, course_id, max(enrolment_id) AS enrolment_id FROM enrolments
    WHERE state = 'refunded' GROUP BY student_id, course_id
  ) e ON e.student_id = o.student_id AND e.course_id = li.course_id
  WHERE o.type = 'refund' AND o.state IN ('paid', 'refunded') AND li.refund_of_id IS NULL
) GROUP BY enrolment_id"""

# Lessons used so far, lesson by lesson; what was used counts, there or not.
_USED = """
SELECT enrolment_id, held_on, starts_at, seat_id, consumed_lessons,
  sum(consumed_lessons) OVER (
    PARTITION BY enrolment_id ORDER BY starts_at, seat_id ROWS UNBOUNDED PRECEDING
  ) AS used
FROM fact_seat WHERE consumed_lessons > 0"""

# The weights of the weeks from the first lesson to the last are 1, f, f², …: their sum is
# (1 - f^weeks) / (1 - f), weeks without a lesson included.
_PACE = f"""
SELECT u.enrolment_id, max(u.used) AS used, max(u.held_on) AS last_on,
  min(u.held_on) FILTER (u.used >= e.lessons_bought) AS depleted_on,
  sum(u.consumed_lessons * pow({_FADE!r}, (last_on - u.held_on) // 7) ORDER BY u.held_on, seat_id)
    * (1 - {_FADE!r}) / (1 - pow({_FADE!r}, (max(last_on) - min(u.held_on)) // 7 + 1)) AS weekly
FROM (
  SELECT *, max(held_on) OVER (PARTITION BY enrolment_id) AS last_on FROM work_used
) u JOIN enrolments e USING (enrolment_id)
GROUP BY u.enrolment_id"""

# Of several enrolments that name this one, the first bought that was not soon paid back; what
# was given back of a renewal that goes on is off its price and does not undo it.
_NEXT = f"""
SELECT renewed_from_id AS enrolment_id, min({{'is_back': coalesce(
    undone_on <= paid_on + {REFUND_DAYS}, false), 'paid_on': paid_on, 'id': enrolment_id,
  'kind': kind, 'cny': cny, 'starts_on': started_on, 'is_inferred': is_renewal_inferred,
  'refunded_on': undone_on}}) AS next
FROM (
  SELECT n.renewed_from_id, n.enrolment_id, n.started_on, n.is_renewal_inferred,
    coalesce(s.paid_on, n.started_on) AS paid_on, coalesce(s.kind, 'charge') AS kind,
    n.state = 'refunded' OR coalesce(r.cny >= s.amount_cny, false) AS is_undone,
    CASE WHEN is_undone THEN coalesce(r.refunded_on, n.stopped_on) END AS undone_on,
    CASE WHEN is_undone OR r.refunded_on > s.paid_on + {REFUND_DAYS} THEN s.amount_cny
      ELSE s.amount_cny - coalesce(r.cny, 0) END AS cny
  FROM fact_enrolment n
  LEFT JOIN work_sale s ON s.enrolment_id = n.enrolment_id
  LEFT JOIN work_refund r ON r.enrolment_id = n.enrolment_id
  WHERE renewed_from_id IS NOT NULL
)
GROUP BY renewed_from_id"""

_LEFT = """
SELECT w.enrolment_id, max(u.used) AS used
FROM work_next w JOIN work_used u ON u.enrolment_id = w.enrolment_id AND u.held_on <= w.next.paid_on
GROUP BY w.enrolment_id"""

# How many enrolments stand before it; a chain that bites its own tail is cut.
_CHAIN = """
SELECT enrolment_id, 1 AS term_no FROM fact_enrolment
WHERE renewed_from_id IS NULL OR renewed_from_id NOT IN (SELECT enrolment_id FROM fact_enrolment)
UNION ALL
SELECT n.enrolment_id, c.term_no + 1
FROM work_chain c JOIN fact_enrolment n ON n.renewed_from_id = c.enrolment_id
WHERE c.term_no < 100"""

DUE = FactQuery(
    "due",
    f"""
    WITH RECURSIVE work_chain AS ({_CHAIN}), work_sale AS ({SALE}), work_refund AS ({_REFUND}),
    work_used AS ({_USED}), work_pace AS ({_PACE}), work_next AS ({_NEXT}), work_left AS ({_LEFT})
    SELECT e.enrolment_id, e.person_id, e.campus_id, e.student_id, e.course_id, e.course_line,
      e.class_id, e.teacher_id, e.class_teacher_id,
      coalesce(c.is_school_age, false) AS is_school_age, e.started_on,
      CASE WHEN coalesce(e.lessons_bought, 0) = 0 THEN 'day_card' WHEN e.ends_on IS NULL THEN 'pack'
        ELSE 'term' END AS basis,
      least(e.ends_on, p.depleted_on) AS due_on, e.ends_on, p.depleted_on,
      e.lessons_bought, coalesce(p.used, 0) AS lessons_used, p.last_on AS last_lesson_on,
      p.weekly AS weekly_lessons, s.amount_cny AS due_cny, coalesce(s.paid_on, e.started_on)
      AS paid_on, s.kind AS order_kind, e.state, e.stopped_on,
      b.refunded_on, b.cny AS refunded_cny, e.renewed_from_id,
      coalesce(k.term_no, 1) AS term_no, w.next.id AS renewal_id, w.next.paid_on AS renewed_on,
      w.next.cny AS renewed_cny, w.next.kind AS renewal_kind,
      coalesce(w.next.is_inferred, false) AS is_renewal_inferred,
      w.next.starts_on AS renewal_starts_on, w.next.refunded_on AS renewal_refunded_on,
      CASE WHEN w.next.id IS NOT NULL THEN e.lessons_bought - coalesce(l.used, 0) END
        AS lessons_left_at_renewal
    FROM fact_enrolment e
    LEFT JOIN courses c ON c.course_id = e.course_id
    LEFT JOIN work_chain k ON k.enrolment_id = e.enrolment_id
    LEFT JOIN work_sale s ON s.enrolment_id = e.enrolment_id
    LEFT JOIN work_refund b ON b.enrolment_id = e.enrolment_id
    LEFT JOIN work_pace p ON p.enrolment_id = e.enrolment_id AND e.lessons_bought > 0
    LEFT JOIN work_next w ON w.enrolment_id = e.enrolment_id
    LEFT JOIN work_left l ON l.enrolment_id = e.enrolment_id
    WHERE e.is_formal""",
    "started_on, enrolment_id",
    plain=("person_id",),
)

QUERIES = (DUE,)
