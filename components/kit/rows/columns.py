"""What the columns of units and rows are called, and the names behind their ids."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from components.ask import query
from components.words.i18n import N_, _
from data.scope import Scope

_BRAND_ENDS = "·"  # 麦禾里·北京望京校区

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

GRAINS = {
    "lead": N_("lead"),
    "person": N_("person"),
    "student": N_("student"),
    "household": N_("household"),
    "enrolment": N_("enrolment"),
    "seat": N_("seat"),
    "lesson": N_("lesson"),
    "order": N_("order"),
    "order_line": N_("order line"),
    "touch": N_("touch"),
    "spend": N_("spend row"),
    "cost": N_("cost"),
    "active": N_("member in a month"),
}


def label(column: str) -> str:
    """A column's name in the reader's language."""
    return _(LABELS[column]) if column in LABELS else column.replace("_", " ")


@query.remembered
def names_by_id(dimension: str, *, scope: Scope | None = None) -> dict[str, str]:
    """Id → name of a dimension (campus, channel, staff, course, experiment…), as the viewer may."""
    rows = query.names(dimension, scope=scope)
    return dict(zip(rows[f"{dimension}_id"], rows["name"], strict=True))


def without_brand(names: Sequence[str]) -> list[str]:
    """Campuses by what tells them apart: 麦禾里·北京望京校区 is 北京望京校区 among its own."""
    brand = names[0].rpartition(_BRAND_ENDS)[0] + _BRAND_ENDS if names else ""
    if len(names) > 1 and all(name.startswith(brand) for name in names):
        return [name.removeprefix(brand) for name in names]
    return list(names)


def named(rows: pd.DataFrame, scope: Scope | None = None) -> pd.DataFrame:
    """The rows with what their campus and channel are called.

    Outside a script, where nobody is signed in, ``scope`` says who looks.
    """
    rows = rows.copy()
    for dimension in ("campus", "channel"):
        key = f"{dimension}_id"
        if key in rows:
            names = names_by_id(dimension, scope=scope)
            rows[dimension] = [names.get(value, value) for value in rows[key]]
    return rows


def grain_label(grain: str) -> str:
    """What a row is, in words."""
    return _(GRAINS[grain]) if grain in GRAINS else grain


def stage_label(stage: object) -> object:
    """A person's stage in words; what is none stays as it is."""
    return _(STAGES[stage]) if isinstance(stage, str) and stage in STAGES else stage
