"""Each planted truth can be seen in the raw tables, with nothing but SQL."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable

import pandas as pd
import pyarrow as pa
import pytest

from data.sample import AS_OF, generate
from data.sample import truths as planted
from tests.data.sample_rows import whole_sample


@pytest.fixture
def ask() -> Callable[[str], pd.DataFrame]:
    """Run a query over the whole sample; gives a frame."""
    return lambda query: whole_sample().execute(query).df()


def z_of(wins: tuple[float, float], totals: tuple[float, float]) -> float:
    """How many standard errors the first proportion lies above the second."""
    pooled = sum(wins) / sum(totals)
    error = math.sqrt(pooled * (1 - pooled) * (1 / totals[0] + 1 / totals[1]))
    return (wins[0] / totals[0] - wins[1] / totals[1]) / error


@pytest.fixture
def channels(ask) -> pd.DataFrame:
    """What each channel costs and brings."""
    return ask(
        f"""
        WITH cost AS (SELECT channel_id, sum(cost_cny)::DOUBLE AS cost FROM spend GROUP BY ALL),
        brought AS (
          SELECT channel_id, count(*) AS leads, avg(w30::INT) FILTER (mature90) AS w30,
            avg(w90::INT) FILTER (mature90) AS w90, count(paid_at) AS payers,
            median(date_diff('hour', created_at, paid_at)) / 24 AS days
          FROM lead GROUP BY ALL
        ), year AS (
          SELECT l.channel_id, sum(net_cny) FILTER (
            line.paid_at <= l.created_at + INTERVAL 365 DAY)::DOUBLE AS revenue
          FROM lead l JOIN line USING (lead_id)
          WHERE l.created_at <= TIMESTAMP '{AS_OF}' - INTERVAL 365 DAY GROUP BY ALL
        ), old AS (
          SELECT channel_id, count(*) AS old FROM lead
          WHERE created_at <= TIMESTAMP '{AS_OF}' - INTERVAL 365 DAY GROUP BY ALL
        )
        SELECT *, cost / leads AS cpl, revenue / old / (cost / leads) - 1 AS roi_365,
          cost / payers AS cac
        FROM brought JOIN cost USING (channel_id) JOIN year USING (channel_id)
          JOIN old USING (channel_id)
        """
    ).set_index("channel_id")


def test_figures_are_those_of_a_plausible_institution(ask, channels):
    sure = channels[channels.leads >= 500]
    assert channels.cpl.between(30, 210).all()
    assert sure.cac.between(700, 4_000).all()
    whole = ask(
        """SELECT avg(w90::INT) FILTER (mature90) AS w90, avg((is_reachable AND in_area AND NOT
        is_blacklisted AND NOT is_competitor)::INT) AS known FROM lead"""
    ).iloc[0]
    assert 0.08 <= whole.w90 <= 0.15
    assert 0.72 <= whole.known <= 0.86
    first = ask(
        "SELECT avg(net_cny)::DOUBLE AS cny FROM line JOIN first_order USING (lead_id, paid_at) "
        "WHERE course_type = 'formal'"
    ).cny[0]
    assert 4_000 <= first <= 6_000
    learning = ask(
        "SELECT avg((attendance IN ('present', 'late'))::INT) AS rate FROM seats "
        "WHERE attendance != 'unmarked'"
    ).rate[0]
    assert 0.85 <= learning <= 0.91
    due = ask("SELECT avg(renewed::INT) AS rate FROM term WHERE ends_on < DATE '2026-10-21'")
    assert 0.55 <= due.rate[0] <= 0.70


def test_the_cheapest_channel_is_the_worst_after_the_lead(ask, channels):
    cheap = channels.loc[planted.CHEAP_CHANNEL]
    others = channels.drop(index=planted.CHEAP_CHANNEL)
    assert cheap.cpl < 0.6 * others.cpl.min()
    assert cheap.roi_365 < 1.0
    assert cheap.roi_365 < 0.5 * others[others.leads > 500].roi_365.min()
    after = ask(
        f"""
        SELECT channel_id = '{planted.CHEAP_CHANNEL}' AS cheap, count(*) AS n,
          avg(refunded::INT) AS refunds, count(*) FILTER (ends_on < DATE '2026-10-21') AS due,
          count(*) FILTER (ends_on < DATE '2026-10-21' AND renewed) AS renewed
        FROM term WHERE channel_id IS NOT NULL GROUP BY ALL ORDER BY cheap
        """
    )
    rest, bad = after.iloc[0], after.iloc[1]
    assert bad.due >= 30
    assert bad.renewed / bad.due < 0.25
    assert rest.renewed / rest.due > 0.55
    assert bad.refunds > 0.25
    assert rest.refunds < 0.08
    attended = ask(
        f"""
        SELECT channel_id = '{planted.CHEAP_CHANNEL}' AS cheap,
          avg((attendance IN ('present', 'late'))::INT) AS rate
        FROM seats JOIN term USING (enrolment_id)
        WHERE attendance != 'unmarked' AND channel_id IS NOT NULL GROUP BY ALL ORDER BY cheap
        """
    ).rate
    assert attended[1] < attended[0] - 0.08
    campaign = ask(
        f"""SELECT channel_id, count(*) AS n FROM leads
        WHERE campaign = '{planted.CHEAP_CAMPAIGN}' GROUP BY ALL ORDER BY n DESC"""
    )
    assert campaign.channel_id[0] == planted.CHEAP_CHANNEL
    assert campaign.n[0] > 1_000


def test_the_slow_channel_looks_bad_at_30_days_and_is_among_the_best_at_90(channels):
    slow = channels.loc[planted.SLOW_CHANNEL]
    assert 55 <= slow.days <= 75
    assert slow.w30 < 0.02
    assert slow.w30 == channels.w30.min()
    assert slow.w90 >= channels.w90.nlargest(2).min()
    assert slow.roi_365 > channels.roi_365.median()


def test_one_cost_feed_is_late_and_the_other_running_ones_are_not(ask):
    last = ask(
        """SELECT channel_id, date_diff('day', max(spend_on), DATE '2026-11-21') AS late
        FROM spend WHERE impressions IS NOT NULL GROUP BY ALL"""
    ).set_index("channel_id")
    assert last.late[planted.LATE_CHANNEL] == planted.LATE_DAYS
    assert (last.late.drop(planted.LATE_CHANNEL) <= 1).all()


def test_one_course_loses_its_children_at_one_lesson(ask):
    curve = ask(
        f"""
        SELECT lesson_no, course_id = '{planted.DROP_COURSE}' AS planted,
          avg((attendance IN ('present', 'late'))::INT) AS rate, count(*) AS n
        FROM seats JOIN lessons USING (lesson_id) JOIN classes USING (class_id)
          JOIN courses USING (course_id)
        WHERE attendance != 'unmarked' AND type = 'formal' AND lesson_no BETWEEN 4 AND 10
        GROUP BY ALL
        """
    ).set_index(["planted", "lesson_no"])
    here = curve.rate[True]
    assert curve.n[True][planted.DROP_LESSON] > 300
    assert here[planted.DROP_LESSON] < here.drop(planted.DROP_LESSON).min() - 0.15
    assert curve.rate[False].max() - curve.rate[False].min() < 0.05


def test_one_playbook_harms_one_does_nothing_and_one_works(ask):
    arms = ask(
        """
        WITH drawn AS (
          SELECT DISTINCT json_extract_string(properties, '$.sop') AS sop,
            json_extract_string(properties, '$.arm') AS arm, phone
          FROM events WHERE name = 'sop_exposure'
        ), person AS (
          SELECT phone, bool_or(w90) AS won FROM lead WHERE mature90 GROUP BY phone
        )
        SELECT sop, arm, count(*) AS n, sum(won::INT) AS won FROM drawn JOIN person USING (phone)
        GROUP BY ALL
        """
    ).set_index(["sop", "arm"])
    scores = {}
    for sop in planted.SOP_WINDOWS:
        treated, held = arms.loc[sop, "treated"], arms.loc[sop, "held_out"]
        share = held.n / (held.n + treated.n)
        assert planted.HELD_OUT_SHARE - 0.03 < share < planted.HELD_OUT_SHARE + 0.03
        scores[sop] = z_of((treated.won, held.won), (treated.n, held.n))
    assert scores[planted.HARMFUL_SOP] < -3
    assert abs(scores[planted.USELESS_SOP]) < 2.2
    assert scores[planted.USEFUL_SOP] > 2.5
    both = ask(
        """SELECT count(*) AS n FROM (
          SELECT phone, json_extract_string(properties, '$.sop') AS sop FROM events
          WHERE name = 'sop_exposure' GROUP BY ALL
          HAVING count(DISTINCT json_extract_string(properties, '$.arm')) > 1)"""
    )
    assert both.n[0] == 0
    registered = ask("SELECT experiment_id FROM experiments").experiment_id
    assert set(registered) == set(planted.SOP_WINDOWS)


def test_two_vendors_sold_the_same_phones_within_days(ask):
    twice = ask(
        f"""
        SELECT count(*) AS n
        FROM leads a JOIN leads b USING (phone)
        WHERE a.channel_id = '{planted.VENDORS[0]}' AND b.channel_id = '{planted.VENDORS[1]}'
          AND date_diff('hour', a.created_at, b.created_at) BETWEEN 12 AND 120
        """
    ).n[0]
    sold = ask(f"SELECT count(*) AS n FROM leads WHERE channel_id = '{planted.VENDORS[1]}'").n[0]
    assert twice / sold == pytest.approx(planted.TWICE_SOLD_SHARE, abs=0.03)


def test_rows_are_as_imperfect_as_in_life(ask):
    shares = ask(
        f"""
        SELECT avg((channel_id = '{planted.UNMAPPED_CHANNEL}')::INT) AS unmapped,
          avg((NOT is_reachable)::INT) AS unreachable, avg((NOT in_area)::INT) AS far,
          avg(is_blacklisted::INT) AS blacklisted, avg(is_competitor::INT) AS competitors,
          1 - count(DISTINCT phone) / count(phone) AS repeated,
          avg((owner_id IS NULL)::INT) AS unowned
        FROM leads
        """
    ).iloc[0]
    assert 0.005 < shares.unmapped < 0.015
    assert 0.08 < shares.unreachable < 0.16
    assert 0.02 < shares.far < 0.07
    assert 0.005 < shares.blacklisted < 0.03
    assert 0.005 < shares.competitors < 0.03
    assert 0.02 < shares.repeated < 0.06
    assert 0.03 < shares.unowned < 0.08
    alone = ask("SELECT avg((lead_id IS NULL)::INT) AS share FROM orders").share[0]
    assert 0.02 < alone < 0.07
    silent = ask(
        """SELECT avg((phone NOT IN (SELECT phone FROM events WHERE name = 'form_submit'
        AND phone IS NOT NULL))::INT) AS share FROM leads WHERE phone IS NOT NULL"""
    ).share[0]
    assert 0.05 < silent < 0.13


def test_what_is_planted_by_id_is_there_at_a_small_scale_too():
    tables: dict[str, list[pa.Table]] = defaultdict(list)
    for name, table in generate(0.1):
        tables[name].append(table)
    leads, spend = (pa.concat_tables(tables[n]).to_pandas() for n in ("leads", "spend"))
    assert leads.groupby("phone").unionid.nunique().max() == planted.CONFLICT_LEADS
    assert spend[spend.channel_id == planted.LATE_CHANNEL].spend_on.max() < spend.spend_on.max()
    introduced = leads.dropna(subset="introducer_id")
    hour = introduced.created_at.dt.floor("h")
    assert (hour == planted.BURST_AT).sum() >= planted.BURST_LEADS
    stalled = leads[leads.activity_id == planted.STALLED_ACTIVITY]
    assert stalled.created_at.dt.date.nunique() <= 7
    exposed = pa.concat_tables(tables["events"]).to_pandas().properties.dropna()
    assert len(exposed.unique()) == 2 * len(planted.SOP_WINDOWS)


def test_the_lucky_consultant_leads_his_campus_by_the_leads_he_is_given(ask):
    fair = ask(
        """
        SELECT owner_id, count(*) AS n, sum(w90::INT) AS observed, sum(expected) AS expected FROM (
          SELECT *, avg(w90::INT) OVER (PARTITION BY channel_id) AS expected
          FROM lead WHERE mature90 AND owner_id IS NOT NULL
        ) WHERE campus_id = 'C001' GROUP BY ALL
        """
    ).set_index("owner_id")
    raw = fair.observed / fair.n
    assert raw.idxmax() == planted.LUCKY_CONSULTANT
    ratio = fair.observed / fair.expected
    assert ratio[planted.LUCKY_CONSULTANT] < 0.95
    assert ratio.idxmin() == planted.LUCKY_CONSULTANT
