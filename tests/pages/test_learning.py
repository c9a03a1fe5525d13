"""The learning screen: the planted drop is named, students are listed, scopes hold."""

from __future__ import annotations

import re
from datetime import date
from functools import partial

import pytest

from components.ask import query
from components.kit.navigation import SECTIONS
from components.screens.learning import board
from components.screens.learning.board import learning_answers
from components.screens.learning.definitions import RATES, behind_part
from components.screens.learning.page import PAGE
from components.screens.learning.reading import Reading
from components.screens.learning.student import person_students
from data.sample.truths import DROP_COURSE, DROP_LESSON
from data.scope import ROLES, Filters, Period
from metrics.service.attendance import (
    MAKE_UP_DAYS,
    attendance_made_up,
    attendance_net,
    attendance_strict,
)
from metrics.service.attendance_bridge import attendance_bridge
from tests.pages import screens
from tests.pages.screens import open_panels, panels_of, scope_of, shown, shown_in

visit = partial(screens.visit, "lifecycle/learning")
look = partial(screens.look, "lifecycle/learning")


@pytest.fixture
def course(served) -> str:
    """The sample as this process's installation; gives the planted course's name."""
    rows = served.store.fetch(f"SELECT name FROM dim_course WHERE course_id = '{DROP_COURSE}'")
    return str(rows["name"].item())


def enrolled_in(text: str) -> int:
    """How many students the answer says are enrolled."""
    (found,) = re.findall(r"of ([\d,]+) enrolled students", text)
    return int(found.replace(",", ""))


def test_the_lesson_that_loses_children_is_named_and_no_other(course):
    text = shown(look("manager"))
    assert f"“{course}” loses students at lesson {DROP_LESSON}" in text
    assert "more lesson" not in text
    assert f"Sit in on lesson {DROP_LESSON} of “{course}”" in text


def test_the_seats_behind_a_part_of_the_bridge_are_as_many_as_it_moves(course):
    reading = Reading(
        Filters(period=Period(start=date(2026, 10, 1), end=date(2026, 11, 22))),
        scope_of("manager"),
        None,
    )
    found = {rate: reading.figures(rate).total for rate in RATES}
    settled = reading.figures(attendance_strict, days_old=MAKE_UP_DAYS).total
    bridge = attendance_bridge(
        found[attendance_strict], found[attendance_net], settled, found[attendance_made_up]
    ).set_index("part")
    assert set(bridge.index) == {"leave", "young", "made_up"}
    for part, seats in bridge["seats"].items():
        metric, filters, where = behind_part(reading, str(part))
        rows = query.list_rows(metric, filters, where=where, scope=reading.scope)
        assert len(rows) == seats > 0, part


def test_the_screen_speaks_chinese(course):
    text = shown(look("manager", language="zh"))
    assert f"「{course}」在第 {DROP_LESSON} 次课流失学员" in text
    assert "本周回访名单" in text


def test_students_are_listed_with_a_reason_and_a_deadline_up_to_capacity(course):
    at = look("manager", learning_capacity=5)
    calls = at.dataframe[0].value
    assert {"student", "tier", "reason", "risk", "days_since", "deadline"} < set(calls.columns)
    assert calls["reason"].str.len().gt(0).all()
    assert (calls["deadline"] == "23 Nov").all()
    assert calls["risk"].is_monotonic_decreasing
    assert calls["teacher"].value_counts().max() <= 5
    assert calls["open"].str.startswith("/person?person_id=").all()
    assert "Risk scored on 21 Nov" in shown(at)
    assert re.search(r"Learned from [\d,]+ enrolments and \d+ stops: [\d.]+% of persons", shown(at))


def test_a_picked_student_comes_with_a_call_script(course):
    at = look("manager")
    assert "Pick a row for what to ask and what to offer." in shown(at)
    picked = {"selection": {"rows": [0], "columns": [], "cells": []}}
    at = look("manager", learning_calls=picked)
    text = shown(at)
    assert f"What to say to the family of {at.dataframe[0].value['student'].iloc[0]}" in text
    assert "1. Ask" in text
    assert "Call by 23 Nov" in text


def test_alarms_called_in_time_are_told_and_too_few_for_a_saving(course):
    at = look("manager", learning_panel_losses=True)
    text = shown(at)
    assert "13 of them had an effective contact on record within 48 hours" in text
    assert "whether calls help cannot be told" in text
    assert "13 contacts in time took about" in text
    assert "No saving is proven" in text
    (groups,) = (t.value for t in at.dataframe if "returned_bounds" in t.value)
    assert groups.set_index("called")["n"].to_dict() == {"called": 13, "not called": 16}
    teacher = shown(look("teacher1", learning_panel_losses=True))
    assert "Your role does not see contacts" in teacher
    assert "contacts in time took" not in teacher


