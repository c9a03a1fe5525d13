"""The chain from impression to referral: in sequence, in time, of leads old enough."""

from datetime import date

import pytest
from statsmodels.stats.proportion import proportion_confint

from data.errors import InvalidOption, UnknownName
from data.scope import Filters, Period
from metrics.leads.funnel import STEPS, funnel_table, funnel_top, lead_funnel, lead_steps

JANUARY = Filters(period=Period(start=date(2026, 1, 1), end=date(2026, 2, 1)))
WHOLE_WAY = [
    "2026-01-01 lead sem",
    "2026-01-02 followup effective",
    "2026-01-05 trial 9",
    "2026-01-10 order 5000",
    "2026-01-10 enrol E1",
    "2026-01-17 seat present enrolment=E1",
    "2026-06-01 enrol E2 renews=E1",
]


def table_of(tiny, as_of="2027-06-01", top=False, skip=(), filters=JANUARY):
    facts = tiny.facts(as_of)
    (counts,) = tiny.fetch(lead_funnel(facts.filtered(filters), skip=skip)).to_dict("records")
    above = tiny.fetch(funnel_top(facts.filtered(filters))) if top else None
    return funnel_table(counts, top=above, skip=skip).set_index("step")


def test_a_person_who_goes_all_the_way_is_in_every_step(tiny):
    tiny.tell({"lin": WHOLE_WAY, "friend": ["2026-07-01 lead referral by=lin"]})
    table = table_of(tiny)
    assert table["reached"].tolist() == [1] * 8
    assert table["rate"].tolist()[1:] == [1] * 7


def test_what_was_moved_or_paid_back_is_no_renewal_and_oneself_no_referral(tiny):
    way = [step.replace("E1", "{0}1").replace("E2", "{0}2") for step in WHOLE_WAY]

    def gone(name, *more):
        return [*(step.format(name) for step in way[:-1]), way[-1].format(name) + "".join(more)]

    tiny.tell(
        {
            "moved": gone("M", " kind=carry_over"),
            "back": gone("B", " back=2026-06-20"),
            "stays": gone("S", " back=2026-08-20"),  # long after: a stop, not a renewal undone
            "friend": ["2026-07-01 lead referral device=stays-device by=stays"],
        }
    )
    table = table_of(tiny)
    assert table.loc[["first_lesson", "renewal", "referral"], "reached"].tolist() == [3, 1, 0]


def test_steps_count_in_sequence_only(tiny):
    tiny.tell(
        {
            "trial_before_contact": [
                "2026-01-01 lead sem",
                "2026-01-02 trial 9",
                "2026-01-03 followup effective",
                "2026-01-10 order 5000",
            ],
            "second_trial_after_contact": [
                "2026-01-01 lead sem",
                "2026-01-02 trial 9",
                "2026-01-03 followup effective",
                "2026-01-04 trial 9",
                "2026-01-10 order 5000",
            ],
        }
    )
    table = table_of(tiny)
    assert table.loc[["contact", "trial", "order"], "reached"].tolist() == [2, 1, 1]
    assert table.loc[["contact", "trial", "order"], "anyway"].tolist() == [2, 2, 2]


def test_a_trial_lesson_is_not_the_first_lesson(tiny):
    tiny.tell(
        {
            "lin": [
                *WHOLE_WAY[:5],
                "2026-01-17 seat present course=maths-trial",
                "2026-01-18 seat absent enrolment=E1",
            ]
        }
    )
    table = table_of(tiny)
    assert table.loc["first_lesson", ["reached", "anyway"]].tolist() == [0, 0]


def test_a_skipped_step_is_not_asked_for(tiny):
    tiny.tell(
        {"lin": ["2026-01-01 lead sem", "2026-01-02 followup effective", "2026-01-10 order 5000"]}
    )
    assert table_of(tiny).loc["order", "reached"] == 0
    without = table_of(tiny, skip=("trial",))
    assert without.loc["order", "reached"] == 1
    assert "trial" not in without.index


def test_a_step_outside_its_window_does_not_count(tiny):
    tiny.tell({"lin": ["2026-01-01 lead sem", "2026-02-01 followup effective"]})
    assert table_of(tiny).loc["contact", "reached"] == 0


