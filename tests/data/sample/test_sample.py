"""The sample institution is whole: same rows each time, no dangling keys, no future, money ties."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict

import duckdb
import pyarrow as pa
import pytest

from data.contracts import CONTRACTS
from data.contracts.schema import Kind
from data.errors import InvalidOption
from data.sample import AS_OF, SAMPLE_ACCOUNTS, generate
from data.sample.truths import UNMAPPED_CHANNEL
from data.scope import EVERY_CAMPUS, ROLES
from tests.data.sample_rows import whole_sample

LAST_DAY = AS_OF.date()
# What is planned may lie ahead of the as-of time.
PLANNED = {
    ("activities", "ends_on"),
    ("assessments", "due_on"),
    ("enrolments", "ends_on"),
    ("followups", "next_at"),
    ("lessons", "ends_at"),
}
REFERENCES = """
    staff.campus_id campuses.campus_id
    channels.parent_id channels.channel_id
    spend.channel_id channels.channel_id
    spend.campus_id campuses.campus_id
    activities.campus_id campuses.campus_id
    activities.owner_id staff.staff_id
    activity_plans.activity_id activities.activity_id
    leads.campus_id campuses.campus_id
    leads.activity_id activities.activity_id
    leads.owner_id staff.staff_id
    leads.introducer_id students.student_id
    followups.lead_id leads.lead_id
    followups.staff_id staff.staff_id
    students.campus_id campuses.campus_id
    students.introducer_id students.student_id
    students.sales_id staff.staff_id
    students.class_teacher_id staff.staff_id
    guardians.student_id students.student_id
    classes.course_id courses.course_id
    classes.campus_id campuses.campus_id
    classes.teacher_id staff.staff_id
    classes.class_teacher_id staff.staff_id
    lessons.class_id classes.class_id
    lessons.teacher_id staff.staff_id
    seats.lesson_id lessons.lesson_id
    seats.student_id students.student_id
    seats.enrolment_id enrolments.enrolment_id
    enrolments.student_id students.student_id
    enrolments.course_id courses.course_id
    enrolments.class_id classes.class_id
    enrolments.campus_id campuses.campus_id
    enrolments.order_line_id order_lines.order_line_id
    enrolments.renewed_from_id enrolments.enrolment_id
    orders.student_id students.student_id
    orders.lead_id leads.lead_id
    orders.campus_id campuses.campus_id
    orders.staff_id staff.staff_id
    order_lines.order_id orders.order_id
    order_lines.course_id courses.course_id
    order_lines.refund_of_id order_lines.order_line_id
    assessments.student_id students.student_id
    assessments.class_id classes.class_id
    assessments.course_id courses.course_id
    feedback.student_id students.student_id
    feedback.class_id classes.class_id
    rewards.student_id students.student_id
    rewards.lead_id leads.lead_id
    rewards.campus_id campuses.campus_id
    targets.campus_id campuses.campus_id
    events.campus_id campuses.campus_id
    events.activity_id activities.activity_id
    events.student_id students.student_id
    events.from_share_id events.share_id
