"""What the raw tables say about who is who: rows of identifiers that stood side by side."""

from __future__ import annotations

from data.identity.kinds import KINDS, LINKING, STRONG

_LINKING = [kind.name for kind in LINKING]
_PRIORITY = {kind.name: kind.priority for kind in KINDS}
_NEVER = "TIMESTAMP '1970-01-01'"

# Decisions of people about links arrive as events of the application.
ACCEPT, UNDO = "identity_accept", "identity_undo"
# The event collector's word for taking identifiers off an account.
UNBIND = "$UnbindID"


def present(column: str) -> str:
    """An identifier's text, missing where it is blank; a phone must have been normalised."""
    name = column.rpartition(".")[2]
    if name == "phone":
        return f"CASE WHEN {column} LIKE '+%' THEN {column} END"
    return f"nullif(trim({column}), '')"


def _columns(**given: str) -> str:
    """The select list of `identity_row`, NULL for kinds that a source does not have."""
    kinds = (*_LINKING, "student", "lead", "order", "device")
    return ", ".join(f'{given.get(kind, "NULL::VARCHAR")} AS "{kind}"' for kind in kinds)


_LEAD_KINDS = [kind for kind in _LINKING if kind != "login_id"]
EVENT_KINDS = [kind for kind in _LINKING if kind != "crm_id"]
_BOUND = ("phone", "unionid", "external_userid", "openid")  # what can be unbound from an account

_STUDENTS = " UNION ".join(
    f"SELECT student_id FROM {table} WHERE {present('student_id')} IS NOT NULL"
    for table in ("students", "enrolments", "orders", "seats", "events")
)

HAS_UNBOUND = f"SELECT EXISTS (FROM events WHERE name = '{UNBIND}')"

# What was unbound, until when: a WeChat user takes along the openids seen with it.
UNBOUND = f"""
CREATE OR REPLACE TEMP TABLE identity_unbound AS
WITH named AS ({
    " UNION ALL ".join(
        f"SELECT '{kind}' AS kind, {present(kind)} AS value, occurred_at FROM events"
        f" WHERE name = '{UNBIND}' AND {present(kind)} IS NOT NULL"
        for kind in _BOUND
    )
}), along AS (
  SELECT 'openid', {present("e.openid")}, named.occurred_at
  FROM named JOIN (
    SELECT unionid, openid FROM events UNION SELECT unionid, openid FROM leads
  ) e ON named.kind = 'unionid' AND e.unionid = named.value
  WHERE {present("e.openid")} IS NOT NULL
)
SELECT kind, value, max(occurred_at) AS until_at FROM (FROM named UNION ALL FROM along)
GROUP BY kind, value"""


def _still(kinds: list[str], at: str, unbound: bool) -> tuple[dict[str, str], str]:
    """Identifiers of a row as far as they were not unbound later, and the joins for it."""
    texts, joins = {kind: present(f"r.{kind}") for kind in kinds}, ""
    for kind in set(kinds) & set(_BOUND) if unbound else ():
        texts[kind] = f"CASE WHEN {kind}_.until_at > r.{at} THEN NULL ELSE {texts[kind]} END"
        joins += (
            f" LEFT JOIN identity_unbound {kind}_"
            f" ON {kind}_.kind = '{kind}' AND {kind}_.value = r.{kind}"
        )
    return texts, joins


# TRICKY: min(struct), not arg_min: where two rows share an instant, arg_min takes any.
def seen_in(events: str, *, unbound: bool) -> str:
    """The combinations of identifiers on a table's events, each with the first that had it."""
    texts, joins = _still(EVENT_KINDS, "occurred_at", unbound)
    return f"""
    SELECT min({{'seen_at': occurred_at, 'id': event_id}}) AS first,
      {", ".join(f"{text} AS {kind}" for kind, text in texts.items())},
      {present("r.device_id")} AS device
    FROM {events} r{joins}
    WHERE name NOT IN ('{ACCEPT}', '{UNDO}')
    GROUP BY ALL
    HAVING coalesce({", ".join(texts.values())}, device) IS NOT NULL"""


