"""A duration's curve over the period and the one compared with, from one tally."""

from __future__ import annotations

from datetime import date

import pytest

from data.errors import InvalidOption
from data.scope import Filters, Period
from metrics.foundation.duration_curves import duration_curves, duration_tally
from metrics.leads.new_leads import new_leads
from metrics.leads.response import response_time

FEBRUARY = Filters(
    period=Period(start=date(2026, 2, 1), end=date(2026, 3, 1)),
    comparison=Period(start=date(2026, 1, 1), end=date(2026, 2, 1)),
)


def test_the_curve_of_the_period_and_of_the_one_before(facts, journeys, store):
    def told(day, minute):
        return [f"{day}T02:00 lead sem assigned={day}T02:00",
                f"{day}T02:{minute:02d} followup effective"]  # fmt: skip

    journeys(
        {"a": told("2026-01-05", 10), "b": told("2026-02-05", 20), "c": told("2026-02-06", 40),
         "d": ["2026-02-06T02:00 lead sem assigned=2026-02-06T02:00"]},
        as_of="2026-02-20T05:00",
    )  # fmt: skip
    curves = store.fold(
        duration_tally(facts.filtered(FEBRUARY), metric=response_time), duration_curves
    )
    assert (curves.now.n, curves.now.happened, curves.before.n) == (3, 2, 1)
    assert curves.figure()["value"] == pytest.approx(40 / 60)
    assert curves.figure(share=0.3)["value"] == pytest.approx(20 / 60)
    assert curves.figure(compared=True)["value"] == pytest.approx(10 / 60)


def test_no_leads_is_no_curve(facts, journeys, store):
    journeys({"a": ["2026-05-01 lead sem"]})
    curves = store.fold(
        duration_tally(facts.filtered(FEBRUARY), metric=response_time), duration_curves
    )
    assert curves.now.n == 0


def test_it_takes_durations_alone(facts):
    with pytest.raises(InvalidOption, match="metric must be a duration, got 'new_leads'"):
        duration_tally(facts.filtered(FEBRUARY), metric=new_leads)
