"""Attribution from touches: which paths count, and what every model must keep."""

from datetime import date, timedelta
from decimal import Decimal
from math import fsum

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from data.errors import InvalidOption
from data.scope import Filters, Period
from metrics.acquisition.attribution import (
    MODELS,
    attribute,
    attribution_touches,
    converting_touches,
    credits,
    disagreement,
    merged,
    paths,
)
from metrics.models.markov import removal_effects

JANUARY = Filters(period=Period(start=date(2026, 1, 1), end=date(2026, 2, 1)))


def fold(tiny, facts, filters=JANUARY, **options):
    return attribute(tiny.arrow(attribution_touches(facts.filtered(filters), **options)))


def conversions(table, model):
    chosen = table[(table["model"] == model) & (table["conversions"] != 0)]
    return {
        channel if isinstance(channel, str) else None: pytest.approx(value)
        for channel, value in zip(chosen["channel"], chosen["conversions"], strict=True)
    }


def test_credits_of_a_path_done_by_hand(tiny):
    tiny.tell(
        {
            "lin": [
                "2026-01-01 touch sem",
                "2026-01-08 touch feed",
                "2026-01-15 touch street",
                "2026-01-15T05:00 touch direct",
                "2026-01-15T06:00 order 1000",
            ]
        }
    )
    table = credits(fold(tiny, tiny.facts("2026-03-01")))
    assert conversions(table, "first") == {"sem": 1}
    assert conversions(table, "last") == {"direct": 1}
    assert conversions(table, "last_non_direct") == {"street": 1}
    assert conversions(table, "linear") == dict.fromkeys(("sem", "feed", "street", "direct"), 0.25)
    assert conversions(table, "position") == {
        "sem": 0.4,
        "feed": 0.1,
        "street": 0.1,
        "direct": 0.4,
    }
    decay = [2 ** -((14 + 1 / 12) / 7), 2 ** -((7 + 1 / 12) / 7), 2 ** -(1 / 84), 2 ** -(1 / 168)]
    names = ("sem", "feed", "street", "direct")
    assert conversions(table, "time_decay") == {
        name: weight / sum(decay) for name, weight in zip(names, decay, strict=True)
    }
    assert table.groupby("model")["revenue_cny"].sum().tolist() == [1000] * len(MODELS)


def test_touches_outside_the_look_back_or_after_the_order_earn_nothing(tiny):
    tiny.tell(
        {
            "lin": [
                "2025-12-01 touch street",
                "2026-01-05 touch sem",
                "2026-01-20 order 1000",
                "2026-01-21 touch feed",
            ]
        }
    )
    facts = tiny.facts("2026-03-01")
    assert conversions(credits(fold(tiny, facts)), "linear") == {"sem": 1}
    wide = credits(fold(tiny, facts, lookback_days=60))
    assert conversions(wide, "first") == {"street": 1}
    assert conversions(credits(fold(tiny, facts, lookback_days=7)), "first") == {None: 1}


def test_the_look_back_reaches_over_the_start_of_the_period(tiny):
    tiny.tell({"lin": ["2025-12-20 touch sem", "2026-01-02 order 1000"]})
    assert conversions(credits(fold(tiny, tiny.facts("2026-03-01"))), "first") == {"sem": 1}


def test_only_the_first_formal_order_of_a_person_is_a_conversion(tiny):
    tiny.tell(
        {
            "lin": [
                "2026-01-01 touch sem",
                "2026-01-02 trial 9",
                "2026-01-03 order 600 order=O1",
                "2026-01-03 order 400 order=O1",
                "2026-01-09 order 5000 order=O2",
            ],
            "old": ["2025-06-01 order 5", "2026-01-01 touch feed", "2026-01-03 order 7000"],
        }
    )
    sums = fold(tiny, tiny.facts("2026-03-01"))
    assert (sums.conversions, sums.revenue_cny, sums.nulls) == (1, 1000, 0)


