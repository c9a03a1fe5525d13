"""Groups are compared with what their own intake lets expect."""

import numpy as np
import pytest

from data.errors import InvalidOption
from data.facts import Facts
from data.scope import EVERY_CAMPUS, Filters, Period, Scope
from metrics.models.shrinkage import shrunk_to_zero
from metrics.service.league import league, league_rows
from tests.metrics.service.test_lesson_curve import YEAR

EVER = Filters(period=Period(start=YEAR.period.start.replace(year=2020), end=YEAR.period.end))


def told(rng, teachers):
    """Families of two channels in classes of teachers: ``{teacher: (n of sem, n of feed, skill)}``.

    Children whose family came by "feed" come to 60 % of lessons, others to 95 %.
    """
    people, number = {}, 0
    for teacher, (sem, feed, skill) in teachers.items():
        for channel, count in (("sem", sem), ("feed", feed)):
            chance = {"sem": 0.95, "feed": 0.6}[channel] + skill
            for _ in range(count):
                number += 1
                seats = [
                    f"2026-01-{day:02d} seat {'present' if rng.random() < chance else 'absent'}"
                    f" enrolment=E{number} teacher={teacher} no={day}"
                    for day in range(1, 21)
                ]
                people[f"p{number}"] = [
                    f"2025-12-01 lead {channel}",
                    f"2025-12-31 enrol E{number} teacher={teacher}",
                    *seats,
                ]
    return people


def table_of(tiny, of="teacher_id"):
    return league(
        tiny.arrow(league_rows(tiny.facts("2026-02-01").filtered(EVER), of=of))
    ).set_index(of)


def test_who_was_given_the_harder_intake_is_not_called_worse(tiny):
    rng = np.random.default_rng(1)
    intake = {"T1": (24, 2, 0.0), "T2": (2, 24, 0.0), "T3": (13, 13, 0.0)}
    tiny.tell(told(rng, intake))
    found = table_of(tiny)
    assert found.loc["T1", "rate"] > found.loc["T2", "rate"] + 0.2
    assert set(found["verdict"]) == {"same"}
    assert found["value"].abs().max() < 0.03


def test_who_does_worse_with_the_same_intake_is_found(tiny):
    rng = np.random.default_rng(2)
    intake = {f"T{i}": (10, 10, 0.0) for i in range(6)} | {"T9": (10, 10, -0.3)}
    tiny.tell(told(rng, intake))
    found = table_of(tiny)
    assert found.loc["T9", "verdict"] == "below"
    assert found.loc["T9", "rank"] == found["rank"].max()
    assert "below" not in set(found.drop(index="T9")["verdict"])


def test_expected_seats_add_up_to_the_attended_ones(tiny):
    tiny.tell(told(np.random.default_rng(3), {"T1": (5, 9, 0.0), "T2": (7, 3, 0.0)}))
    found = table_of(tiny)
    assert found["expected"].sum() == pytest.approx(found["numerator"].sum())
    assert found["denominator"].sum() == 24 * 20


def test_few_children_give_no_rank(tiny):
    tiny.tell(told(np.random.default_rng(4), {"T1": (20, 0, 0.0), "T2": (4, 0, 0.0)}))
    found = table_of(tiny)
    assert found.loc["T2", "verdict"] == "too_few"
    assert found.loc[["T2"], "rank"].isna().all()


def test_the_sample_has_no_teacher_or_course_that_stands_out(institution):
    facts = Facts(
        Scope(
            user="test", role="manager", campuses=EVERY_CAMPUS, as_of=institution.store.as_of
        )
    )  # fmt: skip
    for of in ("teacher_id", "course_id", "class_id"):
        found = institution.store.fold(league_rows(facts.filtered(YEAR), of=of), league)
        assert not found["verdict"].isin(["above", "below"]).any(), of


def test_a_league_is_of_teachers_classes_or_courses(tiny):
    with pytest.raises(InvalidOption, match="of must be one of teacher_id, class_id, course_id"):
        league_rows(tiny.facts("2026-02-01").filtered(EVER), of="campus_id")


def test_shrinking_to_zero_keeps_what_is_certain_and_drops_what_is_luck():
    rng = np.random.default_rng(5)
    errors = np.full(200, 1.0)
    luck = shrunk_to_zero(rng.normal(size=200), errors)
    assert np.abs(luck.value).max() < 0.6
    truth = rng.normal(0, 3, 200)
    seen = truth + rng.normal(size=200)
    drawn = shrunk_to_zero(seen, errors)
    assert np.mean((drawn.value - truth) ** 2) < np.mean((seen - truth) ** 2)
    covered = np.mean((drawn.low <= truth) & (truth <= drawn.high))
    assert 0.9 <= covered <= 0.99
    missing = shrunk_to_zero(np.array([1.0, np.nan]), np.array([1.0, 1.0]))
    assert np.isnan(missing.value[1])
