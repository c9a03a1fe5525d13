"""What a run looks up is looked up once, and anew in the next run."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterator

import pytest
from streamlit.testing.v1 import AppTest

from components.runtime.script_run import once_a_run


def script() -> None:
    import builtins

    import streamlit as st

    first, second = builtins.counted(), builtins.counted()
    st.text(f"{first} {second}")

    @st.fragment
    def part() -> None:
        st.text(builtins.counted())

    part()


@pytest.fixture
def counted() -> Iterator[Callable[[], int]]:
    """How often it was looked up so far; scripts find it among the builtins."""
    calls: list[None] = []

    @once_a_run
    def looked_up() -> int:
        calls.append(None)
        return len(calls)

    builtins.counted = looked_up
    yield looked_up
    del builtins.counted


def said(at: AppTest) -> list[str]:
    return [text.value for text in at.text]


@pytest.mark.usefixtures("counted")
def test_parts_of_a_run_share_what_was_found_and_the_next_run_looks_again():
    at = AppTest.from_function(script).run()
    assert said(at) == ["1 1", "1"]
    assert said(at.run()) == ["2 2", "2"]


@pytest.mark.usefixtures("counted")
def test_two_tabs_do_not_share_what_was_found():
    one, other = AppTest.from_function(script).run(), AppTest.from_function(script).run()
    assert said(one)[0] == "1 1"
    assert said(other)[0] == "2 2"


def test_outside_a_run_every_call_looks_up(counted):
    assert [counted(), counted()] == [1, 2]