def test_a_conversion_without_touches_is_shown_apart_not_lost(tiny):
    tiny.tell(
        {"lin": ["2026-01-01 touch sem", "2026-01-02 order 100"], "wu": ["2026-01-05 order 50.5"]}
    )
    table = credits(fold(tiny, tiny.facts("2026-03-01")))
    for model in MODELS:
        assert conversions(table, model) == {"sem": 1, None: 1}
    assert table.groupby("model")["revenue_cny"].sum().unique().tolist() == [150.5]


def test_markov_needs_the_paths_that_did_not_convert(tiny):
    tiny.tell(
        {
            "lin": ["2026-01-01 touch sem", "2026-01-02 touch feed", "2026-01-03 order 900"],
            "wu": ["2026-01-01 touch sem"],
            "xu": ["2026-01-01 touch sem"],
            "later": ["2026-01-09 touch sem", "2026-02-09 order 900"],
            "before": ["2025-12-20 touch sem"],
        }
    )
    sums = fold(tiny, tiny.facts("2026-03-01"))
    assert (sums.conversions, sums.nulls) == (1, 3)
    states, nexts, weights = sums.moves[1]
    chance, effects = removal_effects(states, nexts, weights, channels=2)
    assert chance == pytest.approx(1 / 4)
    assert effects.tolist() == [1, 1]


def test_course_lines_narrow_conversions_and_leave_paths_whole(tiny):
    tiny.tell(
        {
            "lin": [
                "2026-01-01 touch sem",
                "2026-01-02 touch feed",
                "2026-01-03 order 900 line=art",
            ],
            "wu": ["2026-01-01 touch sem", "2026-01-03 order 700 line=maths"],
        }
    )
    art = Filters(period=JANUARY.period, course_lines=("art",))
    sums = fold(tiny, tiny.facts("2026-03-01"), art)
    assert (sums.conversions, sums.revenue_cny, sums.nulls) == (1, 900, 0)
    assert conversions(credits(sums), "linear") == {"sem": 0.5, "feed": 0.5}


def test_a_touch_of_an_unmapped_or_of_no_channel_keeps_its_credit(tiny):
    tiny.tell({"lin": ["2026-01-01 touch tv", "2026-01-03 order 900"]})
    rows = tiny.arrow(attribution_touches(tiny.facts("2026-03-01").filtered(JANUARY)))
    assert conversions(credits(attribute(rows)), "last") == {"tv": 1}
    place = rows.column_names.index("channel")
    nameless = rows.set_column(place, "channel", pa.nulls(rows.num_rows, pa.string()))
    assert conversions(credits(attribute(nameless)), "last") == {"": 1}


def test_nobody_gives_no_credit_and_no_error(tiny):
    sums = fold(tiny, tiny.facts("2026-03-01"))
    table = credits(sums)
    assert table["conversions"].sum() == 0
    assert set(table["model"]) == set(MODELS)
    assert disagreement(table).empty


def random_facts(tiny, seed, people=300, shuffle=None):
    rng = np.random.default_rng(seed)
    names = np.array(["sem", "feed", "street", "referral", "direct"])
    touches, orders = [], []
    start = pd.Timestamp("2025-12-25")
    for i in range(people):
        for j in range(rng.integers(0, 9)):
            at = start + timedelta(hours=int(rng.integers(0, 24 * 38)))
            channel = names[rng.integers(0, 5)]
            touches.append((f"t{i}-{j}", f"p{i}", channel, at))
        if rng.random() < 0.4:
            at = start + timedelta(hours=int(rng.integers(0, 24 * 60)))
            cents = int(rng.integers(1, 10_000_00))
            orders.append((f"o{i}", f"p{i}", at, cents / 100))
    touch = pd.DataFrame(touches, columns=["event_id", "person_id", "channel_id", "touched_at"])
    line = pd.DataFrame(orders, columns=["order_id", "person_id", "paid_at", "net_cny"])
    if shuffle is not None:
        touch, line = (
            touch.sample(frac=1, random_state=shuffle),
            line.sample(frac=1, random_state=shuffle),
        )
    for i in range(people):
        tiny.phone(f"p{i}")
    for key, person, channel, at in touch.itertuples(index=False):
        tiny.add(
            "events", event_id=key, name="ad_click", occurred_at=at, campus_id="north",
            channel_id=channel, phone=tiny.phone(person),
        )  # fmt: skip
    tiny.add("courses", course_id="term", name="term", course_line="maths", type="formal")
    for key, person, at, cny in line.itertuples(index=False):
        tiny.add(
            "orders", order_id=key, campus_id="north", created_at=at, paid_at=at, type="charge",
            state="paid", phone=tiny.phone(person),
        )  # fmt: skip
        tiny.add(
            "order_lines", order_line_id=key, order_id=key, course_id="term",
            amount_cny=Decimal(str(cny)).quantize(Decimal("0.01")),
        )  # fmt: skip
    return tiny, touch, line.assign(paid_on=(line["paid_at"] + timedelta(hours=8)).dt.date)


