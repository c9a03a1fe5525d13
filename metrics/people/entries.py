"""The shape that every entry of a person's timeline has, whatever fact it comes from."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

# Every column of an entry with its type; a source fills those it has.
ENTRY = {
    "entry_id": "string",
    "at": "timestamp(6)",  # UTC; missing where only the day is known
    "on": "date",
    "kind": "string",
    "title": "string",  # what happened, within the kind
    "status": "string",
    "detail": "string",  # words of the source: a note, a page, a campaign
    "amount_cny": "decimal(18, 2)",
    "quantity": "int64",  # pages, lessons, people brought, tests, by kind
    "seconds": "float64",  # dwell or call
    "score": "float64",  # rating, NPS answer or share of the full score
    "attended": "int64",  # of a week's lessons: present or late
    "late": "int64",
    "on_leave": "int64",
    "absent": "int64",
    "unmarked": "int64",
    "miss_run": "int64",  # longest run of misses that the week reached
    "campus_id": "string",
    "channel_id": "string",
    "staff_id": "string",
    "activity_id": "string",
    "course_id": "string",
    "student_id": "string",
    "other_person_id": "string",  # who was brought or brought them, where the viewer may see them
    "ref_id": "string",
}


def as_entries(rows: ir.Table, kind: str | ir.Value, **given: ir.Value) -> ir.Table:
    """The rows as entries of a kind; columns of the same name are taken over."""
    kept = {name: rows[name] for name in ENTRY if name in rows.columns}
    filled = {**kept, **given, "kind": ibis.literal(kind) if isinstance(kind, str) else kind}
    return rows.select(
        **{
            name: filled[name].cast(of) if name in filled else ibis.null(of)
            for name, of in ENTRY.items()
        }
    )


def joined(*parts: ir.StringValue) -> ir.StringValue:
    """The parts that are there, with a dot between."""
    return ibis.literal(" · ").join([part.nullif("") for part in parts])


def local_day_of(at: ir.TimestampValue) -> ir.DateValue:
    """The campus's day of an instant: UTC+8 the whole year."""
    return (at + ibis.interval(hours=8)).date()
