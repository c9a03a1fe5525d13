from __future__ import annotations

from metrics.acquisition.orders import first_order_persons, net_revenue
from metrics.foundation.units import rollup


def _figure(fetch, facts, metric, by=()):
    return fetch(rollup(metric(facts), kind=metric.kind, as_of=facts.as_of, by=by))


def test_first_order_persons_counts_a_person_by_the_first_formal_order(journeys, facts, fetch):
    journeys(
        {
            "lin": ["2026-01-01 lead sem", "2026-01-05 trial", "2026-01-10 order 5000"],
            "wang": ["2026-01-02 order 3000", "2026-02-02 order 4000"],
            "zhao": ["2026-01-03 trial"],
        }
    )
    rows = fetch(first_order_persons(facts))
    assert sorted(row.unit_on.isoformat() for row in rows) == ["2026-01-02", "2026-01-10"]
    (figure,) = _figure(fetch, facts, first_order_persons)
    assert figure.value == 2


def test_net_revenue_takes_refunds_off_on_their_own_day_to_the_cent(journeys, facts, fetch):
    journeys(
        {
            "lin": ["2026-01-10 order 5000.10", "2026-02-10 refund 1000.05"],
            "wang": ["2026-01-11 order 0.01"],
        }
    )
    days = _figure(fetch, facts, net_revenue, by=["unit_on"])
    assert [(row.unit_on.isoformat(), row.value) for row in days] == [
        ("2026-01-10", 5000.10),
        ("2026-01-11", 0.01),
        ("2026-02-10", -1000.05),
    ]


def test_net_revenue_counts_transfers_and_carry_overs_as_neither_sale_nor_refund(
    journeys, facts, fetch
):
    journeys({"lin": ["2026-01-10 order 5000", "2026-01-20 transfer 2000"]})
    (figure,) = _figure(fetch, facts, net_revenue)
    assert figure.value == 5000


def test_net_revenue_names_the_channel_of_the_first_lead_without_doubling_a_line(
    journeys, facts, fetch
):
    journeys(
        {"lin": ["2026-01-01 lead sem", "2026-01-05 lead feed", "2026-01-10 order 5000"]},
    )
    (row,) = _figure(fetch, facts, net_revenue, by=["channel_id"])
    assert (row.channel_id, row.value, row.n) == ("sem", 5000, 1)
