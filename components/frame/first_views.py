"""What each page asks for when it is opened with nothing picked, asked without drawing it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from components.ask import query
from components.kit.choices.activity_choice import EVERY
from components.kit.measures import Choice as AcquisitionChoice
from components.screens.acquisition import measures as acquisition_measures
from components.screens.acquisition.answer import answer_of
from components.screens.acquisition.cards import CARDS as ACQUISITION_CARDS
from components.screens.acquisition.cards import card_of
from components.screens.acquisition.channels import channel_table_of
from components.screens.acquisition.picture import ranking_of
from components.screens.acquisition.reading import Reading as AcquisitionReading
from components.screens.acquisition.todo import tasks_of as acquisition_tasks
from components.screens.activities.index import ran
from components.screens.activities.reading import overview
from components.screens.board.answers import answers
from components.screens.board.figures import period_cards
from components.screens.board.hours import hours_picture
from components.screens.board.matrix import matrix_picture
from components.screens.board.pace import month_answer, month_picture, planned_for
from components.screens.conversion import answer as conversion_answer
from components.screens.conversion.cards import cards_of as conversion_cards
from components.screens.conversion.funnel import funnel_counts, funnel_picture
from components.screens.conversion.measures import Choice as ConversionChoice
from components.screens.conversion.person import person_score
from components.screens.conversion.reading import Reading as ConversionReading
from components.screens.conversion.todo import tasks_of as conversion_tasks
from components.screens.conversion.worklist import page_of as conversion_list
from components.screens.learning import answer as learning_answer
from components.screens.learning.calls import first_calls, is_large
from components.screens.learning.cards import cards_of as learning_cards
from components.screens.learning.curve import course_picture, offered_courses
from components.screens.learning.reading import Reading as LearningReading
from components.screens.learning.student import person_students
from components.screens.learning.todo import tasks_of as learning_tasks
from components.screens.renewal import answer as renewal_answer
from components.screens.renewal.calendar import weeks_picture
from components.screens.renewal.cards import cards_of as renewal_cards
from components.screens.renewal.reading import Reading as RenewalReading
from components.screens.renewal.todo import renewal_tasks
from components.screens.renewal.worklist import to_talk_to
from components.screens.spread import answer as spread_answer
from components.screens.spread.reading import SpreadReading, latest_shared
from components.screens.spread.todo import tasks_of as spread_tasks
from components.screens.visitors import answer as visitors_answer
from components.screens.visitors.reading import VisitorReading
from components.screens.visitors.todo import tasks_of as visitor_tasks
from data.scope import Filters, role
from metrics.people.network import shared_in
from metrics.people.person import contribution, current_state, household, identifiers, timeline
from metrics.renewal.family import person_renewal
from metrics.spread.shares import share_arrivals
from metrics.visitors import visits as visit_metrics

_NOBODY = "PNOBODY"  # among the ids, so that what anybody is looked for in is read ahead


def board(filters: Filters) -> None:
    """The cards, the hours, the month and the ten answers."""
    matrix_picture(filters)
    hours_picture(filters)
    month_answer(filters)
    for name in planned_for(query.current_scope().role)[:1]:
        month_picture(filters, name)
    period_cards(filters)
    list(answers(filters))


def acquisition(filters: Filters) -> None:
    """The answer, the cards, the ranking, the channels and the tasks."""
    reading = AcquisitionReading.of(filters, AcquisitionChoice())
    if not reading.seen("conversion") or reading.is_empty:
        return
    answer_of(reading)
    for name in reading.seen(*ACQUISITION_CARDS):
        card_of(reading, name)
    pictured = acquisition_measures.PICTURED[acquisition_measures.OVERVIEW]
    ranking_of(reading, reading.seen(*pictured)[0])
    channel_table_of(reading, acquisition_measures.OVERVIEW)
    acquisition_tasks(reading)


def person(filters: Filters) -> None:
    """The statements about one person, and what is learned of everybody; nobody's rows."""
    del filters
    for of in (current_state, contribution, timeline, identifiers, household):
        query.fetch(of, None, person_id=_NOBODY)
    person_students(_NOBODY)
    hidden = role(query.current_scope().role).hidden_facts
    if "order_line" in hidden:
        return
    query.fetch(shared_in, None, person_id=_NOBODY)
    if "followup" not in hidden:
        person_score(_NOBODY)
    if not {"due", "followup"} & hidden:
        query.fetch(person_renewal, None, person_id=_NOBODY)


def conversion(filters: Filters) -> None:
    """The answer, the cards, the funnel, the work list and the tasks."""
    reading = ConversionReading.of(filters, ConversionChoice())
    if reading.is_empty:
        return
    conversion_answer.sentence_of(reading)
    conversion_cards(reading)
    counts = funnel_counts(reading)
    if counts is not None and counts["leads"]:
        funnel_picture(reading)
    conversion_list(reading)
    conversion_tasks(reading)


def learning(filters: Filters) -> None:
    """The answer, the cards, the call list and the tasks."""
    reading = LearningReading.of(filters)
    if reading.is_empty:
        return
    learning_answer.teaching_finding(reading)
    learning_answer.students_sentence(reading)
    learning_cards(reading)
    for course in offered_courses(reading)[:1]:
        course_picture(reading, course)
    learning_tasks(reading)
    if not reading.tiers.now.empty:
        first_calls(reading, not is_large(reading))


def renewal(filters: Filters) -> None:
    """The answer, the cards, the calendar, the work list and the tasks."""
    reading = RenewalReading.of(filters)
    if {"due", "order_line", "followup"} & reading.hidden_facts:
        return
    if not reading.figure("renewal_rate")["denominator"] and reading.pool.empty:
        return
    renewal_answer.renewal_sentence(reading)
    renewal_answer.outlook_sentence(reading)
    renewal_cards(reading)
    weeks_picture(reading)
    to_talk_to(reading)
    renewal_tasks(reading)


def activities(filters: Filters) -> None:
    """The index."""
    shown = overview(filters)
    if shown is not None:
        ran(shown, filters)


def visitors(filters: Filters) -> None:
    """The answer with the list of keen people, and the tasks."""
    reading = VisitorReading.of(filters, EVERY)
    if not reading.figure(visit_metrics.visitors)["n"]:
        return
    visitors_answer.sentence_of(reading)
    visitor_tasks(reading)


def spread(filters: Filters) -> None:
    """The answer on the latest activity that was shared, and the tasks."""
    del filters
    reading = SpreadReading.of(latest_shared())
    if not reading.figure(share_arrivals)["n"]:
        return
    spread_answer.sentence_of(reading)
    spread_tasks(reading)


FIRST_VIEWS: Mapping[str, Callable[[Filters], None]] = {
    "overview/board": board,
    "lifecycle/acquisition": acquisition,
    "people/person": person,
    "lifecycle/conversion": conversion,
    "lifecycle/learning": learning,
    "lifecycle/renewal": renewal,
    "growth/activities": activities,
    "growth/visitors": visitors,
    "growth/spread": spread,
}
