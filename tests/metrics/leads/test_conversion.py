"""First-order conversion, trial conversion, trial to paid."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.proportion import proportion_confint

from data.errors import InvalidOption
from metrics.leads.conversion import first_order_conversion, trial_conversion, trial_to_paid


def test_first_order_conversion_leaves_young_leads_out(tiny):
    tiny.tell(
        {"lin": ["2026-01-01 lead sem", "2026-01-20 order 5000"], "wang": ["2026-03-01 lead sem"]}
    )
    row = tiny.figure(first_order_conversion, tiny.facts("2026-03-10"))
    assert (row.numerator, row.denominator, row.immature) == (1, 1, 1)


def test_first_order_conversion_counts_a_lead_once_whatever_it_bought(tiny):
    tiny.tell(
        {
            "lin": ["2026-01-01 lead sem", *["2026-01-20 order 5000"] * 3],
            "wu": ["2026-01-01 lead sem"],
        }
    )
    row = tiny.figure(first_order_conversion, tiny.facts("2026-03-10"))
    assert (row.numerator, row.denominator) == (1, 2)


def test_first_order_conversion_counts_a_person_with_two_leads_once(tiny):
    tiny.tell({"lin": ["2026-01-01 lead sem", "2026-01-10 lead feed", "2026-01-20 order 5000"]})
    facts = tiny.facts("2026-03-10")
    figures = tiny.figures(first_order_conversion, facts, by=("channel_id",))
    assert figures[["channel_id", "numerator", "denominator"]].values.tolist() == [["sem", 1, 1]]
    assert tiny.figure(first_order_conversion, facts, repeats=True).denominator == 2


def test_first_order_conversion_is_not_undone_by_a_refund(tiny):
    tiny.tell({"lin": ["2026-01-01 lead sem", "2026-01-20 order 5000", "2026-01-25 refund 5000"]})
    assert tiny.figure(first_order_conversion, tiny.facts("2026-03-10")).value == 1


def test_first_order_conversion_is_not_a_trial_order(tiny):
    tiny.tell({"lin": ["2026-01-01 lead sem", "2026-01-03 trial 9"]})
    facts = tiny.facts("2026-03-10")
    assert tiny.figure(first_order_conversion, facts).value == 0
    assert tiny.figure(trial_conversion, facts).value == 1


@pytest.mark.parametrize(
    ("paid", "converted"),
    [("2026-01-31T04:00", 1), ("2026-01-31T04:01", 0), ("2026-01-01T03:59", 0)],
)
def test_first_order_conversion_includes_the_end_of_the_window_only(tiny, paid, converted):
    tiny.tell({"lin": ["2026-01-01 lead sem", f"{paid} order 5000"]})
    assert tiny.figure(first_order_conversion, tiny.facts("2026-03-10")).numerator == converted


def test_first_order_conversion_of_an_old_payer_is_none(tiny):
    tiny.tell({"lin": ["2025-01-01 order 800", "2026-01-01 lead sem", "2026-01-05 order 800"]})
    assert tiny.figure(first_order_conversion, tiny.facts("2026-03-10")).value == 0


def test_first_order_conversion_keeps_leads_without_channel(tiny):
    tiny.tell({"lin": ["2026-01-01 lead -", "2026-01-05 order 800"], "wu": ["2026-01-01 lead sem"]})
    figures = tiny.figures(first_order_conversion, tiny.facts("2026-03-10"), by=("channel_id",))
    (missing,) = figures[figures["channel_id"].isna()].itertuples()
    assert (missing.numerator, missing.denominator) == (1, 1)


def test_first_order_conversion_rejects_an_empty_window(tiny):
    with pytest.raises(InvalidOption, match="window_days must be at least 1, got 0"):
        first_order_conversion(tiny.facts("2026-03-10"), window_days=0)


def test_first_order_conversion_equals_a_slow_count(tiny):
    rng = np.random.default_rng(20260101)
    start = pd.Timestamp("2026-01-01")
    as_of = pd.Timestamp("2026-05-01T04:00")
    leads, orders = [], []
    for i in range(400):
        created = start + timedelta(minutes=int(rng.integers(0, 120 * 1440)))
        leads.append((f"l{i}", f"p{i}", created, ["sem", "feed", None][rng.integers(0, 3)]))
        for j in range(rng.integers(0, 4)):
            paid = created + timedelta(minutes=int(rng.integers(-5 * 1440, 70 * 1440)))
            orders.append((f"o{i}-{j}", f"p{i}", paid, bool(rng.random() < 0.6)))
    told = {
        person: [f"{created:%Y-%m-%dT%H:%M} lead {channel or '-'}"]
        for _, person, created, channel in leads
    }
    for _, person, paid, formal in orders:
        told[person].append(f"{paid:%Y-%m-%dT%H:%M} {'order' if formal else 'trial'} 9")
    tiny.tell(told)

    expected = {}
    for _, person, created, channel in leads:
        paid = [at for _, who, at, formal in orders if who == person and formal and at <= as_of]
        first = min(paid, default=None)
        if created > as_of or created + timedelta(days=30) > as_of:
            continue
        hits, of = expected.get(channel, (0, 0))
        hit = first is not None and created <= first <= created + timedelta(days=30)
        expected[channel] = (hits + hit, of + 1)

    figures = tiny.figures(first_order_conversion, tiny.facts("2026-05-01"), by=("channel_id",))
    found = {
        row.channel_id if isinstance(row.channel_id, str) else None: (
            row.numerator,
            row.denominator,
        )
        for row in figures.itertuples()
    }
    assert found == expected
    for row in figures.itertuples():
        bounds = proportion_confint(row.numerator, row.denominator, method="wilson")
        assert (row.low, row.high) == pytest.approx(bounds)


def test_trial_to_paid_counts_by_the_trial_and_waits_for_it(tiny):
    tiny.tell(
        {
            "lin": ["2026-01-01 lead sem", "2026-01-05 trial 9", "2026-01-20 order 5000"],
            "wu": ["2026-01-01 lead sem", "2026-01-05 trial 9", "2026-01-06 trial 9"],
            "xu": ["2026-01-01 lead sem", "2026-02-20 trial 9"],
            "old": ["2025-01-01 lead sem", "2025-02-01 order 900", "2026-01-05 trial 9"],
        }
    )
    row = tiny.figure(trial_to_paid, tiny.facts("2026-03-01"))
    assert (row.numerator, row.denominator, row.immature) == (1, 2, 1)