def slow_credits(touch, line):
    """Every rule in plain Python, from its definition."""
    found = {model: {} for model in MODELS if model != "markov"}
    start, end = pd.Timestamp("2025-12-31T16:00"), pd.Timestamp("2026-01-31T16:00")
    for person, paid in zip(line["person_id"], line["paid_at"], strict=True):
        if not start <= paid < end:
            continue
        own = touch[(touch["person_id"] == person) & (touch["touched_at"] <= paid)]
        own = own[own["touched_at"] >= paid - timedelta(days=30)]
        own = own.sort_values(["touched_at", "channel_id"])
        path = list(own["channel_id"])
        if not path:
            continue
        n = len(path)
        ages = [(paid - at) / timedelta(days=1) for at in own["touched_at"]]
        decays = [0.5 ** (age / 7) for age in ages]
        middle = [0.2 / (n - 2)] * (n - 2) if n > 2 else []
        non_direct = [i for i in range(n) if path[i] != "direct"] or [n - 1]
        shares = {
            "first": [1] + [0] * (n - 1),
            "last": [0] * (n - 1) + [1],
            "last_non_direct": [int(i == non_direct[-1]) for i in range(n)],
            "linear": [1 / n] * n,
            "position": [0.4, *middle, 0.4] if n > 2 else [1 / n] * n,
            "time_decay": [decay / sum(decays) for decay in decays],
            "shapley": [1 / len(set(path)) * (path.index(c) == i) for i, c in enumerate(path)],
        }
        for model, parts in shares.items():
            for channel, part in zip(path, parts, strict=True):
                found[model][channel] = found[model].get(channel, 0) + part
    return found


def test_every_rule_equals_its_slow_definition(tiny):
    _, touch, line = random_facts(tiny, 7)
    table = credits(fold(tiny, tiny.facts("2026-06-01")))
    for model, expected in slow_credits(touch, line).items():
        found = conversions(table, model)
        found.pop(None, None)
        assert found == {channel: value for channel, value in expected.items() if value}, model


@pytest.mark.parametrize("seed", range(5))
def test_every_model_adds_up_to_the_conversions_and_the_revenue(tiny, seed):
    _, _, line = random_facts(tiny, seed)
    in_january = (line["paid_on"] >= date(2026, 1, 1)) & (line["paid_on"] < date(2026, 2, 1))
    cents = round(line[in_january]["net_cny"].mul(100).sum())
    sums = fold(tiny, tiny.facts("2026-06-01"))
    for order in (1, 2, 3):
        table = credits(sums, markov_order=order)
        for model in MODELS:
            own = table[table["model"] == model]
            assert fsum(own["conversions"]) == pytest.approx(in_january.sum(), abs=1e-9)
            assert sum(round(value * 100) for value in own["revenue_cny"]) == cents


