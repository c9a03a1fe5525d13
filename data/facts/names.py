"""The columns of dimension tables (`dim_campus`, `dim_channel`…), by which facts get names."""

from __future__ import annotations

_DATE, _TIME, _TEXT, _INT, _REAL, _BOOL, _CNY = (
    "date", "timestamp(6)", "string", "int64", "float64", "boolean", "decimal(18, 2)",
)  # fmt: skip

DIMENSIONS: dict[str, dict[str, str]] = {
    "campus": {"campus_id": _TEXT, "name": _TEXT, "region": _TEXT, "city": _TEXT},
    "channel": {
        "channel_id": _TEXT, "name": _TEXT, "parent_id": _TEXT, "kind": _TEXT, "is_paid": _BOOL,
        "level": _INT, "root_id": _TEXT,  # level 1 ancestor
        "level2_id": _TEXT,  # level 2 ancestor, itself at level 2, the root at level 1
        "path": _TEXT,  # ids from the root, joined by "/"
    },
    "staff": {
        "staff_id": _TEXT, "name": _TEXT, "role": _TEXT, "campus_id": _TEXT,
        "daily_capacity": _INT,  # leads a day
    },
    "course": {"course_id": _TEXT, "name": _TEXT, "course_line": _TEXT, "type": _TEXT},
    "course_class": {
        "class_id": _TEXT, "campus_id": _TEXT, "course_id": _TEXT, "capacity": _INT,
    },
    "activity": {
        "activity_id": _TEXT, "name": _TEXT, "type": _TEXT, "campus_id": _TEXT,
        "starts_on": _DATE, "ends_on": _DATE, "budget_cny": _CNY, "members_only": _BOOL,
    },
    "experiment": {"experiment_id": _TEXT, "name": _TEXT},
    "freshness": {
        "source": _TEXT, "rows": _INT, "last_at": _TIME, "loaded_at": _TIME, "usual_hours": _REAL,
    },
}  # fmt: skip
