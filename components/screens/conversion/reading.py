"""What the conversion screen reads: each metric once, then cut in memory."""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property

from components.ask import query
from components.ask.tally import tally
from components.kit import reading as kit
from components.kit.choices.filters import known_comparison
from components.screens.conversion.measures import MEASURES, Choice
from data.scope import EVERY_CAMPUS, Filters, Period, Scope
from metrics.acquisition.verdicts import judged_filters
from metrics.foundation.duration_curves import DurationCurves, duration_curves, duration_tally
from metrics.foundation.tally import ChannelFigures
from metrics.leads.features import open_rows, revival_rows, training_rows
from metrics.leads.response import response_time
from metrics.leads.score import LeadScore, fit_lead_score
from metrics.leads.worklist import WorkList, scorer

LEARNED_DAYS = 540
LISTED_DAYS = 30  # the work list holds leads whose window is still open


class Reading(kit.Reading[Choice]):
    """The figures for a viewer's scope, filters and choice, each found when first asked for."""

    def judged(self, name: str) -> Filters:
        """The filters with the days on which a measure can be judged."""
        days = self.choice.days.days(MEASURES[name].cohort)
        as_of_on = self.scope.as_of_on
        return known_comparison(judged_filters(self.filters, as_of_on=as_of_on, window_days=days))

    def figures(self, name: str) -> ChannelFigures:
        """A measure's figure, the one compared with and the spark line, from one pass."""
        measure, judged = MEASURES[name], self.judged(name)
        settings = measure.settings(self.choice.days)
        return self.kept(
            ("figures", name), lambda: tally(measure.metric, judged, scope=self.scope, **settings)
        )

    @property
    def is_empty(self) -> bool:
        """Whether there is no lead, neither in the days picked nor to be judged or called."""
        return not (self.figures("unassigned").total["n"] or self.figures("unassigned").total[
            "immature"] or self.figures("conversion").total["n"] or self.work.leads)  # fmt: skip

    @cached_property
    def response(self) -> DurationCurves:
        """How soon leads were reached, in business hours from their assignment."""
        curves: DurationCurves = query.fold(
            duration_tally, duration_curves, self.filters, scope=self.scope,
            metric=response_time, per_unit=60, opens=self.choice.opens,
            closes=self.choice.closes,
        )  # fmt: skip
        return curves

    @cached_property
    def score(self) -> LeadScore:
        """The score that this installation's leads taught."""
        return institution_score(self.choice.window_days)

    @property
    def listed(self) -> Filters:
        """Leads young enough for their window to be open, of the channels picked."""
        until = self.scope.as_of_on + timedelta(days=1)
        period = Period(start=until - timedelta(days=LISTED_DAYS + 1), end=until)
        return Filters(
            period=period, campuses=self.filters.campuses, channels=self.filters.channels,
            course_lines=self.filters.course_lines,
        )  # fmt: skip

    @cached_property
    def work(self) -> WorkList:
        """Whom to call: open leads by expected value."""
        kernel = scorer(self.score, as_of=self.scope.as_of, rules=self.choice.rules)
        found: WorkList = query.fold(open_rows, kernel, self.listed, scope=self.scope)
        return found

    @cached_property
    def revival(self) -> WorkList:
        """Old leads whose family was seen again lately."""
        kernel = scorer(self.score, as_of=self.scope.as_of, rules=self.choice.rules, revival=True)
        found: WorkList = query.fold(revival_rows, kernel, self.listed, scope=self.scope)
        return found

    @cached_property
    def consultants(self) -> dict[str, str]:
        """Consultant → name, of the campuses in scope."""
        staff = query.names("staff", scope=self.scope)
        own = staff[staff["role"] == "consultant"]
        return dict(zip(own["staff_id"], own["name"], strict=True))

    @property
    def a_day(self) -> int:
        """How many leads can be called in a day by those the viewer sees the leads of."""
        people = 1 if self.scope.role == "consultant" else max(len(self.consultants), 1)
        return self.choice.calls_a_day * people


def institution_score(window_days: int) -> LeadScore:
    """The score learned from all leads of the last year and a half.

    From every campus, whoever looks: what a channel's or a page view's weight is does not
    depend on the viewer, one campus alone has too few orders to learn from, and weights
    are no rows of anybody. Only the viewer's own leads are scored by it.
    """
    everything = Scope(user="", role="analyst", campuses=EVERY_CAMPUS, as_of=query.as_of())
    return _learned(window_days, scope=everything)


@query.remembered
def _learned(window_days: int, *, scope: Scope) -> LeadScore:
    until = scope.as_of_on + timedelta(days=1)
    period = Period(start=until - timedelta(days=LEARNED_DAYS), end=until)
    score: LeadScore = query.fold(
        training_rows, fit_lead_score, Filters(period=period), scope=scope,
        window_days=window_days,
    )  # fmt: skip
    return score
