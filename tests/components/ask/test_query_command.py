"""`python -m data query`: the figure that was asked for, as the screens have it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date

import pytest

from data.errors import InvalidOption, UnknownName
from edulens.commands import main
from edulens.query import _options, _period
from tests.components.conftest import Served

Rows = list[dict[str, str]]


@pytest.fixture
def asked(
    served: Served, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Rows]:
    """What the command prints, as rows."""
    home = served.installation.home
    monkeypatch.setenv("EDULENS_HOME", str(home.path))
    home.store.touch()  # the store itself is in memory

    def ask(*words: str) -> Rows:
        assert main(["query", *words]) == 0
        return list(csv.DictReader(io.StringIO(capsys.readouterr().out)))

    return ask


SINCE = ("--start", "2026-10-01")


def test_rows_are_as_many_as_the_figure_counts(asked):
    (figure,) = asked("new_leads", *SINCE)
    assert float(figure["value"]) == len(asked("new_leads", *SINCE, "--rows")) == 3


def test_options_given_one_by_one_all_count(asked):
    given = ("ltv", *SINCE, "--option", "days=30", "--option", "base=payer")
    (figure,) = asked(*given)
    (together,) = asked("ltv", *SINCE, "--option", "days=30", "base=payer")
    assert figure == together
    assert (float(figure["value"]), figure["n"]) == (5000, "1")


def test_campuses_given_one_by_one_all_count(asked):
    found = asked(
        "new_leads", *SINCE, "--by", "campus_id", "--campus", "north", "--campus", "south"
    )
    assert {row["campus_id"]: float(row["value"]) for row in found} == {"north": 2, "south": 1}


def test_a_number_of_an_earlier_day_comes_out_as_it_was_then(asked):
    # Three leads: 5 October, 2 and 18 November; an order of 20 October.
    until = ("--start", "2026-10-01", "--end", "2026-12-01")
    on = {day: asked("new_leads", *until, "--as-of", day)[0]["value"] for day in (
        "2026-10-04", "2026-10-05", "2026-11-17", "2026-11-18", "2030-01-01")}  # fmt: skip
    assert [float(value) for value in on.values()] == [0, 1, 2, 3, 3]
    (then,) = asked("first_order_conversion", *until, "--as-of", "2026-10-31")
    (now,) = asked("first_order_conversion", *until)
    assert (then["n"], then["immature"]) == ("0", "1")
    assert (now["n"], now["value"]) == ("1", "1.0")
    (period,) = asked("new_leads", "--as-of", "2026-10-10")
    assert float(period["value"]) == 1, "the 30 days end with that day"


def test_another_campus_is_out_of_a_heads_scope(asked, capsys):
    (figure,) = asked("new_leads", *SINCE, "--as", "head")
    assert float(figure["value"]) == 2
    assert main(["query", "new_leads", *SINCE, "--as", "head", "--campus", "south"]) == 2
    assert "south" in capsys.readouterr().err


KNOWN = {"window_days": 30, "followup_cny": 15.0, "base": "lead", "origin": False,
         "activities": (), "days": None}  # fmt: skip


def test_options_take_the_kind_of_their_default():
    given = [
        "window_days=60", "followup_cny=12", "base=30", "origin=true", "activities=A1,A2", "days=7",
    ]  # fmt: skip
    assert _options(given, KNOWN) == {
        "window_days": 60, "followup_cny": 12.0, "base": "30", "origin": True,
        "activities": ("A1", "A2"), "days": 7,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("pair", "says"),
    [
        ("window_days", "NAME=VALUE"),
        ("window_days=abc", "window_days must be a whole number, got 'abc'"),
        ("window_days=30.5", "whole number"),
        ("followup_cny=much", "followup_cny must be a number"),
        ("origin=perhaps", "true or false"),
        ("days=soon", "whole number"),
        ("windows=3", "did you mean: window_days"),
    ],
)
def test_options_that_cannot_be_are_told_in_words(pair: str, says: str):
    with pytest.raises((InvalidOption, UnknownName), match=says):
        _options([pair], KNOWN)


def test_a_period_ends_the_day_after_today_and_begins_thirty_days_before():
    period = _period(None, None, date(2026, 3, 31))
    assert (period.start, period.end) == (date(2026, 3, 2), date(2026, 4, 1))
    assert _period(date(2026, 1, 1), None, date(2026, 3, 31)).days == 90


@pytest.mark.parametrize("end", [date(2026, 3, 1), date(2026, 2, 1)])
def test_a_period_without_days_is_refused(end: date):
    with pytest.raises(InvalidOption, match="--start must be before --end"):
        _period(date(2026, 3, 1), end, date(2026, 3, 31))
