"""What the visitors screen reads: figures in one pass, the list, and the ways up."""

from __future__ import annotations

from functools import cached_property

import pandas as pd

from components.ask import query
from components.kit import reading as kit
from components.kit.choices.activity_choice import EVERY
from metrics.foundation.registry import Metric
from metrics.visitors.interest import (
    Chain,
    band_outcomes,
    lead_worth,
    scored_visitors,
    upstream_chains,
    upstream_edges,
)
from metrics.visitors.visits import visitor_figures
from metrics.visitors.worth import expected_value

MOST_KEEN, MOST_SHOWN = 200, 100


class VisitorReading(kit.Reading[str]):
    """The figures for a viewer's scope, filters and activity, each found when first asked for.

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
    def _figures(self) -> pd.DataFrame:
        return query.fetch(
            visitor_figures, self.filters, scope=self.scope, activities=self.activities
        ).set_index(["metric", "part"])

    def figure(self, metric: Metric, part: str = "now") -> pd.Series | None:
        """A metric's figure of the period, or of the one compared with."""
        key = (metric.name, part)
        return self._figures.loc[key] if key in self._figures.index else None

    def scored(self, *, keen_only: bool) -> pd.DataFrame:
        """Visitors by score; `total` of each row is how many there are."""
        return query.fetch(
            scored_visitors, self.filters, scope=self.scope, keen_only=keen_only,
            most=MOST_KEEN if keen_only else MOST_SHOWN,
            activity="" if self.activity == EVERY else self.activity,
        )  # fmt: skip

    @cached_property
    def keen(self) -> pd.DataFrame:
        """The list of those without a phone, by what reaching them should be worth."""
        rows = self.scored(keen_only=True)
        if rows.empty:
            return rows.assign(rate=[], expected_cny=[], distance=[], reached=[])
        outcomes = query.fetch(band_outcomes, scope=self.scope)
        worth = query.fetch(lead_worth, scope=self.scope)
        valued = expected_value(rows, outcomes, worth)
        chains = [self.chains.get(person) for person in valued["person_id"]]
        valued["distance"] = [chain.distance if chain else None for chain in chains]
        valued["reached"] = [bool(chain and chain.reached) for chain in chains]
        by = ["reached", "expected_cny", "score", "person_id"]
        return valued.sort_values(by, ascending=[False, False, False, True], ignore_index=True)

    @cached_property
    def _edges(self) -> pd.DataFrame:
        people = tuple(sorted(self.scored(keen_only=True)["person_id"]))
        return query.fetch(upstream_edges, scope=self.scope, people=people)

    @cached_property
    def chains(self) -> dict[str, Chain]:
        """Each listed person's way up."""
        people = tuple(sorted(self.scored(keen_only=True)["person_id"]))
        return upstream_chains(self._edges, people) if people else {}

    @cached_property
    def sharers(self) -> dict[str, tuple[str, str]]:
        """Sharer → name and phone, as the viewer may see them."""
        known = self._edges.drop_duplicates("sharer_person_id")
        return {
            str(person): (_text(name), _text(phone))
            for person, name, phone in zip(
                known["sharer_person_id"], known["sharer_name"], known["sharer_phone"], strict=True
            )
        }

    @cached_property
    def activity_names(self) -> dict[str, str]:
        """Activity → its name."""
        return self.names("activity")


def _text(value: object) -> str:
    return "" if value is None or pd.isna(value) else str(value)  # type: ignore[call-overload]
