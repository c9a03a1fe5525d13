"""Three renewal rates by hand, what each leaves out, and the bridge between them."""

from datetime import date

import pytest

from data.errors import InvalidOption, UnknownName
from data.facts import Facts
from data.sample.truths import CHEAP_CHANNEL
from data.scope import Filters, Period
from metrics.foundation.units import rollup
from metrics.renewal.bridge import AMOUNT_PARTS, FLOW_PARTS, bridge_of, bridge_rows, bridge_sums
from metrics.renewal.due import due_enrolments, renewal_amount_rate, renewal_flow_rate, renewal_rate
from tests.within import within

JUNE = Period(start=date(2026, 6, 1), end=date(2026, 7, 1))
PAYER = "2026-01-01 lead sem"


def term(name, ends="2026-06-20", **more):
    keys = " ".join(f"{key}={value}" for key, value in more.items())
    return f"2026-01-05 enrol {name} ends={ends} {keys}"


def told(tiny, *, unpriced=""):
    """Six families whose terms end in June, one whose ends in July."""
    early = term("A", cny=4000), "2026-05-02 enrol A2 renews=A cny=6000"
    tiny.tell(
        {
            "early": [
                PAYER,
                *(e.partition(" cny")[0] if unpriced in e.split() else e for e in early),
            ],
            "late": [PAYER, term("B", cny=4000), "2026-07-18 enrol B2 renews=B cny=4000"],
            "toolate": [PAYER, term("C", cny=4000), "2026-07-25 enrol C2 renews=C cny=4000"],
            "never": [PAYER, term("D", cny=8000)],
            "moved": [PAYER, term("E", state="transferred")],
            "carried": [PAYER, term("F"), "2026-06-18 enrol F2 renews=F kind=carry_over"],
            "next": [
                PAYER,
                term("G", ends="2026-07-31", cny=4000),
                "2026-06-25 enrol G2 renews=G cny=4000",
            ],
        }
    )
    return tiny.facts("2026-12-31")


def test_renewal_rate_takes_60_days_before_to_30_days_after_the_end(tiny):
    row = tiny.figure(renewal_rate, told(tiny), period=JUNE)
    assert (row.numerator, row.denominator) == (2, 4)


def test_renewal_rate_credits_the_month_it_was_due_in_not_the_one_it_was_paid_in(tiny):
    facts = told(tiny)
    may = Period(start=date(2026, 5, 1), end=date(2026, 6, 1))
    july = Period(start=date(2026, 7, 1), end=date(2026, 8, 1))
    assert tiny.figure(renewal_rate, facts, period=may).denominator == 0
    assert tiny.figure(renewal_rate, facts, period=july).value == 1


def test_renewal_rate_on_the_edges_of_the_window_counts_both_days(tiny):
    tiny.tell(
        {
            "first": [PAYER, term("A"), "2026-04-21 enrol A2 renews=A"],
            "last": [PAYER, term("B"), "2026-07-20 enrol B2 renews=B"],
            "before": [PAYER, term("C"), "2026-04-20 enrol C2 renews=C"],
            "after": [PAYER, term("D"), "2026-07-21 enrol D2 renews=D"],
        }
    )
    row = tiny.figure(renewal_rate, tiny.facts("2026-12-31"), period=JUNE)
    assert (row.numerator, row.denominator) == (2, 4)


def test_renewal_rate_is_immature_for_30_days_after_the_end(tiny):
    tiny.tell({"lin": [PAYER, term("A")]})
    young = tiny.figure(renewal_rate, tiny.facts("2026-07-20"))
    grown = tiny.figure(renewal_rate, tiny.facts("2026-07-21"))
    assert (young.denominator, young.immature) == (0, 1)
    assert (grown.denominator, grown.immature) == (1, 0)