def test_credits_do_not_depend_on_the_order_of_rows(tinies):
    found = []
    for shuffle in (None, 1, 2):
        tiny, _, _ = random_facts(tinies(), 3, shuffle=shuffle)
        found.append(credits(fold(tiny, tiny.facts("2026-06-01"))))
    for again in found[1:]:
        pd.testing.assert_frame_equal(found[0], again)


def test_touches_of_one_instant_fall_in_the_same_order_always(tinies):
    for names in (("sem", "feed"), ("feed", "sem")):
        tiny = tinies()
        tiny.tell({"lin": [*(f"2026-01-01 touch {name}" for name in names), "2026-01-02 order 5"]})
        assert conversions(credits(fold(tiny, tiny.facts("2026-06-01"))), "first") == {"feed": 1}


def test_parts_of_the_people_merge_to_the_whole(tiny):
    random_facts(tiny, 11)
    expr = attribution_touches(tiny.facts("2026-06-01").filtered(JANUARY))
    arrow = {}
    for half in (0, 1):
        part = expr.filter(expr.person_id.right(1).cast("int64") % 2 == half)
        arrow[half] = attribute(tiny.arrow(part))
    whole = attribute(tiny.arrow(expr))
    both = merged([arrow[0], merged([]), arrow[1]])
    for order in (1, 2, 3):
        pd.testing.assert_frame_equal(
            credits(both, markov_order=order), credits(whole, markov_order=order)
        )


def test_attribution_of_another_campus_is_not_seen(tiny):
    tiny.tell({"lin": ["2026-01-01 touch sem", "2026-01-03 order 900"]}, campus="south")
    sums = fold(tiny, tiny.facts("2026-03-01", campuses=("north",), role="campus_head"))
    assert (sums.conversions, sums.channels) == (0, ())


def test_attribution_as_of_a_day_does_not_know_later_rows(tiny):
    tiny.tell({"lin": ["2026-01-01 touch sem", "2026-01-20 order 900"]})
    sums = fold(tiny, tiny.facts("2026-01-10"))
    assert (sums.conversions, sums.nulls) == (0, 1)


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"lookback_days": 0}, "lookback_days must be at least 1, got 0"),
        ({"half_life_days": 0}, "half_life_days must be more than 0, got 0"),
        ({"level": "campaign"}, "level must be one of"),
    ],
)
def test_attribution_rejects_options_out_of_bounds(tiny, option, message):
    with pytest.raises(InvalidOption, match=message):
        attribution_touches(tiny.facts("2026-03-01").filtered(JANUARY), **option)


def test_disagreement_flags_channels_that_models_rank_apart(tiny):
    tiny.tell(
        {
            "a": ["2026-01-01 touch sem", "2026-01-02 touch feed", "2026-01-03 order 900"],
            "b": ["2026-01-01 touch sem", "2026-01-02 touch feed", "2026-01-03 order 900"],
            "c": ["2026-01-01 touch street", "2026-01-03 order 900"],
        }
    )
    flags = disagreement(credits(fold(tiny, tiny.facts("2026-03-01")))).set_index("channel")
    assert flags.loc["sem", ["rank_best", "rank_worst", "disagrees"]].tolist() == [1, 3, True]


def test_converting_paths_of_a_channel_are_the_people_behind_its_credit(tiny):
    tiny.tell(
        {
            "lin": ["2026-01-01 touch sem", "2026-01-02 touch feed", "2026-01-03 order 900"],
            "wu": ["2026-01-01 touch feed", "2026-01-05 order 100"],
            "xu": ["2026-01-01 touch sem"],
        }
    )
    facts = tiny.facts("2026-03-01")
    listed = paths(tiny.fetch(converting_touches(facts.filtered(JANUARY), channel="sem")))
    assert listed[["person_id", "path", "touches", "days"]].values.tolist() == [
        ["lin", "sem > feed", 2, 2.0]
    ]
    every = paths(tiny.fetch(converting_touches(facts.filtered(JANUARY))))
    assert every["person_id"].tolist() == ["wu", "lin"]
