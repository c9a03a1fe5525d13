"""The planted truths about people: households, activities, share trees, introducers."""

from __future__ import annotations

import math
from collections.abc import Callable

import pandas as pd
import pytest

from data.sample import truths as planted
from tests.data.sample_rows import whole_sample


@pytest.fixture
def ask() -> Callable[[str], pd.DataFrame]:
    """Run a query over the whole sample; gives a frame."""
    return lambda query: whole_sample().execute(query).df()


def test_one_phone_of_two_families_has_more_unionids_than_a_person_may(ask):
    shared = ask(
        """
        SELECT phone, count(*) AS leads, count(DISTINCT unionid) AS unionids,
          count(DISTINCT device_id) AS devices, list(DISTINCT student_name[1]) AS families,
          list(DISTINCT campus_id) AS campuses
        FROM leads WHERE phone IS NOT NULL GROUP BY phone HAVING unionids > 3
        """
    )
    assert len(shared) == 1
    row = shared.iloc[0]
    assert (row.leads, row.unionids, row.devices) == (planted.CONFLICT_LEADS,) * 2 + (1,)
    assert set(row.families) == set(planted.CONFLICT_SURNAMES)
    assert list(row.campuses) == [planted.CONFLICT_CAMPUS]


def test_ordinary_households_have_two_parents_with_phones_of_their_own(ask):
    homes = ask(
        "SELECT student_id, count(*) AS n, count(DISTINCT phone) AS phones FROM guardians "
        "GROUP BY ALL"
    )
    assert 0.3 <= (homes.n == 2).mean() <= 0.45
    assert (homes.n == homes.phones).all()
    other_parent = ask(
        """SELECT count(*) AS n FROM leads JOIN guardians USING (phone)
        WHERE NOT guardians.is_primary"""
    )
    assert other_parent.n[0] >= 20


def _activity_curves(ask) -> pd.DataFrame:
    daily = ask(
        """
        SELECT a.activity_id, d.day, count(l.lead_id) AS leads
        FROM activities a, LATERAL (SELECT unnest(range(a.ends_on - a.starts_on + 1)) AS day) d
        LEFT JOIN leads l ON l.activity_id = a.activity_id
          AND (l.created_at + INTERVAL 8 HOUR)::DATE - a.starts_on = d.day
        WHERE a.ends_on < DATE '2026-11-21' GROUP BY ALL ORDER BY ALL
        """
    )
    found = {}
    for activity, rows in daily.groupby("activity_id"):
        leads, length = rows.leads.to_numpy(), len(rows)
        middle = leads[2 : length - 2]
        gap = max(len(run) for run in "".join("0" if n == 0 else "1" for n in middle).split("1"))
        found[activity] = {
            "L": leads[:2].mean() / middle.mean(),
            "S": leads[-2:].mean() / middle[-3:].mean(),
            "gap": gap,
            "sprint_below_launch": leads[-2:].mean() < leads[:2].mean(),
        }
    return pd.DataFrame(found).T.astype(float)


def test_one_activity_stalls_one_has_no_sprint_and_the_others_are_healthy(ask):
    curves = _activity_curves(ask)
    assert curves.gap[planted.STALLED_ACTIVITY] >= 2
    assert curves.S[planted.NO_SPRINT_ACTIVITY] < 0.8
    others = curves.drop([planted.STALLED_ACTIVITY, planted.NO_SPRINT_ACTIVITY])
    healthy = (
        (others.L >= 1.5) & (others.gap < 2) & others.S.between(1.2, 3)
        & (others.sprint_below_launch == 1)
    )  # fmt: skip
    assert healthy.mean() >= 0.9
    assert (others.gap < 2).all()


def test_one_sharer_brings_most_of_an_activity_and_a_fifth_bring_most_of_all(ask):
    arrivals = ask(
        """
        WITH sharer AS (
          SELECT share_id, min(coalesce(unionid, device_id)) AS sharer FROM events
          WHERE name = 'share' GROUP BY ALL
        )
        SELECT sharer, e.activity_id, coalesce(e.unionid, e.device_id) AS visitor
        FROM sharer LEFT JOIN events e ON e.from_share_id = sharer.share_id
        """
    )
    direct = arrivals.groupby("sharer").visitor.nunique().sort_values(ascending=False)
    top = direct.head(math.ceil(len(direct) * 0.2)).sum() / direct.sum()
    assert 0.68 <= top <= 0.88
    star = arrivals[arrivals.activity_id == planted.STAR_ACTIVITY]
    of_star = star.groupby("sharer").visitor.nunique().sort_values(ascending=False)
    assert of_star.iloc[0] / of_star.sum() > 0.35
    assert of_star.iloc[0] > 2 * of_star.iloc[1]
    assert direct.rank(ascending=False)[of_star.index[0]] <= 5
    children = star.groupby("sharer").visitor.unique()
    reached, wave, generations = set(), {of_star.index[0]}, 0
    while wave:
        wave = {v for s in wave if s in children for v in children[s]} - reached
        reached |= wave
        generations += bool(wave)
    assert generations >= 3
    assert len(reached) > 0.4 * star.visitor.nunique()


def test_some_visitors_without_a_phone_come_often_by_the_share_of_someone_reachable(ask):
    keen = ask(
        """
        WITH visitor AS (
          SELECT device_id, min(from_share_id) AS share_id, sum(dwell_seconds) AS seconds
          FROM events GROUP BY ALL HAVING count(*) FILTER (name != 'share') >= 7
            AND seconds >= 1200 AND count(phone) = 0 AND share_id IS NOT NULL
        )
        SELECT DISTINCT visitor.device_id FROM visitor
        JOIN events s ON s.share_id = visitor.share_id AND s.name = 'share'
        JOIN leads l ON l.device_id = s.device_id WHERE l.phone IS NOT NULL
        """
    )
    assert len(keen) >= 20


def test_false_introducers_use_their_own_phone_or_device(ask):
    own_phone = ask(
        """SELECT l.lead_id FROM leads l JOIN guardians g
        ON g.student_id = l.introducer_id AND g.phone = l.phone"""
    )
    own_device = ask(
        """SELECT DISTINCT l.lead_id FROM leads l
        JOIN orders o ON o.student_id = l.introducer_id
        JOIN leads b ON b.lead_id = o.lead_id AND b.device_id = l.device_id"""
    )
    found = set(own_phone.lead_id) | set(own_device.lead_id)
    assert len(own_phone) == planted.SELF_REFERRERS // 2
    assert len(found) == planted.SELF_REFERRERS
    bursts = ask(
        """SELECT introducer_id, campus_id, time_bucket(INTERVAL 1 HOUR, created_at) AS hour,
          count(*) AS n FROM leads WHERE introducer_id IS NOT NULL GROUP BY ALL HAVING n >= 5"""
    )
    assert len(bursts) == 1
    assert bursts.n[0] == planted.BURST_LEADS
    assert (bursts.campus_id[0], bursts.hour[0]) == (planted.BURST_CAMPUS, planted.BURST_AT)
