"""Lesson by lesson: a course's attendance, and the lesson at which it drops."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from components.ask import query
from components.kit.charts.chart import figure, own_palette, show, title_of, value_axis
from components.kit.rows.drill import open_rows
from components.kit.states import nothing_to_show
from components.runtime.theme import Palette
from components.screens.learning.reading import Reading
from components.words.formats import interval, number, percent
from components.words.i18n import _
from metrics.service.attendance import attendance_strict
from metrics.service.lesson_curve import LEAST_SEATS


def first_lessons(reading: Reading) -> object:
    """The curve of the course that stands first, where there is one."""
    return [course_picture(reading, course) for course in offered_courses(reading)[:1]]


def lesson_picture(reading: Reading) -> None:
    """Draw the choice of course and its curve; a mark opens the seats of that lesson."""
    offered = offered_courses(reading)
    if not offered:
        nothing_to_show(
            _("No lesson of any course has {n} seats yet.", n=LEAST_SEATS),
            _("Seats of the last 365 days are counted."),
        )
        return
    course = st.selectbox(
        _("Course"), offered, format_func=lambda c: reading.courses.get(c, c), width=320,
        key="learning_course",
    )  # fmt: skip
    drawn = course_picture(reading, course)
    clicked = show(drawn, key=f"learning_curve_{course}", alt=title_of(drawn), clickable=True)
    st.caption(
        _(
            "Lessons of the last 365 days; a lesson is compared with the three on either side,"
            " and named where luck explains it with less than 1% over all lessons of all courses"
            " (Holm) and it lies 10 points below."
        )
    )
    if clicked:
        open_rows(
            attendance_strict, reading.year, where=clicked,
            title=f"{reading.courses.get(course, course)} · "
            + _("lesson {n}", n=clicked["lesson_no"]),
        )  # fmt: skip


@query.remembered
def offered_courses(reading: Reading) -> list[str]:
    """Courses with lessons to judge: named drops first, then by seats."""
    drops = reading.drops
    tested = drops[drops["drop"].notna()]
    seats = tested.groupby("course_id")["denominator"].sum().sort_values(ascending=False)
    return list(dict.fromkeys([*reading.named["course_id"], *seats.index]))


@query.remembered
def course_picture(reading: Reading, course: str) -> go.Figure:
    """A course's attendance by lesson, under what it shows."""
    lessons = reading.drops[reading.drops["course_id"] == course]
    finding = curve_finding(lessons, reading.courses.get(course, course))
    return lesson_chart(lessons, title=finding)


def curve_finding(lessons: pd.DataFrame, course: str) -> str:
    """What a course's curve shows, as its title."""
    named = lessons[lessons["is_drop"]].sort_values("drop", ascending=False)
    if named.empty:
        return _("“{course}”: no lesson stands out", course=course)
    row = named.iloc[0]
    return _(
        "“{course}”: lesson {n} is attended by {rate}, the lessons around it by {low}–{high}"
        " ({difference} pp less, 95% {interval})",
        course=course,
        n=int(row["lesson_no"]),
        rate=percent(row["rate"]),
        low=percent(row["around_low"]),
        high=percent(row["around_high"]),
        difference=number(row["drop"] * 100),
        interval=interval(row["drop_low"], row["drop_high"], "ratio").replace("%", ""),
    )


def lesson_chart(lessons: pd.DataFrame, *, title: str, colours: Palette | None = None) -> go.Figure:
    """Attendance by number of the lesson; lessons with few seats pale, drops marked.

    ``lessons`` is one course's rows of `lesson_drops`.
    """
    colours = own_palette(colours)
    few = lessons["denominator"] < LEAST_SEATS
    ink = [
        colours.bad if dropped else colours.faded(colours.series, 0.35) if f else colours.series
        for dropped, f in zip(lessons["is_drop"], few, strict=True)
    ]
    said = [
        f"{_('lesson {n}', n=int(row['lesson_no']))}<br><b>{percent(row['rate'])}</b>"
        f"<br>n = {number(row['denominator'], exact=True)}"
        for row in lessons.to_dict("records")
    ]
    drawn = figure(
        go.Scatter(
            x=lessons["lesson_no"], y=lessons["rate"], mode="lines+markers",
            line={"color": colours.faded(colours.series, 0.5), "width": 1.5},
            marker={"color": ink, "size": [12 if d else 7 for d in lessons["is_drop"]]},
            customdata=[
                {"course_id": c, "lesson_no": int(n)}
                for c, n in zip(lessons["course_id"], lessons["lesson_no"], strict=True)
            ],
            hovertext=said, hovertemplate="%{hovertext}<extra></extra>",
        ),
        title=title, colours=colours, showlegend=False,
    )  # fmt: skip
    axis = value_axis(list(lessons["rate"]), "ratio", zero=False)
    drawn.update_layout(
        yaxis={**axis, "title_text": _("Attendance rate")},
        xaxis={"title_text": _("Lesson of the course")},
    )
    return drawn
