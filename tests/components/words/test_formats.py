"""Numbers, money, rates and dates as text."""

from datetime import date, datetime
from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from components.words import formats as words
from data.errors import InvalidOption
from data.scope import Period
from metrics.foundation.registry import UNITS


@pytest.mark.parametrize(
    ("figure", "chinese", "english"),
    [
        (0, "0", "0"),
        (7, "7", "7"),
        (1284, "1,284", "1,284"),
        (9999, "9,999", "9,999"),
        (9999.6, "1 万", "10k"),  # never "10,000" beside a shorter neighbour
        (12_345, "1.23 万", "12.3k"),
        (99_995, "10 万", "100k"),
        (123_456, "12.3 万", "123k"),
        (340_000_000, "3.4 亿", "340m"),
        (2_500_000_000, "25 亿", "2.5bn"),
        (0.5, "0.5", "0.5"),
        (-1284, "−1,284", "−1,284"),
        (None, "—", "—"),
        (float("nan"), "—", "—"),
        (pd.NA, "—", "—"),
    ],
)
def test_number_has_few_digits_on_cards(figure, chinese, english):
    assert words.number(figure, "zh") == chinese
    assert words.number(figure, "en") == english


def test_number_written_out_keeps_every_digit():
    assert words.number(123_456, "zh", exact=True) == "123,456"
    assert words.number(1234.5, "en", exact=True) == "1,234.50"


@pytest.mark.parametrize(
    ("amount", "chinese", "english"),
    [
        (123_000, "12.3 万元", "¥123k"),
        (980, "980 元", "¥980"),
        (-980, "−980 元", "−¥980"),
        (Decimal("340000000.00"), "3.4 亿元", "¥340m"),
        (None, "—", "—"),
    ],
)
def test_money_is_in_yuan(amount, chinese, english):
    assert words.money(amount, "zh") == chinese
    assert words.money(amount, "en") == english


def test_money_written_out_is_exact_to_the_cent():
    assert words.money(Decimal("12345678901234.56"), "zh", exact=True) == "12,345,678,901,234.56 元"


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.92, "92%"),
        (0.385, "38.5%"),
        (0.0042, "0.42%"),
        (0, "0%"),
        (1, "100%"),
        (7.264, "726%"),
        (9.9951, "1,000%"),
        (None, "—"),
    ],
)
def test_percent_has_at_most_three_digits(share, text):
    assert words.percent(share) == text


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("code", ["zh", "en"])
def test_value_knows_every_unit_of_the_registry(unit, code):
    assert words.value(12, unit, code) != words.value(None, unit, code) == "—"


@pytest.mark.parametrize(
    ("unit", "chinese", "english"),
    [
        ("people", "1,284 人", "1,284 people"),
        ("leads", "1,284 条", "1,284 leads"),
        ("orders", "1,284 单", "1,284 orders"),
        ("cny", "1,284 元", "¥1,284"),
        ("times", "1,284 倍", "1,284×"),
        ("days", "1,284 天", "1,284 days"),
    ],
)
def test_value_carries_its_unit(unit, chinese, english):
    assert words.value(1284, unit, "zh") == chinese
    assert words.value(1284, unit, "en") == english


def test_value_of_one_is_singular_in_english():
    assert words.value(1, "people", "en") == "1 person"


def test_value_refuses_a_unit_it_does_not_know():
    with pytest.raises(InvalidOption, match=r"unit must be one of .*, got 'stones'"):
        words.value(1, "stones", "zh")


@pytest.mark.parametrize(
    ("now", "before", "unit", "chinese", "english"),
    [
        (0.38, 0.362, "ratio", "+1.8 个百分点", "+1.8 pp"),
        (0.362, 0.38, "ratio", "−1.8 个百分点", "−1.8 pp"),
        (7.26, 8.57, "ratio", "−131 个百分点", "−131 pp"),
        (110, 100, "leads", "+10%", "+10%"),
        (90, 100, "cny", "−10%", "−10%"),
        (5, 5, "leads", "±0%", "±0%"),
        (5, 0, "leads", "—", "—"),  # no share of nothing
        (None, 5, "leads", "—", "—"),
    ],
)
def test_delta_tells_points_from_per_cent(now, before, unit, chinese, english):
    assert words.delta(now, before, unit, "zh") == chinese
    assert words.delta(now, before, unit, "en") == english


def test_interval_says_its_unit_once():
    assert words.interval(0.112, 0.134, "ratio", "zh") == "11.2–13.4%"
    assert words.interval(1214, 1354, "leads", "zh") == "1,214–1,354"
    assert words.interval(77, 107, "cny", "zh") == "77–107 元"
    assert words.interval(77, 107, "cny", "en") == "¥77–107"
    assert words.interval(9_800, 12_300, "cny", "zh") == "9,800–1.23 万元"
    assert words.interval(None, 1354, "leads", "zh") == "—"


def test_days_are_written_as_the_language_writes_them():
    saturday = date(2026, 11, 21)
    assert words.day(saturday, "zh", weekday=True) == "11月21日 周六"
    assert words.day(saturday, "en") == "21 Nov"
    assert words.day(None, "zh") == "—"
    assert words.day(pd.NaT, "zh") == "—"


@pytest.mark.parametrize(
    ("start", "end", "chinese", "english"),
    [
        (date(2026, 11, 1), date(2026, 11, 22), "11.01–11.21", "1–21 Nov"),
        (date(2026, 10, 30), date(2026, 11, 2), "10.30–11.01", "30 Oct–1 Nov"),
        (date(2026, 11, 21), date(2026, 11, 22), "11.21", "21 Nov"),
        (date(2025, 12, 31), date(2026, 1, 2), "2025.12.31–2026.01.01", "31 Dec 2025–1 Jan 2026"),
    ],
)
def test_days_range_shows_first_and_last_day_of_a_half_open_period(start, end, chinese, english):
    period = Period(start=start, end=end)
    assert words.days_range(period, "zh") == chinese
    assert words.days_range(period, "en") == english


def test_days_of_another_year_say_which():
    last_year = Period(start=date(2025, 11, 1), end=date(2025, 11, 22))
    now = date(2026, 11, 21)
    assert words.days_range(last_year, "en", now=now) == "1–21 Nov 2025"
    assert words.days_range(last_year, "zh", now=now) == "2025.11.01–11.21"
    assert words.days_range(last_year, "en", now=date(2025, 12, 1)) == "1–21 Nov"


def test_moment_is_on_the_local_clock():
    assert words.moment(datetime.fromisoformat("2026-11-21T15:40"), "zh") == "11月21日 23:40"
    assert words.moment(datetime.fromisoformat("2026-11-21T16:40"), "en") == "22 Nov 00:40"


@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=60))
def test_escaped_data_shows_as_it_is_in_markdown(text):
    plain = " ".join(text.split())
    (paragraph, *_rest) = MarkdownIt().enable("table").parse(f"x{words.escape(text)}x")[1:2]
    shown = "".join(token.content for token in paragraph.children)
    assert shown == f"x{plain}x"


@pytest.mark.parametrize(
    "trap", [":red[hi]", "$x$", ":material/star:", "<b>", "[a](http://b)", "~~a~~"]
)
def test_escape_disarms_streamlit_markdown(trap):
    for character in ":$[]<~":
        assert f"\\{character}" in words.escape(trap) or character not in trap


@pytest.mark.parametrize(("code", "text"), [("zh", "2026年11月"), ("en", "Nov 2026")])
def test_a_month_is_named_with_its_year(code: str, text: str):
    assert words.month(date(2026, 11, 21), code) == text
