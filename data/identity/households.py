"""Households: the persons who share a student."""

from __future__ import annotations

import duckdb
import numpy as np
import pyarrow as pa

from data.identity.components import merge_links
from data.identity.evidence import present

LARGEST_HOUSEHOLD = 8  # persons; more share a school's number, not a home
MOST_STUDENTS = 6  # of one phone; a number of more is the office's, not a parent's

# A student's people: those of the guardians' phones, else the student alone. The number
# marked as usual comes first, then the one known longest.
STUDENTS = f"""
CREATE OR REPLACE TABLE identity_student AS
WITH known AS (
  SELECT g.student_id, p.person_id, g.is_primary, i.identifier_no
  FROM guardians g
  JOIN identity_identifier i ON i.kind = 'phone' AND i.value = {present("g.phone")}
  JOIN identity_person p USING (identifier_no)
  UNION ALL
  SELECT i.value, p.person_id, true, i.identifier_no
  FROM identity_identifier i JOIN identity_person p USING (identifier_no)
  WHERE i.kind = 'student'
)
SELECT student_id, person_id,
  row_number() OVER (
    PARTITION BY student_id ORDER BY bool_or(is_primary) DESC NULLS LAST, min(identifier_no)
  ) = 1 AS is_primary
FROM known GROUP BY student_id, person_id
ORDER BY student_id, person_id"""

_PAIRS = f"""
WITH sharing AS (
  FROM identity_student SEMI JOIN (
    SELECT person_id FROM identity_student GROUP BY person_id HAVING count(*) <= {MOST_STUDENTS}
  ) USING (person_id)
), person AS (
  SELECT person_id, (row_number() OVER (ORDER BY person_id) - 1)::INTEGER AS person_no
  FROM (SELECT DISTINCT person_id FROM identity_student)
)
SELECT DISTINCT l.person_no AS left_no, r.person_no AS right_no
FROM sharing a JOIN sharing b USING (student_id)
JOIN person l ON l.person_id = a.person_id JOIN person r ON r.person_id = b.person_id
WHERE l.person_no < r.person_no
ORDER BY left_no, right_no"""


def resolve_households(cursor: duckdb.DuckDBPyConnection) -> None:
    """Build ``identity_student`` (student, person, is_primary) and ``identity_household``."""
    cursor.execute(STUDENTS)
    persons = cursor.sql(
        "SELECT DISTINCT person_id FROM identity_student ORDER BY person_id"
    ).to_arrow_table()["person_id"]
    pairs = cursor.sql(_PAIRS).to_arrow_table()
    representative, _ = merge_links(
        pairs["left_no"].to_numpy(),
        pairs["right_no"].to_numpy(),
        np.zeros(len(persons), np.uint8),
        limits=np.zeros(1, np.uint8),
        login_limits=np.zeros(1, np.uint8),
        largest=LARGEST_HOUSEHOLD,
    )
    cursor.register(
        "identity_home", pa.table({"person": persons, "head": persons.take(representative)})
    )
    cursor.execute(
        "CREATE OR REPLACE TABLE identity_household AS"
        " SELECT person AS person_id, 'H' || head[2:] AS household_id"
        " FROM identity_home ORDER BY person_id"
    )
    cursor.unregister("identity_home")