def rows(*, unbound: bool) -> str:
    """All rows that name identifiers, in the order of their time."""
    texts, joins = _still(_LEAD_KINDS, "created_at", unbound)
    alone = f"CASE WHEN coalesce({', '.join(texts.values())}) IS NULL THEN lead_id END"
    return f"""
    CREATE OR REPLACE TEMP TABLE identity_row AS
    SELECT row_number() OVER (ORDER BY seen_at, source, evidence, phone, unionid) AS row_no, *
    FROM (
      SELECT 'leads' AS source, lead_id AS evidence, created_at AS seen_at,
        {_columns(**texts, device=present("r.device_id"), lead=alone)}
      FROM leads r{joins}
      UNION ALL
      SELECT 'guardians', g.student_id, coalesce(s.enrolled_at, {_NEVER}),
        {_columns(phone=present("g.phone"), unionid=present("g.unionid"))}
      FROM guardians g LEFT JOIN students s USING (student_id)
      UNION ALL
      SELECT 'students', student_id, coalesce(any_value(enrolled_at), {_NEVER}),
        {_columns(student="student_id")}
      FROM ({_STUDENTS}) LEFT JOIN students USING (student_id)
      WHERE student_id NOT IN (
        SELECT student_id FROM guardians WHERE {present("phone")} IS NOT NULL
      )
      GROUP BY student_id
      UNION ALL
      SELECT 'orders', order_id, created_at, {_columns(phone=present("phone"))}
      FROM orders WHERE {present("phone")} IS NOT NULL
      UNION ALL
      SELECT 'orders', o.order_id, o.created_at, {_columns(order="o.order_id")}
      FROM orders o ANTI JOIN leads USING (lead_id)
      WHERE {present("o.phone")} IS NULL AND {present("o.student_id")} IS NULL
      UNION ALL
      SELECT 'events', first.id, first.seen_at,
        {_columns(**{k: k for k in EVENT_KINDS}, device="device")}
      FROM identity_seen
    )"""


_SEEN = " UNION ALL ".join(
    f"SELECT '{kind}' AS kind, \"{kind}\" AS value, {_PRIORITY[kind]} AS priority,"
    f" {str(kind == 'device').lower()} AS is_weak, row_no FROM identity_row"
    f' WHERE "{kind}" IS NOT NULL'
    for kind in (*(k.name for k in STRONG), "device")
)

# Strong identifiers are numbered before weak ones, so that the lowest of a component,
# which names the person, is strong wherever there is a strong one.
IDENTIFIERS = f"""
CREATE OR REPLACE TABLE identity_identifier AS
SELECT
  (row_number() OVER (ORDER BY is_weak, row_no, priority, value) - 1)::INTEGER AS identifier_no,
  kind, value, priority, is_weak, false AS is_shared, seen_at AS first_seen_at, source, evidence
FROM (
  SELECT kind, value, priority, is_weak, min(row_no) AS row_no FROM ({_SEEN}) GROUP BY ALL
) JOIN identity_row USING (row_no)
ORDER BY identifier_no"""

_SHARED = " UNION ALL ".join(
    f"""SELECT '{kind.name}' AS kind, {kind.name} AS value FROM identity_row
    WHERE {kind.name} IS NOT NULL
    GROUP BY {kind.name} HAVING count(DISTINCT {kind.shared_by}) > {kind.shared_above}"""
    for kind in LINKING
    if kind.shared_above
)
SHARED = f"""
UPDATE identity_identifier SET is_shared = true
WHERE (kind, value) IN ({_SHARED})"""

_SIDE_BY_SIDE = (*_LINKING, "lead", "device")
_BROUGHT = " + ".join(f'("{kind}" IS NOT NULL)::INT' for kind in _SIDE_BY_SIDE)
_PAIRED = " UNION ALL ".join(
    f"SELECT row_no, '{kind}' AS kind, \"{kind}\" AS value FROM counted"
    f' WHERE "{kind}" IS NOT NULL AND brought > 1'
    for kind in _SIDE_BY_SIDE
)

# One row per identifier that stood beside another; `best_no` is the row's strongest.
MEMBERS = f"""
CREATE OR REPLACE TEMP TABLE identity_member AS
WITH counted AS (SELECT *, {_BROUGHT} AS brought FROM identity_row),
paired AS ({_PAIRED})
SELECT row_no, identifier_no, kind, priority, is_shared, is_weak,
  first_value(identifier_no) OVER (
    PARTITION BY row_no ORDER BY is_shared, priority, identifier_no
  ) AS best_no
FROM paired JOIN identity_identifier USING (kind, value)"""
