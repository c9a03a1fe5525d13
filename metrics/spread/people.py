"""Who people of a share tree are, whether they can be asked, and whether they just were."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from data.facts import Facts
from metrics.foundation.registry import table

FATIGUE_DAYS = 7
MOST_CONTACTS = 2  # within those days; who had so many is not asked now


@table(grain="person")
def spread_people(facts: Facts, *, people: tuple[str, ...]) -> ir.Table:
    """Some people as the viewer may see them, one row each.

    Returns
    -------
    ibis Table
        ``person_id``, ``name``, ``phone`` (masked where the role demands it), ``stage``,
        ``owner_id``, ``has_phone``, ``contacts`` (by staff in the last `FATIGUE_DAYS`).
    """
    known = facts.person.filter(facts.person.person_id.isin(people))
    who = known.group_by("person_id").aggregate(
        name=known.name.max(), phone=known.phone.max(), stage=known.stage.max(),
        owner_id=known.owner_id.max(),
    )  # fmt: skip
    since = (facts.today - ibis.interval(days=FATIGUE_DAYS)).cast("date")
    calls = facts.followup.filter(
        facts.followup.person_id.isin(people), facts.followup.happened_on > since
    )
    recent = calls.group_by("person_id").aggregate(contacts=calls.count())
    joined = who.left_join(recent, "person_id").drop("person_id_right")
    return joined.mutate(
        has_phone=joined.phone.notnull(), contacts=joined.contacts.fill_null(0)
    ).order_by("person_id")
