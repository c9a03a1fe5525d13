"""Steps of a funnel that nobody records: said to be so, and never drawn as nought."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from components.ask import query
from components.words.i18n import _
from data.scope import EVERY_CAMPUS, Scope
from metrics.leads.recorded_steps import recorded_steps


def unrecorded(chain: str) -> tuple[str, ...]:
    """The steps of a chain that no source of the institution has ever told of."""
    scope = Scope(user="", role="analyst", campuses=EVERY_CAMPUS, as_of=query.as_of())
    return _unrecorded(chain, scope=scope)


@query.remembered
def _unrecorded(chain: str, *, scope: Scope) -> tuple[str, ...]:
    steps = query.fetch(recorded_steps, scope=scope, chain=chain)
    return tuple(sorted(steps.loc[~steps["is_recorded"].astype(bool), "step"]))


def unrecorded_words(steps: Iterable[str], words: Mapping[str, str]) -> str:
    """What nobody records, in a sentence; "" where everything is recorded."""
    names = [f"“{_(words[step])}”" for step in words if step in set(steps)]
    if not names:
        return ""
    return _(
        "No source records {steps}: left out of the chain, which is no 0.",
        steps=_(", ").join(names),
    )
