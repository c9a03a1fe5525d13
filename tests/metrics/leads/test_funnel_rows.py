"""The leads behind a step: as many as the funnel counts, and those who dropped."""

from datetime import date

import pytest

from data.errors import UnknownName
from data.scope import Filters, Period
from metrics.leads.funnel import STEPS, lead_funnel
from metrics.leads.funnel_rows import leads_at_step

JANUARY = Filters(period=Period(start=date(2026, 1, 1), end=date(2026, 2, 1)))
PEOPLE = {
    "whole": [
        "2026-01-01 lead sem",
        "2026-01-02 followup effective",
        "2026-01-05 trial 9",
        "2026-01-10 order 5000",
        "2026-01-17 seat present",
    ],
    "no_trial": [
        "2026-01-01 lead sem",
        "2026-01-02 followup effective",
        "2026-01-10 order 5000",
    ],
    "late": ["2026-01-01 lead feed", "2026-05-02 followup effective"],
    "young": ["2026-01-31 lead sem", "2026-02-01 followup effective"],
}


@pytest.mark.parametrize("skip", [(), ("trial",)])
@pytest.mark.parametrize("as_of", ["2026-02-20", "2027-06-01"])
def test_leads_at_step_are_as_many_as_the_funnel_counts(tiny, as_of, skip):
    tiny.tell(PEOPLE)
    facts = tiny.facts(as_of)
    (counts,) = tiny.fetch(lead_funnel(facts.filtered(JANUARY), skip=skip)).to_dict("records")
    for step in STEPS:
        if step.name in skip:
            continue
        took, dropped = (
            tiny.fetch(leads_at_step(facts.filtered(JANUARY), step=step.name, reached=r, skip=skip))
            for r in (True, False)
        )
        assert len(took) == counts[f"{step.name}_reached"], step
        assert len(took) + len(dropped) == counts[f"{step.name}_from"], step


def test_leads_at_step_name_who_dropped(tiny):
    tiny.tell(PEOPLE)
    facts = tiny.facts("2027-06-01")
    dropped = tiny.fetch(leads_at_step(facts.filtered(JANUARY), step="contact", reached=False))
    assert dropped["channel_id"].tolist() == ["feed"]


def test_leads_at_step_refuse_a_step_that_is_left_out(tiny):
    with pytest.raises(UnknownName, match="step must be a known name, got 'trial'"):
        leads_at_step(tiny.facts("2027-06-01").filtered(JANUARY), step="trial", skip=("trial",))