"""


@pytest.fixture
def whole() -> duckdb.DuckDBPyConnection:
    """Every table at scale 1."""
    return whole_sample()


def number(connection: duckdb.DuckDBPyConnection, query: str) -> float:
    row = connection.execute(query).fetchone()
    assert row is not None
    return float(row[0])


def digest(scale: float, seed: int) -> str:
    found = hashlib.sha256()
    for name, table in generate(scale, seed):
        found.update(name.encode())
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, table.schema) as writer:
            writer.write_table(table.combine_chunks())
        found.update(sink.getvalue())
    return found.hexdigest()


def test_generate_gives_the_same_rows_for_the_same_scale_and_seed():
    assert digest(0.03, 7) == digest(0.03, 7)
    assert digest(0.03, 7) != digest(0.03, 8)


def test_generate_fills_every_contract_in_its_schema():
    tables = defaultdict(list)
    for name, table in generate(0.05):
        assert table.schema.equals(CONTRACTS[name].arrow_schema), name
        table.validate(full=True)
        tables[name].append(table.num_rows)
    assert set(tables) == set(CONTRACTS)
    assert all(sum(counts) for counts in tables.values())


@pytest.mark.parametrize("scale", [0, -1, 334])
def test_generate_refuses_a_scale_out_of_bounds(scale: float):
    with pytest.raises(InvalidOption, match="scale must be above 0 and at most 333, got"):
        next(generate(scale))


def test_generate_adds_campuses_with_scale_and_never_repeats_a_key():
    keys: dict[str, Counter[object]] = {
        name: Counter() for name in ("campuses", "spend", "leads", "orders", "classes", "targets")
    }
    for name, table in generate(1.02):
        if name in keys:
            columns = [table[column].to_pylist() for column in CONTRACTS[name].key]
            keys[name].update(zip(*columns, strict=True))
    assert len(keys["campuses"]) == 16
    assert len(keys["leads"]) == 20_400
    for name, found in keys.items():
        assert max(found.values()) == 1, name


def test_scale_one_has_an_institutions_size(whole: duckdb.DuckDBPyConnection):
    bounds = {
        "campuses": (8, 8), "leads": (20_000, 20_000), "events": (540_000, 660_000),
        "followups": (35_000, 70_000), "students": (4_000, 6_500), "guardians": (5_000, 9_000),
        "orders": (7_000, 12_000), "seats": (110_000, 220_000), "lessons": (20_000, 50_000),
        "activities": (72, 72), "targets": (8 * 3 * 19, 8 * 4 * 19), "spend": (50_000, 120_000),
    }  # fmt: skip
    for name, (low, high) in bounds.items():
        assert low <= number(whole, f"SELECT count(*) FROM {name}") <= high, name


@pytest.mark.parametrize("name", sorted(CONTRACTS))
def test_keys_are_whole_and_choices_are_allowed(whole: duckdb.DuckDBPyConnection, name: str):
    table = CONTRACTS[name]
    key = ", ".join(table.key)
    assert number(whole, f"SELECT count(*) - count(DISTINCT ({key})) FROM {name}") == 0
    for column in table.columns:
        if column.required:
            missing = f"SELECT count(*) FROM {name} WHERE {column.name} IS NULL"
            assert number(whole, missing) == 0, column.name
        if column.kind is Kind.CHOICE:
            found = whole.execute(f"SELECT DISTINCT {column.name} FROM {name}").fetchall()
            allowed = {choice.value for choice in column.choices} | {None}
            assert {value for (value,) in found} <= allowed, column.name
        if column.low is not None:
            low = f"SELECT count(*) FROM {name} WHERE {column.name} < {column.low}"
            assert number(whole, low) == 0, column.name


@pytest.mark.parametrize("name", sorted(CONTRACTS))
def test_nothing_happens_after_the_as_of_time(whole: duckdb.DuckDBPyConnection, name: str):
    for column in CONTRACTS[name].columns:
        limit = {Kind.INSTANT: AS_OF, Kind.DAY: LAST_DAY}.get(column.kind)
        if limit is None or (name, column.name) in PLANNED:
            continue
        later = f"SELECT count(*) FROM {name} WHERE {column.name} > '{limit}'"
        assert number(whole, later) == 0, column.name


def test_every_reference_leads_somewhere(whole: duckdb.DuckDBPyConnection):
    for line in REFERENCES.strip().split("\n"):
        (table, column), (target, key) = (end.split(".") for end in line.split())
        orphans = (
            f'SELECT count(*) FROM "{table}" WHERE {column} IS NOT NULL AND {column} NOT IN '
            f"(SELECT {key} FROM {target} WHERE {key} IS NOT NULL)"
        )
        assert number(whole, orphans) == 0, line


def test_only_the_planted_channel_is_unknown(whole: duckdb.DuckDBPyConnection):
    for table in ("leads", "events"):
        found = whole.execute(
            f"SELECT DISTINCT channel_id FROM {table} ANTI JOIN channels USING (channel_id) "
            "WHERE channel_id IS NOT NULL"
        ).fetchall()
        assert found == [(UNMAPPED_CHANNEL,)]


def test_causes_come_before_effects(whole: duckdb.DuckDBPyConnection):
    late = {
        "assigned before created": "SELECT count(*) FROM leads WHERE assigned_at < created_at",
        "called before assigned": "SELECT count(*) FROM followups f JOIN leads l USING (lead_id) "
        "WHERE f.happened_at < l.assigned_at",
        "ordered before the lead": "SELECT count(*) FROM orders o JOIN leads l USING (lead_id) "
        "WHERE o.created_at < l.created_at",
        "paid before ordered": "SELECT count(*) FROM orders WHERE paid_at < created_at",
        "refunded before bought": "SELECT count(*) FROM order_lines r "
        "JOIN orders ro ON ro.order_id = r.order_id "
        "JOIN order_lines b ON b.order_line_id = r.refund_of_id "
        "JOIN orders bo ON bo.order_id = b.order_id WHERE ro.paid_at < bo.paid_at",
        "introduced by a later student": "SELECT count(*) FROM leads l "
        "JOIN students s ON s.student_id = l.introducer_id WHERE s.enrolled_at > l.created_at",
        "shared after it was opened": "SELECT count(*) FROM events v JOIN events s "
        "ON s.share_id = v.from_share_id AND s.name = 'share' WHERE s.occurred_at > v.occurred_at",
        "renewed before it began": "SELECT count(*) FROM enrolments n "
        "JOIN enrolments o ON o.enrolment_id = n.renewed_from_id WHERE n.started_on < o.started_on",
    }
    for what, query in late.items():
        assert number(whole, query) == 0, what


def test_money_ties_out_line_by_line(whole: duckdb.DuckDBPyConnection):
    over = number(
        whole,
        "SELECT count(*) FROM (SELECT refund_of_id, sum(amount_cny) AS back FROM order_lines "
        "WHERE refund_of_id IS NOT NULL GROUP BY 1) r "
        "JOIN order_lines b ON b.order_line_id = r.refund_of_id WHERE back > b.amount_cny",
    )
    assert over == 0
    assert number(whole, "SELECT count(*) FROM orders ANTI JOIN order_lines USING (order_id)") == 0
    mismatched = (
        "SELECT count(*) FROM order_lines JOIN orders USING (order_id) "
        "WHERE (type = 'refund') != (refund_of_id IS NOT NULL)"
    )
    assert number(whole, mismatched) == 0
    types = set(whole.execute("SELECT DISTINCT type FROM orders").fetchall())
    assert types == {("charge",), ("refund",), ("transfer",), ("carry_over",)}


def test_most_events_are_of_visitors_who_leave_no_phone(whole: duckdb.DuckDBPyConnection):
    share = number(
        whole,
        "WITH known AS (SELECT DISTINCT device_id FROM events WHERE phone IS NOT NULL), "
        "wechat AS (SELECT DISTINCT unionid FROM events WHERE phone IS NOT NULL) "
        "SELECT avg((phone IS NULL AND coalesce(device_id NOT IN (FROM known "
        "WHERE device_id IS NOT NULL), true) AND coalesce(unionid NOT IN (FROM wechat "
        "WHERE unionid IS NOT NULL), true))::INT) FROM events",
    )
    assert 0.6 <= share <= 0.8


def test_the_running_day_is_partial_and_alive(whole: duckdb.DuckDBPyConnection):
    today = "(occurred_at + INTERVAL 8 HOUR)::DATE = DATE '2026-11-21'"
    hours = whole.execute(
        f"SELECT DISTINCT hour(occurred_at + INTERVAL 8 HOUR) FROM events WHERE {today}"
    ).fetchall()
    assert max(hours) == (17,)
    assert len(hours) >= 12
    leads = "SELECT count(*) FROM leads WHERE created_at >= TIMESTAMP '2026-11-20 16:00'"
    assert 15 <= number(whole, leads) <= 120
    states = whole.execute(
        "SELECT DISTINCT state FROM lessons WHERE starts_at >= TIMESTAMP '2026-11-20 16:00'"
    ).fetchall()
    assert {("marked",), ("unmarked",)} <= set(states)


def test_the_running_month_is_near_its_plan(whole: duckdb.DuckDBPyConnection):
    pace = number(
        whole,
        "SELECT (SELECT count(*) FROM leads WHERE created_at >= TIMESTAMP '2026-10-31 16:00') "
        "/ sum(value) / (20.75 / 30) FROM targets "
        "WHERE month_on = DATE '2026-11-01' AND metric = 'new_leads'",
    )
    assert 0.85 <= pace <= 1.08


def test_sample_accounts_name_roles_campuses_and_staff_with_work(
    whole: duckdb.DuckDBPyConnection,
):
    campuses = {row[0] for row in whole.execute("SELECT campus_id FROM campuses").fetchall()}
    for account in SAMPLE_ACCOUNTS:
        assert account.role in ROLES
        assert account.campuses == EVERY_CAMPUS or set(account.campuses) <= campuses
        if not account.staff_id:
            continue
        role, campus = whole.execute(
            "SELECT role, campus_id FROM staff WHERE staff_id = ?", [account.staff_id]
        ).fetchall()[0]
        assert (role, campus in account.campuses) == (account.role, True)
    busy = [account for account in SAMPLE_ACCOUNTS if account.role in ("consultant", "teacher")]
    assert len(busy) == 4
    for account in busy:
        table, column = (
            ("leads", "owner_id") if account.role == "consultant" else ("classes", "teacher_id")
        )
        work = f"SELECT count(*) FROM {table} WHERE {column} = '{account.staff_id}'"
        assert number(whole, work) >= 10, account.user
