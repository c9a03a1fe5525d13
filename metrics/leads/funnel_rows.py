"""The leads behind a step of the funnel: who took it in time, who dropped before it."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from data.errors import UnknownName
from data.facts import Facts
from metrics.foundation.registry import table
from metrics.leads.funnel import CHAINS, lead_steps


@table(grain="lead")
def leads_at_step(
    facts: Facts,
    *,
    step: str,
    reached: bool = True,
    skip: tuple[str, ...] = (),
    chain: str = "lifecycle",
) -> ir.Table:
    """The leads that a step of `metrics.leads.funnel.lead_funnel` counts.

    Parameters
    ----------
    facts, skip, chain
        As in `metrics.leads.funnel.lead_steps`.
    step
        A step's name.
    reached
        True: those that took it in time. False: those at the step before, old enough,
        that did not.

    Returns
    -------
    ibis Table
        ``lead_id``, ``person_id``, ``campus_id``, ``channel_id``, ``created_at``, and
        ``step_at`` (missing where not reached), newest lead first.

    Raises
    ------
    UnknownName
        If there is no such step in the chain.
    """
    if chain not in CHAINS:
        raise UnknownName("chain", chain, CHAINS)
    steps = [found for found in CHAINS[chain] if found.name not in skip]
    names = [found.name for found in steps]
    if step not in names:
        raise UnknownName("step", step, names)
    rows = lead_steps(facts, skip=skip, chain=chain)
    wanted: ir.BooleanValue = ibis.literal(True)
    for found in steps[: names.index(step) + 1]:
        window = ibis.interval(days=found.days)
        in_time = (rows[f"{found.name}_at"] <= rows.created_at + window).fill_null(False)
        if found.name == step:
            old = rows.created_at + window <= facts.as_of
            wanted = wanted & old & (in_time if reached else ~in_time)
        else:
            wanted = wanted & in_time
    kept = rows.filter(wanted)
    return kept.select(
        "lead_id", "person_id", "campus_id", "channel_id", "created_at", step_at=f"{step}_at"
    ).order_by(ibis.desc("created_at"), "lead_id")
