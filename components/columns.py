"""What the columns of units and rows are called, and the names behind their ids."""

from __future__ import annotations

import pandas as pd

from components import query
from components.i18n import N_, _

LABELS = {
    "name": N_("Name"),
    "phone": N_("Phone"),
    "stage": N_("Stage"),
    "unit_on": N_("Day"),
    "campus": N_("Campus"),
    "channel": N_("Channel"),
    "campaign": N_("Campaign"),
    "material": N_("Material"),
    "course_line": N_("Course line"),
    "numerator": N_("Numerator"),
    "denominator": N_("Denominator"),
    "amount": N_("Amount"),
    "censored": N_("Still open"),
    "is_mature": N_("Counted"),
    "mature_at": N_("Counts from"),
    "grain": N_("Kind of row"),
    "unit_id": N_("Row id"),
    "person_id": N_("Person"),
}
STAGES = {
    "visitor": N_("Visitor"),
    "lead": N_("Lead"),
    "trial": N_("Trial"),
    "payer": N_("Paying"),
}


def label(column: str) -> str:
    """A column's name in the reader's language."""
    return _(LABELS[column]) if column in LABELS else column.replace("_", " ")


def named(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with campus and channel called by name, and stages in words."""
    rows = rows.copy()
    for dimension in ("campus", "channel"):
        key = f"{dimension}_id"
        if key in rows:
            table = query.names(dimension)
            names = dict(zip(table[key], table["name"], strict=True))
            rows[dimension] = [names.get(value, value) for value in rows[key]]
    if "stage" in rows:
        rows["stage"] = [_(STAGES[s]) if s in STAGES else s for s in rows["stage"]]
    return rows