def test_a_renewal_paid_back_within_30_days_is_taken_out(tiny):
    tiny.tell(
        {
            "soon": [PAYER, term("A"), "2026-06-10 enrol A2 renews=A back=2026-07-10"],
            "later": [PAYER, term("B"), "2026-06-10 enrol B2 renews=B back=2026-07-11"],
        }
    )
    row = tiny.figure(renewal_rate, tiny.facts("2026-12-31"))
    assert (row.numerator, row.denominator) == (1, 2)
    before_it_came_back = tiny.figure(renewal_flow_rate, tiny.facts("2026-07-01"))
    assert before_it_came_back.numerator == 2


def test_due_leaves_out_transfers_and_carry_overs(tiny):
    assert tiny.figure(due_enrolments, told(tiny), period=JUNE).value == 4


def test_renewal_amount_rate_divides_yuan_by_yuan(tiny):
    row = tiny.figure(renewal_amount_rate, told(tiny), period=JUNE)
    assert (row.numerator, row.denominator) == (6000 + 4000, 4000 + 4000 + 4000 + 8000)


@pytest.mark.parametrize("unpriced", ["A", "A2"])
def test_a_price_that_no_order_tells_is_on_neither_side_of_the_amount_rate(tiny, unpriced):
    facts = told(tiny, unpriced=unpriced)
    row = tiny.figure(renewal_amount_rate, facts, period=JUNE)
    assert (row.numerator, row.denominator) == (4000, 4000 + 4000 + 8000)
    found = bridge_of(tiny.fetch(bridge_sums(facts.filtered(Filters(period=JUNE)))).iloc[0])
    assert found.amount == row.value


def test_renewal_flow_rate_counts_what_the_till_saw_in_the_month(tiny):
    facts = told(tiny)
    row = tiny.figure(renewal_flow_rate, facts, period=JUNE)  # G paid; B, C, D closed
    assert (row.numerator, row.denominator) == (1, 4)
    july = Period(start=date(2026, 7, 1), end=date(2026, 8, 1))
    row = tiny.figure(renewal_flow_rate, facts, period=july)  # B and C paid, nothing closed
    assert (row.numerator, row.denominator) == (2, 2)


def test_renewal_flow_rate_of_a_running_month_is_immature(tiny):
    row = tiny.figure(renewal_flow_rate, (told(tiny), tiny.facts("2026-06-30"))[1], period=JUNE)
    assert (row.denominator, row.immature) == (0, 4)


def test_a_stop_closes_before_the_end_does(tiny):
    tiny.tell({"lin": [PAYER, term("A", state="stopped", stopped="2026-03-10")]})
    march = Period(start=date(2026, 3, 1), end=date(2026, 4, 1))
    facts = tiny.facts("2026-12-31")
    assert tiny.figure(renewal_flow_rate, facts, period=march).denominator == 1
    assert tiny.figure(renewal_flow_rate, facts, period=JUNE).denominator == 0
    assert tiny.figure(renewal_rate, facts, period=JUNE).denominator == 1


@pytest.mark.parametrize("option", ["early_days", "late_days"])
def test_renewal_rate_rejects_negative_days(tiny, option):
    with pytest.raises(InvalidOption, match=f"{option} must be at least 0, got -1"):
        renewal_rate(tiny.facts("2026-12-31"), **{option: -1})


def bridge(tiny, facts, period=JUNE, **more):
    (row,) = tiny.fetch(bridge_sums(facts.filtered(Filters(period=period, **more)))).to_dict(
        "records"
    )
    return bridge_of(row)


def test_the_bridge_names_what_lies_between_the_rates(tiny):
    found = bridge(tiny, told(tiny))
    assert (found.cohort, found.flow, found.amount) == (0.5, 0.25, 0.5)
    assert {name: found.parts[name] for name in FLOW_PARTS} == {
        "paid_before": -0.25, "paid_after": -0.25, "due_later": 0.25, "due_earlier": 0,
        "outside_window": 0, "closings": 0,
    }  # fmt: skip
    assert [found.parts[name] for name in AMOUNT_PARTS] == pytest.approx([-0.1, 0.1])


