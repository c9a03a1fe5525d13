"""`python -m data query`: the figure that was asked for, as the screens have it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest

from data.__main__ import main
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


def test_another_campus_is_out_of_a_heads_scope(asked, capsys):
    (figure,) = asked("new_leads", *SINCE, "--as", "head")
    assert float(figure["value"]) == 2
    assert main(["query", "new_leads", *SINCE, "--as", "head", "--campus", "south"]) == 2
    assert "south" in capsys.readouterr().err
