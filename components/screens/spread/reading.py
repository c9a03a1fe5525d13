"""What the spread screen reads: one activity's forest, or that of all, each found once."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import pandas as pd

from components.ask import query
from components.kit import reading as kit
from components.kit.charts.sankey import CARRIERS, ENDED, PEOPLE
from components.kit.choices.activity_choice import EVER, EVERY
from components.words.i18n import N_
from metrics.foundation.concentration import Concentration, concentration
from metrics.foundation.registry import Metric
from metrics.spread.credit import generation_table, kols, node_table
from metrics.spread.figures import share_figures, shared_activities
from metrics.spread.nodes import SpreadForest, grow, spread_nodes
from metrics.spread.people import spread_people

# What a figure of a generation counts.
PARTS = {
    PEOPLE: N_("People"),
    CARRIERS: N_("brought others"),
    ENDED: N_("brought nobody"),
    "sharers": N_("Sharers"),
    "leads": N_("Leads"),
    "orders": N_("Orders"),
}


class SpreadReading(kit.Reading[str]):
    """Forests, credits and names in a viewer's scope, each found when first asked for.

    The choice is an activity, or `EVERY`.
    """

    @property
    def activity(self) -> str:
        """The activity, or `EVERY`."""
        return self.choice

    @property
    def activities(self) -> tuple[str, ...]:
        """The activity as the metrics' option."""
        return () if self.activity == EVERY else (self.activity,)

    @cached_property
    def forest(self) -> SpreadForest:
        """The activity's trees; those of all activities where none is chosen."""
        return self._grown(self.activities)

    @property
    def whole(self) -> SpreadForest:
        """The trees of all activities."""
        return self._grown(())

    def _grown(self, activities: tuple[str, ...]) -> SpreadForest:
        found: SpreadForest = query.fold(
            spread_nodes, grow, EVER, scope=self.scope, activities=activities
        )
        return found

    @cached_property
    def nodes(self) -> pd.DataFrame:
        """Everybody of the activity, who brought most first."""
        return node_table(self.forest)

    @cached_property
    def generations(self) -> pd.DataFrame:
        """The activity's generations."""
        return generation_table(self.forest, as_of=self.scope.as_of)

    def people_of(self, generation: int, part: str = PEOPLE) -> pd.DataFrame:
        """The people of a generation: who was there or brought somebody, as its count says.

        ``part`` is one of `PARTS`: those of them alone.
        """
        rows = self.nodes[self.nodes["generation"] == generation]
        there = rows[(rows["visitors"] > 0) | (rows["breadth"] > 0)]
        if part == PEOPLE:
            return there
        if part == "sharers":
            return there[(there["shares"] > 0) | (there["breadth"] > 0)]
        if part in ("leads", "orders"):
            return there[there[part] > 0]
        return there[(there["breadth"] > 0) == (part == CARRIERS)]

    def kols(self, *, everywhere: bool, credit: str, measure: str) -> pd.DataFrame:
        """Sharers by credit, of the activity or of all."""
        return self.kept(
            (everywhere, credit, measure),
            lambda: kols(self.whole if everywhere else self.forest, credit=credit, measure=measure),
        )

    def concentrated(self, *, everywhere: bool, credit: str, measure: str) -> Concentration:
        """How far a few sharers bring most; net revenue below 0 counts as none."""
        table = self.kols(everywhere=everywhere, credit=credit, measure=measure)
        return concentration(table[f"{credit}_{measure}"].clip(lower=0).to_numpy(float))

    @cached_property
    def before(self) -> str:
        """The activity of the same type that began last before this one; "" without any."""
        known = query.names("activity", scope=self.scope)
        own = known[known["activity_id"] == self.activity]
        if own.empty:
            return ""
        (this,) = own.to_dict("records")
        earlier = known[
            (known["type"] == this["type"]) & (known["starts_on"] < this["starts_on"])
        ].sort_values(["starts_on", "activity_id"])
        return str(earlier["activity_id"].iloc[-1]) if len(earlier) else ""

    @cached_property
    def _figures(self) -> pd.DataFrame:
        found = query.fetch(
            share_figures, scope=self.scope, activities=self.activities,
            earlier=(self.before,) if self.before else (),
        )  # fmt: skip
        return found.set_index(["metric", "part"])

    def figure(self, metric: Metric, *, earlier: bool = False) -> pd.Series:
        """A metric's figure for the activity, or for the one before it of its type."""
        return self._figures.loc[(metric.name, "before" if earlier else "now")]

    def people(self, ids: list[str]) -> pd.DataFrame:
        """Who some people are, by ``person_id``; outside the scope nobody is named."""
        found = query.fetch(spread_people, scope=self.scope, people=tuple(sorted(set(ids))))
        return found.set_index("person_id")

    def named(self, ids: list[str]) -> dict[str, str]:
        """Person → name; who left none is named by the end of their id."""
        known = self.people(ids)["name"]
        return {i: _name(known.get(i), i) for i in ids}

    @cached_property
    def activity_names(self) -> dict[str, str]:
        """Activity → its name."""
        return self.names("activity")

    @property
    def title(self) -> str:
        """The activity's name."""
        return self.activity_names.get(self.activity, self.activity)


def _name(name: Any, person_id: str) -> str:
    return f"#{person_id[-4:]}" if name is None or pd.isna(name) or not name else str(name)


@query.remembered
def latest_shared() -> str:
    """The latest finished activity to which people came by shares; else any, else `EVERY`."""
    scope = query.current_scope()
    shared = query.fetch(shared_activities, scope=scope)
    known = query.names("activity", scope=scope).merge(shared, on="activity_id")
    if known.empty:
        return EVERY
    ends = pd.to_datetime(known["ends_on"]).dt.date
    finished = known[ends < scope.as_of_on]
    latest = (finished if len(finished) else known).sort_values(["ends_on", "activity_id"])
    return str(latest["activity_id"].iloc[-1])