def test_a_teacher_sees_the_own_classes_only(course, sample):
    at = look("teacher1")
    staff = sample.accounts.viewer("teacher1").staff_id
    enrolled = sample.store.fetch(
        "SELECT count(DISTINCT person_id) AS n FROM fact_enrolment"
        f" WHERE teacher_id = '{staff}' OR class_teacher_id = '{staff}'"
    )["n"].item()
    (attended,) = [m for m in at.metric if m.label == "Attendance rate"]
    assert attended.value.endswith("%")
    text = shown(at)
    assert "¥" not in text
    students = enrolled_in(text)
    assert 0 < students <= enrolled


def test_a_campus_head_sees_fewer_than_the_institution(course):
    def enrolled(user):
        return enrolled_in(shown(look(user)))

    assert 0 < enrolled("head_north") < enrolled("manager")


def test_a_foreign_campus_shows_nothing(course):
    at = look("nowhere")
    assert "No lesson was held in these days, and nobody is enrolled." in shown(at)
    assert not at.metric
    assert not at.dataframe


def test_the_screen_is_for_those_who_answer_for_teaching():
    (entry,) = [e for _s, es in SECTIONS for e in es if e.script == "lifecycle/learning"]
    allowed = {name for name, role in ROLES.items() if entry.allowed(role)}
    assert allowed == {"manager", "campus_head", "teacher", "analyst"}


def test_a_consultant_who_comes_by_a_link_sees_the_own_families_only(course, sample):
    at = look("consultant1", framed=False)
    assert "¥" not in shown(at)
    assert at.metric or "No lesson was held" in shown(at)


@pytest.mark.parametrize("user", ["manager", "teacher1"])
def test_panels_draw_when_they_are_opened_and_only_then(course, user):
    panels = panels_of(PAGE)
    role = ROLES[user.rstrip("1")]
    had = {panel.words for panel in panels if panel.allowed(role)}
    without = set() if user == "manager" else {"quality"}
    assert had == {panel.words for panel in panels if panel.name not in without}
    at = visit(user)
    closed = {panel.label: len(shown_in(panel)) for panel in at.expander}
    assert set(closed) == had
    open_panels(at, PAGE)
    for panel in at.expander:
        assert len(shown_in(panel)) > closed[panel.label] + 50, panel.label


def test_the_board_is_given_questions_7_and_8_with_rows_that_add_up(course, sample, monkeypatch):
    monkeypatch.setattr(query, "current_scope", lambda *_: scope_of("manager"))
    filters = Filters(period=Period(start=date(2026, 11, 1), end=date(2026, 11, 22)))
    seventh, eighth = learning_answers(filters)
    assert (seventh.number, eighth.number) == (7, 8)
    assert course in seventh.sentence
    rows = query.list_rows(seventh.metric, seventh.filters, where=seventh.where)
    assert len(rows) == seventh.figure["n"]
    assert float(rows["numerator"].sum()) == seventh.figure["numerator"]
    for answer in (seventh, eighth):
        assert answer.figure["low"] < answer.figure["value"] < answer.figure["high"]
    opened = []
    monkeypatch.setattr(board, "open_students", lambda rows, *_, **__: opened.append(rows))
    eighth.opens()
    alarmed, enrolled = eighth.figure["numerator"], eighth.figure["n"]
    assert len(opened[0]) == alarmed > 0
    assert f"{alarmed} of {enrolled:,} enrolled students need saving" in eighth.sentence


def test_a_persons_children_have_the_tier_that_the_screen_gives_them(course, sample, monkeypatch):
    scope = scope_of("manager")
    monkeypatch.setattr(query, "current_scope", lambda *_: scope)
    filters = Filters(period=Period(start=date(2026, 11, 1), end=date(2026, 11, 22)))
    listed = Reading(filters, scope, None).at_risk.head(3)
    for row in listed.to_dict("records"):
        found = {s.student_id: s for s in person_students(row["person_id"], with_risk=True)}
        own = found[row["student_id"]]
        assert (own.tier, own.run) == (row["tier_name"], row["run"])
        assert own.risk == pytest.approx(row["risk"])
        assert own.reasons
    stranger = scope_of("head_south")
    north = listed[listed["campus_id"].isin(sample.accounts.viewer("head_north").campuses)]
    for person in north["person_id"]:
        assert person_students(person, stranger) == []
