"""What was learnt of how often families buy again, and whether it may be relied on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import pandas as pd

from components.ask import query
from components.words.formats import money, number
from components.words.i18n import _
from data.scope import EVERY_CAMPUS, Filters, Period, Scope
from metrics.renewal.remaining_value import (
    Window,
    history_counts,
    order_span,
    payer,
    payers,
    trial_payers,
    window_of,
)
from metrics.renewal.value_model import (
    MOST_REPEATS,
    Learnt,
    Remaining,
    Trial,
    learn,
    trier,
    valued,
    valuer,
)

AT_ONCE = 50_000  # formal order lines up to which it is learnt in a fraction of a second
_ANY_DAY = date(2000, 1, 1)  # neither the model nor the payers read the days picked
_EVERYTHING = Filters(period=Period(start=_ANY_DAY, end=_ANY_DAY + timedelta(days=1)))


@dataclass
class Outlook:
    """What was learnt of all payers of the institution, whoever looks.

    As with the lead score: weights are no rows of anybody, and one campus alone has too
    few orders. Only the viewer's own payers are valued by it.
    """

    as_of_on: date

    @classmethod
    def of_institution(cls) -> Outlook:
        """The outlook at the store's as-of day."""
        return cls(_institution().as_of_on)

    @cached_property
    def _span(self) -> pd.DataFrame:
        return query.fetch(order_span, scope=_institution())

    @property
    def takes_long(self) -> bool:
        """Whether there is so much to learn from that it is not done without being asked."""
        return int(self._span["lines"].iloc[0]) > AT_ONCE

    @cached_property
    def window(self) -> Window | None:
        """How far ahead values are told; None where the history is too short."""
        return window_of(self._span, self.as_of_on)

    @cached_property
    def learnt(self) -> Learnt | None:
        """The models; None where the history is too short."""
        found: Learnt | None = self._of_history(self.as_of_on, learn)
        return found

    @cached_property
    def trials(self) -> list[Trial]:
        """How each model did on weeks that it had not seen, the nearest first."""
        if self.window is None:
            return []
        found: list[Trial] = self._of_history(self.window.split, trier(self.window.weeks))
        return found

    @property
    def best(self) -> Trial | None:
        """The model that came near in its test; None where none did."""
        return self.trials[0] if self.trials and self.trials[0].is_near else None

    def tested(self, repeats: int, *, scope: Scope) -> pd.DataFrame:
        """Those payers of a group of the trials whom a scope holds."""
        if self.window is None:
            return pd.DataFrame()
        return query.fetch(
            trial_payers, scope=scope, until=self.window.split, after=self.as_of_on,
            repeats=repeats, or_more=repeats == MOST_REPEATS,
        )  # fmt: skip

    def remaining(
        self, filters: Filters, *, scope: Scope, everybody: bool = False
    ) -> Remaining | None:
        """What the payers of a scope will still buy; None where it cannot be told."""
        window, learnt, best = self.window, self.learnt, self.best
        if window is None or learnt is None or learnt.value is None or best is None:
            return None
        most = {"most": None} if everybody else {}
        kernel = valuer(learnt, name=best.name, weeks=window.weeks, kept=window.kept, **most)
        found: Remaining = query.fold(
            payers, kernel, _without_days(filters), scope=scope, until=self.as_of_on
        )
        return found

    def _of_history(self, until: date, kernel: object) -> object:
        if self.window is None:
            return None
        return query.fold(
            history_counts, kernel, _EVERYTHING, scope=_institution(), until=until,
            after=self.as_of_on,
        )  # fmt: skip


def _institution() -> Scope:
    return Scope(user="", role="analyst", campuses=EVERY_CAMPUS, as_of=query.as_of())


def _without_days(filters: Filters) -> Filters:
    return Filters(
        period=_EVERYTHING.period,
        campuses=filters.campuses,
        channels=filters.channels,
        course_lines=filters.course_lines,
    )


def person_value(person_id: str, scope: Scope) -> str:
    """What one person is expected to buy still, in a sentence; "" where it cannot be told."""
    outlook = Outlook.of_institution()
    window, learnt, best = outlook.window, outlook.learnt, outlook.best
    if window is None or learnt is None or best is None or learnt.value is None:
        return ""
    rows = query.fetch(payer, None, scope=scope, person_id=person_id, until=outlook.as_of_on)
    if rows.empty:
        return ""
    one = valued(rows, learnt, name=best.name, weeks=window.weeks, kept=window.kept).iloc[0]
    return _(
        "Expected in the next {weeks} weeks: {orders} orders, worth {worth} (an estimate)",
        weeks=window.weeks, orders=number(one["expected"], digits=2),
        worth=money(one["worth_cny"]),
    )  # fmt: skip
