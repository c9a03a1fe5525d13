"""What the acquisition screen reads: each metric once, then cut in memory."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from math import nan
from typing import Any

import pandas as pd

from components.ask import query
from components.ask.tally import tally
from components.kit import reading as kit
from components.kit.choices.filters import known_comparison
from components.kit.measures import Choice
from components.screens.acquisition.measures import MEASURES, visible
from data.scope import Filters
from metrics.acquisition.verdicts import channel_verdicts, judged_filters
from metrics.foundation.registry import Metric
from metrics.foundation.separation import LEAST_MATURE
from metrics.foundation.tally import ChannelFigures
from metrics.leads.new_leads import duplicate_rate


class Reading(kit.Reading[Choice]):
    """The figures for a viewer's scope, filters and choice, each found when first asked for."""

    @cached_property
    def tree(self) -> pd.DataFrame:
        """The channel tree."""
        return query.names("channel", scope=self.scope)

    @cached_property
    def channels(self) -> dict[str, str]:
        """Channel → its name."""
        return dict(zip(self.tree["channel_id"], self.tree["name"], strict=True))

    @cached_property
    def paths(self) -> dict[str, list[str]]:
        """Channel → the nodes from the root to it."""
        return {
            c: p.split("/") for c, p in zip(self.tree["channel_id"], self.tree["path"], strict=True)
        }

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
        return self.kept(("figures", name), lambda: self._asked(name, self.judged(name)))

    def by_channel(self, name: str) -> pd.DataFrame:
        """A measure by channel as the leads name it; "" for leads that name none."""
        return self.kept(("channels", name), self.figures(name).channels)

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
        return query.run(duplicate_rate, self.filters, by=("channel_id",), scope=self.scope)

    def whole(self, metric: Metric) -> float:
        """A metric that is no measure of a channel, over the days picked; NaN of too few."""
        return self.kept(("whole", metric), lambda: self._whole(metric))

    def _whole(self, metric: Metric) -> float:
        found = query.run(metric, self.filters, scope=self.scope)
        enough = found["n"].iloc[0] >= LEAST_MATURE
        return float(found["value"].iloc[0]) if enough else nan

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
