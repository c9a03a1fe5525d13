"""Whose rows are: the name beside them, as far as the viewer may read it."""

from __future__ import annotations

import ibis.expr.types as ir

from data.facts import Facts


def with_name(facts: Facts, rows: ir.Table) -> ir.Table:
    """The rows with their person's ``name`` last; missing where nobody of it is in scope.

    ``rows`` has ``person_id`` and ``campus_id``. The name is masked unless the role may
    read it.
    """
    who = facts.person.select("person_id", "campus_id", "name")
    return rows.left_join(who, ["person_id", "campus_id"]).select(*rows.columns, "name")