def test_rates_are_of_leads_old_enough_for_the_step_on_both_sides(tiny):
    tiny.tell(
        {
            "old": ["2026-01-01 lead sem", "2026-01-02 followup effective", "2026-01-03 trial 9"],
            "young": ["2026-01-30 lead sem", "2026-01-30 followup effective"],
        }
    )
    table = table_of(tiny, as_of="2026-03-10")
    # The trial's window is 60 days: the young lead is 39 days old and in neither side.
    assert table.loc["contact", ["reached", "immature"]].tolist() == [2, 0]
    assert table.loc["trial", ["entered", "reached", "rate", "immature"]].tolist() == [1, 1, 1, 1]


def test_an_invalid_lead_goes_no_further(tiny):
    tiny.tell({"lin": ["2026-01-01 lead sem unreachable", *WHOLE_WAY[1:]]})
    table = table_of(tiny)
    assert table["reached"].tolist() == [1] + [0] * 7
    assert table.loc["order", "anyway"] == 1
    assert table["rate"].isna().tolist()[2:] == [True] * 6


def test_several_orders_and_seats_do_not_multiply_a_person(tiny):
    tiny.tell(
        {
            "lin": [
                *WHOLE_WAY[:5],
                WHOLE_WAY[3],
                *[WHOLE_WAY[5]] * 4,
                "2026-01-18 followup effective",
            ]
        }
    )
    assert table_of(tiny)["reached"].tolist() == [1] * 6 + [0, 0]


def test_the_top_counts_what_platforms_and_visits_say(tiny):
    tiny.spend("2026-01-01", "sem", 10, impressions=1000, clicks=50)
    tiny.spend("2026-02-01", "sem", 10, impressions=9, clicks=9)
    twice = ["2026-01-05T04:00 visit sem", "2026-01-05T06:00 visit sem"]
    tiny.tell({"lin": WHOLE_WAY, "p0": twice, "p1": twice[:1]})
    table = table_of(tiny, top=True)
    assert table["reached"].tolist()[:4] == [1000, 50, 2, 1]
    assert table["rate"].tolist()[1:4] == [0.05, 0.04, 0.5]


def test_counts_by_channel_add_to_the_whole(tiny):
    tiny.tell(
        {
            "lin": WHOLE_WAY,
            "wu": ["2026-01-01 lead feed", "2026-01-02 followup effective"],
            "xu": ["2026-01-01 lead -"],
        }
    )
    facts = tiny.facts("2027-06-01")
    parts = tiny.fetch(lead_funnel(facts.filtered(JANUARY), by="channel_id")).drop(
        columns="channel_id"
    )
    whole = tiny.fetch(lead_funnel(facts.filtered(JANUARY)))
    assert parts.sum().tolist() == whole.iloc[0].tolist()


def test_the_rows_behind_a_step_are_its_people(tiny):
    tiny.tell({"lin": WHOLE_WAY, "wu": ["2026-01-01 lead feed", "2026-01-02 followup effective"]})
    rows = tiny.fetch(lead_steps(tiny.facts("2027-06-01").filtered(JANUARY))).set_index("person_id")
    stopped = rows[rows["contact_at"].notna() & rows["trial_at"].isna()]
    assert stopped.index.tolist() == ["wu"]


def test_intervals_are_wilsons(tiny):
    leads = ["2026-01-01 lead sem unreachable"] * 8 + ["2026-01-01 lead sem"] * 32
    tiny.tell({f"p{i}": [lead] for i, lead in enumerate(leads)})
    row = table_of(tiny).loc["valid"]
    bounds = proportion_confint(32, 40, method="wilson")
    assert (row["low"], row["high"]) == pytest.approx(bounds)


def test_nobody_is_a_chain_of_zeros_without_rates(tiny):
    table = table_of(tiny)
    assert table["reached"].sum() == 0
    assert table["rate"].isna().all()
    assert len(table) == len(STEPS) + 1


def test_the_funnel_of_another_campus_is_not_seen(tiny):
    tiny.tell({"lin": WHOLE_WAY}, campus="south")
    facts = tiny.facts("2027-06-01", campuses=("north",), role="campus_head")
    assert tiny.fetch(lead_funnel(facts.filtered(JANUARY)))["leads"].tolist() == [0]


def test_skip_must_name_a_step_and_leave_one(tiny):
    facts = tiny.facts("2027-06-01")
    with pytest.raises(UnknownName, match="did you mean: trial"):
        lead_steps(facts.filtered(JANUARY), skip=("trials",))
    with pytest.raises(InvalidOption, match="skip must leave a step"):
        lead_steps(facts.filtered(JANUARY), skip=tuple(step.name for step in STEPS))
