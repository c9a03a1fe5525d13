"""Facts from the first call to the last lesson: contacts, orders, enrolments, seats, answers."""

from __future__ import annotations

from data.facts.query import FactQuery, by_month, campus, filled, household, local_day
from data.facts.renewal_links import INFERRED

_CONTACT_CAMPUS = f"coalesce(l.campus_id, {campus('st.campus_id')})"

FOLLOWUP = FactQuery(
    "followup",
    f"""
    SELECT f.followup_id, f.lead_id, l.person_id, {_CONTACT_CAMPUS} AS campus_id,
      f.staff_id, f.happened_at, {local_day("f.happened_at", _CONTACT_CAMPUS)} AS happened_on,
      f.method, f.result, coalesce(f.is_effective, false) AS is_effective, f.duration_seconds,
      f.note, CASE WHEN f.note IS NOT NULL THEN '***' END AS note_masked,
      {filled("f.reason")} AS reason
    FROM followups f LEFT JOIN work_lead l USING (lead_id)
    LEFT JOIN staff st ON st.staff_id = f.staff_id""",
    "happened_at, followup_id",
    plain=("person_id",),
)

# What was never paid is no fact. A refund stands on the day it was paid back; a transfer
# or a carry-over moves money that was counted when it came in. A lead that an order names
# and nobody imported is not known: the person's own lead before it is.
ORDER_LINE = FactQuery(
    "order_line",
    f"""
    SELECT li.order_line_id, o.order_id, w.person_id, {campus("o.campus_id")} AS campus_id,
      coalesce(h.household_id, {household("w.person_id")}) AS household_id,
      {filled("o.student_id")} AS student_id, coalesce(known.lead_id, l.lead_id) AS lead_id,
      {filled("li.course_id")} AS course_id, c.course_line, paid_at,
      {local_day("paid_at", campus("o.campus_id"))} AS paid_on, o.type AS kind,
      o.type = 'charge' AND coalesce(c.type = 'formal', false) AS is_formal,
      o.type = 'charge' AND coalesce(c.type IN ('trial', 'token'), false) AS is_trial,
      (is_formal OR is_trial) AND row_number() OVER (
        PARTITION BY w.person_id, is_formal, is_trial ORDER BY paid_at, li.order_line_id
      ) = 1 AS is_first,
      CASE o.type WHEN 'charge' THEN li.amount_cny WHEN 'refund' THEN -li.amount_cny ELSE 0 END
        AS net_cny,
      CASE WHEN o.type = 'refund' THEN -li.lessons ELSE li.lessons END AS lessons
    FROM order_lines li
    JOIN (
      SELECT * REPLACE (coalesce(paid_at, created_at) AS paid_at) FROM orders
      WHERE state IN ('paid', 'refunded', 'carried_over')
    ) o USING (order_id)
    JOIN work_order w USING (order_id)
    LEFT JOIN courses c ON c.course_id = li.course_id
    LEFT JOIN work_lead known ON known.lead_id = o.lead_id
    LEFT JOIN identity_household h ON h.person_id = w.person_id
    ASOF LEFT JOIN (
      SELECT person_id, created_at, max(lead_id) AS lead_id FROM work_lead GROUP BY ALL
    ) l ON l.person_id = w.person_id AND l.created_at <= o.paid_at""",
    "paid_at, order_line_id",
    plain=("person_id",),
)

# A class has one day for all its seats; only where it names no campus is it the student's.
_HELD_ON = f"""CASE WHEN {filled("k.campus_id")} IS NULL
        THEN {local_day("le.starts_at", "s.campus_id")} ELSE le.class_day END"""

# A seat that names no enrolment takes the student's newest of that course.
SEAT = FactQuery(
    "seat",
    f"""
    SELECT r.lesson_id || ':' || r.student_id AS seat_id, s.person_id,
      {campus("k.campus_id", "s.campus_id")} AS campus_id, r.student_id,
      coalesce({filled("r.enrolment_id")}, e.enrolment_id) AS enrolment_id, le.class_id,
      k.course_id, c.course_line, coalesce({filled("le.teacher_id")}, k.teacher_id) AS teacher_id,
      r.lesson_id, le.lesson_no, le.starts_at, {_HELD_ON} AS held_on, le.state AS lesson_state,
      r.attendance, r.made_up_on, r.consumed_lessons, r.watched_share
    FROM seats r JOIN work_student s USING (student_id)
    JOIN (
      SELECT lessons.*, {local_day("starts_at", campus("classes.campus_id"))} AS class_day
      FROM lessons LEFT JOIN classes USING (class_id)
    ) le USING (lesson_id)
    LEFT JOIN classes k ON k.class_id = le.class_id
    LEFT JOIN courses c ON c.course_id = k.course_id
    ASOF LEFT JOIN (
      SELECT student_id, course_id, started_on, max(enrolment_id) AS enrolment_id
      FROM enrolments GROUP BY ALL
    ) e
      ON e.student_id = r.student_id AND e.course_id = k.course_id
      AND e.started_on <= {_HELD_ON}""",
    by_month("held_on", "person_id, starts_at, seat_id"),
)

ENROLMENT = FactQuery(
    "enrolment",
    f"""
    SELECT e.enrolment_id, s.person_id, {campus("e.campus_id")} AS campus_id, s.household_id,
      e.student_id, e.course_id, c.course_line, {filled("e.class_id")} AS class_id, k.teacher_id,
      k.class_teacher_id, e.started_on, e.ends_on, e.lessons_bought, e.state, e.stopped_on,
      coalesce({filled("e.renewed_from_id")}, r.renewed_from_id) AS renewed_from_id,
      r.renewed_from_id IS NOT NULL AS is_renewal_inferred,
      coalesce(c.type = 'formal', false) AS is_formal
    FROM enrolments e JOIN work_student s USING (student_id)
    LEFT JOIN courses c USING (course_id)
    LEFT JOIN classes k ON k.class_id = e.class_id
    LEFT JOIN ({INFERRED}) r ON r.enrolment_id = e.enrolment_id""",
    "started_on, enrolment_id",
    plain=("person_id",),
)

ASSESSMENT = FactQuery(
    "assessment",
    f"""
    SELECT a.assessment_id, s.person_id, {campus("k.campus_id", "s.campus_id")} AS campus_id,
      a.student_id, coalesce({filled("a.course_id")}, k.course_id) AS course_id, a.class_id,
      coalesce(a.due_on, a.taken_on) AS due_on, a.taken_on, a.score, a.full_score
    FROM assessments a JOIN work_student s USING (student_id)
    LEFT JOIN classes k USING (class_id)""",
    "due_on, assessment_id, student_id",
    plain=("person_id",),
)

_ANSWER_CAMPUS = campus("k.campus_id", "s.campus_id")

FEEDBACK = FactQuery(
    "feedback",
    f"""
    SELECT f.feedback_id, s.person_id, {_ANSWER_CAMPUS} AS campus_id, f.student_id, f.class_id,
      f.given_at, {local_day("f.given_at", _ANSWER_CAMPUS)} AS given_on, f.rating, f.nps,
      coalesce(f.is_complaint, false) AS is_complaint
    FROM feedback f LEFT JOIN work_student s USING (student_id)
    LEFT JOIN classes k USING (class_id)""",
    "given_at, feedback_id",
)

QUERIES = (FOLLOWUP, ORDER_LINE, SEAT, ENROLMENT, ASSESSMENT, FEEDBACK)
