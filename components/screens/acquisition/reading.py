"""What the acquisition screen reads: each metric once, then cut in memory."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from math import nan
from typing import Any

import pandas as pd

from components.ask import query
from components.ask.tally import tally
from components.kit.choices.filters import known_comparison
from components.kit.measures import Choice
from components.screens.acquisition.measures import MEASURES, visible
from data.scope import Filters, Scope, role
from metrics.acquisition.verdicts import channel_verdicts, judged_filters
from metrics.foundation.separation import LEAST_MATURE
from metrics.foundation.tally import ChannelFigures


@dataclass(eq=False)  # itself: what is made of it is remembered by it
class Reading:
    """The figures for a viewer's scope, filters and choice, each found when first asked for."""

    filters: Filters
    choice: Choice
    scope: Scope
    _figures: dict[str, ChannelFigures] = field(default_factory=dict)
    _channels: dict[str, pd.DataFrame] = field(default_factory=dict)
    _wholes: dict[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, filters: Filters, choice: Choice) -> Reading:
        """The signed-in viewer's reading: what one run has found, the next need not seek."""
        del cls
        return _reading(filters, choice)

    def again(self) -> Reading:
        """The same reading for the viewer now signed in."""
        return Reading.of(self.filters, self.choice)

    @cached_property
    def tree(self) -> pd.DataFrame:
        """The channel tree."""
        return query.names("channel", scope=self.scope)

    @cached_property
    def names(self) -> dict[str, str]:
        """Channel → its name."""
        return dict(zip(self.tree["channel_id"], self.tree["name"], strict=True))

    @cached_property
    def paths(self) -> dict[str, list[str]]:
        """Channel → the nodes from the root to it."""
        return {
            c: p.split("/") for c, p in zip(self.tree["channel_id"], self.tree["path"], strict=True)
        }

    @property
    def hidden_facts(self) -> frozenset[str]:
        """The facts that the viewer's role never reads."""
        return role(self.scope.role).hidden_facts

    @property
    def sees_money(self) -> bool:
        """Whether the viewer's role may read spend."""
        return "spend" not in self.hidden_facts

    @property
    def is_empty(self) -> bool:
        """Whether there is neither a lead in the days picked nor one to judge channels by."""
        judged = self.by_channel("conversion")
        return not self.figures("leads").total["n"] and judged.empty

    def seen(self, *names: str) -> tuple[str, ...]:
        """Those of the measures that the viewer's role may read."""
        return visible(names, self.hidden_facts)

    def judged(self, name: str) -> Filters:
        """The filters with the days on which a measure can be judged."""
        measure = MEASURES[name]
        return known_comparison(
            judged_filters(
                self.filters,
                as_of_on=self.scope.as_of_on,
                window_days=self.choice.days(measure.cohort),
            )
        )

    def figures(self, name: str) -> ChannelFigures:
        """A measure's figures by every cut, from one pass over its units."""
        if name not in self._figures:
            self._figures[name] = self._asked(name, self.judged(name))
        return self._figures[name]

    def by_channel(self, name: str) -> pd.DataFrame:
        """A measure by channel as the leads name it; "" for leads that name none."""
        if name not in self._channels:
            self._channels[name] = self.figures(name).channels()
        return self._channels[name]

    @cached_property
    def verdicts(self) -> pd.DataFrame:
        """The verdict on each channel, by money where the viewer may read it."""
        return channel_verdicts(
            self.by_channel("conversion"),
            self.by_channel("late"),
            key="channel_id",
            money=self.by_channel("roi") if self.sees_money else None,
            price=self.by_channel("price") if self.sees_money else None,
            return_days=self.choice.return_days,
        )

    @cached_property
    def repeats(self) -> pd.DataFrame:
        """The share of rows whose person was known before, by channel as the leads name it."""
        return query.run("duplicate_rate", self.filters, by=("channel_id",), scope=self.scope)

    def whole(self, metric: str) -> float:
        """A metric that is no measure of a channel, over the days picked; NaN of too few."""
        if metric not in self._wholes:
            found = query.run(metric, self.filters, scope=self.scope)
            enough = found["n"].iloc[0] >= LEAST_MATURE
            self._wholes[metric] = float(found["value"].iloc[0]) if enough else nan
        return self._wholes[metric]

    def nodes(self, name: str) -> pd.DataFrame:
        """A measure by every branch and leaf of the tree."""
        return self.figures(name).nodes(self.paths)

    def by_campaign(self, name: str, channel: str) -> pd.DataFrame:
        """A measure by campaign of one channel; ``node`` is ``channel|campaign``."""
        of_channel = replace(self.judged(name), channels=(channel,))
        found = self._asked(name, of_channel, campaigns=True).campaigns()
        nodes = found["channel_id"].str.cat(found["campaign"], sep="|")
        return found.assign(node=nodes)

    def _asked(self, name: str, filters: Filters, **how: Any) -> ChannelFigures:
        measure = MEASURES[name]
        settings = measure.settings(self.choice)
        return tally(measure.metric, filters, scope=self.scope, **how, **settings)


@query.remembered
def _reading(filters: Filters, choice: Choice) -> Reading:
    return Reading(filters, choice, query.current_scope(filters))