def test_the_rows_of_a_part_are_those_it_is_made_of(tiny):
    facts = told(tiny)

    def ids(part):
        return set(
            tiny.fetch(bridge_rows(facts.filtered(Filters(period=JUNE)), part=part))["enrolment_id"]
        )

    assert (ids("paid_before"), ids("paid_after"), ids("due_later")) == ({"A"}, {"B"}, {"G"})
    assert (ids("outside_window"), ids("closings")) == (set(), {"B", "C", "D"})
    assert ids("price") == {"A", "B"}
    with pytest.raises(UnknownName, match="part"):
        ids("weather")


def test_as_many_rows_stand_behind_each_part_as_it_counts(institution):
    store = institution.store
    facts = Facts(institution.accounts.viewer("manager").scope(store.as_of))
    filters = Filters(period=Period(start=date(2026, 3, 1), end=date(2026, 6, 1)))
    sums = store.fetch(bridge_sums(facts.filtered(filters))).iloc[0]
    counted = {"closings": "flow_closed", "size": "renewed", "price": "renewed"}
    for part in (*FLOW_PARTS, *AMOUNT_PARTS):
        rows = store.fetch(bridge_rows(facts.filtered(filters), part=part))
        assert len(rows) == sums[counted.get(part, part)], part
    assert rows["due_cny"].astype(float).sum() == pytest.approx(sums["renewed_due_cny"])
    assert rows["renewed_cny"].astype(float).sum() == pytest.approx(sums["renewed_cny"])


def months(first, count):
    for number in range(count):
        year, month = divmod(first + number, 12)
        after = divmod(first + number + 1, 12)
        yield Period(start=date(year, month + 1, 1), end=date(after[0], after[1] + 1, 1))


def test_the_parts_add_up_to_the_difference_in_every_month(institution):
    store, seen = institution.store, 0
    facts = Facts(institution.accounts.viewer("manager").scope(store.as_of))
    for period in months(2025 * 12 + 9, 12):
        found = bridge_of(store.fetch(bridge_sums(facts.filtered(Filters(period=period)))).iloc[0])
        rates = {}
        for metric in (renewal_rate, renewal_flow_rate, renewal_amount_rate):
            units = within(metric(facts), period=period)
            rates[metric.name] = store.fetch(
                rollup(units, kind=metric.kind, as_of=facts.as_of)
            ).iloc[0]["value"]
        assert found.cohort == pytest.approx(rates["renewal_rate"], abs=1e-12)
        assert found.flow == pytest.approx(rates["renewal_flow_rate"], abs=1e-12)
        assert found.amount == pytest.approx(rates["renewal_amount_rate"], abs=1e-12)
        flow = sum(found.parts[name] for name in FLOW_PARTS)
        amount = sum(found.parts[name] for name in AMOUNT_PARTS)
        assert flow == pytest.approx(found.flow - found.cohort, abs=1e-12), period
        assert amount == pytest.approx(found.amount - found.cohort, abs=1e-12), period
        seen += found.counts["paid_before"] > 0
    assert seen > 3


def test_the_bridge_of_nothing_has_no_rates(tiny):
    found = bridge(tiny, tiny.facts("2026-12-31"))
    assert (found.cohort, found.flow, found.amount, found.parts) == (None, None, None, {})


def test_the_cheap_channel_hardly_renews(institution):

    facts = Facts(institution.accounts.viewer("manager").scope(institution.store.as_of))
    figures = institution.store.fetch(
        rollup(renewal_rate(facts), kind="proportion", as_of=facts.as_of, by=["channel_id"])
    ).set_index("channel_id")
    assert figures.loc[CHEAP_CHANNEL, "n"] >= 50
    assert figures.loc[CHEAP_CHANNEL, "value"] < 0.05
    others = figures.drop(index=CHEAP_CHANNEL)
    others = others[others["n"] >= 30]
    assert len(others) > 10
    assert (others["value"] > 0.5).all()
