"""A fragment that reruns alone must not read with what the page's run knew."""

from __future__ import annotations

from datetime import date, datetime

from components.kit.measures import Choice
from components.kit.page import Handover
from components.screens.acquisition.reading import Reading
from data.scope import EVERY_CAMPUS, Filters, Period, Scope

FILTERS = Filters(period=Period(start=date(2026, 11, 1), end=date(2026, 11, 22)))
NOW = datetime(2026, 11, 21, 10, 0)  # noqa: DTZ001  # UTC without zone


def reading_of(role: str) -> Reading:
    scope = Scope(user=role, role=role, campuses=EVERY_CAMPUS, as_of=NOW)
    return Reading(FILTERS, scope, Choice())


def test_handover_gives_the_page_runs_reading_once_and_then_looks_the_viewer_up(monkeypatch):
    changed = reading_of("analyst")
    monkeypatch.setattr(Reading, "of", classmethod(lambda cls, filters, choice: changed))
    first = reading_of("manager")
    handover = Handover(first)
    assert handover.take() is first
    assert handover.take() is changed
    assert handover.take() is changed


def test_reading_judges_each_measure_on_days_of_its_own():
    reading = reading_of("manager")
    assert reading.judged("leads").period == FILTERS.period
    assert reading.judged("conversion").period.end == date(2026, 10, 22)
    assert reading.judged("roi").period == Period(start=date(2025, 11, 26), end=date(2026, 5, 25))


def test_today_alone_is_todays_leads_and_spend():
    today = Filters(period=Period(start=date(2026, 11, 21), end=date(2026, 11, 22)))
    scope = reading_of("manager").scope
    reading = Reading(today, scope, Choice())
    for name in ("leads", "spend", "cpl", "roi_period", "over_claim"):
        assert reading.judged(name) == today, name
    # What a channel costs in comparison is never read off one unfinished day.
    assert reading.judged("price").period.days == 90


def test_reading_hides_money_from_roles_without_spend():
    consultant = reading_of("consultant")
    assert not consultant.sees_money
    assert consultant.seen("leads", "cpl", "roi", "conversion") == ("leads", "conversion")
