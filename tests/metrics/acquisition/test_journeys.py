"""The acquisition metrics on whole journeys: raw rows, identity and facts included."""

import pytest

from data.scope import Filters, Period, local_day
from metrics.acquisition.attribution import attribute, attribution_touches, credits
from metrics.acquisition.cost import cac_media, cpl
from metrics.acquisition.linkage import leads_with_touch, orders_with_lead, over_claim
from metrics.foundation.units import rollup
from metrics.leads.conversion import first_order_conversion
from metrics.leads.funnel import funnel_table, lead_funnel
from metrics.leads.new_leads import duplicate_rate, new_leads, valid_lead_rate
from tests.metrics.tiny_facts import moment

TOLD = {
    "lin": [
        "2026-01-01 click feed known",
        "2026-01-03 lead sem",
        "2026-01-04 followup effective",
        "2026-01-10 trial 9",
        "2026-01-20 order 5000",
        "2026-01-25 refund 1000",
    ],
    "wu": ["2026-01-05 lead sem", "2026-01-06 lead feed", "2026-01-07 followup"],
    "xu": ["2026-01-08 lead feed unreachable"],
    "yu": ["2026-03-01 lead feed"],
    "media": [
        "2026-01-03 spend sem 600 claimed=3",
        "2026-01-08 spend feed 300 claimed=1",
    ],
}


@pytest.fixture
def figure(journeys, facts, fetch):
    """A metric's one row over what was told."""
    journeys(TOLD, as_of="2026-03-02")

    def run(metric, by=(), **options):
        units = metric(facts, **options)
        table = rollup(units, kind=metric.kind, as_of=facts.as_of, by=by)
        return list(fetch(table)) if by else next(iter(fetch(table)))

    return run


def test_leads_of_whole_journeys(figure):
    assert figure(new_leads).value == 4
    assert figure(duplicate_rate).value == pytest.approx(1 / 5)
    row = figure(valid_lead_rate)
    assert (row.numerator, row.denominator, row.immature) == (2, 3, 1)


def test_cost_and_conversion_of_whole_journeys(figure):
    assert figure(cpl).value == 900 / 4
    assert figure(cac_media).value == 900
    row = figure(first_order_conversion)
    assert (row.numerator, row.denominator, row.immature) == (1, 3, 1)


def test_links_of_whole_journeys(figure):
    assert figure(orders_with_lead).value == 1
    assert figure(leads_with_touch).numerator == 1
    claims = {row.channel_id: row.value for row in figure(over_claim, by=("channel_id",))}
    assert claims["sem"] == 3


def test_attribution_and_funnel_of_whole_journeys(journeys, facts, store):
    journeys(TOLD, as_of="2026-06-02")
    day = local_day(moment("2026-01-01"))
    january = Filters(period=Period(start=day, end=day.replace(month=2)))
    table = credits(
        store.fold(attribution_touches(facts.filtered(january), level="channel_id"), attribute)
    )
    first = table[(table["model"] == "first") & (table["conversions"] > 0)]
    assert first[["channel", "conversions"]].values.tolist() == [["feed", 1]]
    assert first["revenue_cny"].tolist() == [5000]
    (counts,) = store.fetch(lead_funnel(facts.filtered(january))).to_dict("records")
    steps = funnel_table(counts).set_index("step")["reached"]
    assert steps[["lead", "valid", "contact", "trial", "order"]].tolist() == [3, 2, 1, 1, 1]
