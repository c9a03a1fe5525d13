"""Cells as spreadsheets, tills and CRMs write them."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from data.contracts import CONTRACTS, contract
from data.identity.phone import normalise_phone
from data.landing import reading
from data.scope import DEFAULT_TIMEZONE


def value(expression: str, text: str) -> Any:
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone='UTC'")
        ((result,),) = connection.execute(
            f"SELECT {expression} FROM (SELECT $1::VARCHAR AS cell)", [text]
        ).fetchall()
    return result


MORNING = datetime.fromisoformat("2026-01-02T02:05")  # 10:05 in Shanghai


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-02 10:05:00",
        "2026-01-02 10:05",
        "2026/1/2 10:05",
        "2026.1.2 10:05:00",
        "2026年1月2日 10:05",
        "2026年01月02日10时05分",
        "２０２６－０１－０２　１０：０５",
        "20260102 10:05:00",
        "20260102100500",
        "2026-01-02T10:05:00",
        "2026-01-02T10:05:00+08:00",
        "2026-01-02T02:05:00Z",
        "2026-01-02 11:05:00.000+09:00",
        "2026-01-02T10:05+0800",
        "46024.42013888889",
        "1767319500",
        "1767319500000",
        " 2026/01/02 10:05:00 ",
    ],
)
def test_instant_reads_a_time_however_written(text: str) -> None:
    assert value(reading.instant("cell"), text) == MORNING


@pytest.mark.parametrize(
    "text", ["x", "2026-02-30", "2026-13-01 10:00", "02/01/2026", "2026", "46024,5", "25:00", ""]
)
def test_instant_does_not_guess(text: str) -> None:
    assert value(reading.instant("cell"), text) is None


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("2026-01-02 03:04:05 PM", "15:04:05"),
        ("2026-01-02 3:04 pm", "15:04:00"),
        ("2026-01-02 12:04:05 AM", "00:04:05"),
        ("2026/1/2 下午 3:04:05", "15:04:05"),
        ("2026/1/2 下午3:04", "15:04:00"),
        ("2026/1/2 上午12:04", "00:04:00"),
        ("2026年1月2日 下午3点05分", "15:05:00"),
    ],
)
def test_instant_reads_the_two_halves_of_a_day(text: str, clock: str) -> None:
    local = datetime.fromisoformat(f"2026-01-02T{clock}+08:00")
    assert value(reading.instant("cell"), text) == local.astimezone(UTC).replace(tzinfo=None)


@pytest.mark.parametrize(
    "text", ["2026-01-02 03:04:05 CET", "2026-01-02 03:04:05 Europe/Paris", "2026-01-02 13:04 PM"]
)
def test_instant_takes_no_word_for_nothing(text: str) -> None:
    assert value(reading.instant("cell"), text) is None


def test_instant_knows_the_summer_time_of_old() -> None:
    assert value(reading.instant("cell"), "1988-07-01 12:00:00") == datetime.fromisoformat(
        "1988-07-01T03:00"
    )


def test_instant_agrees_with_the_calendar_of_the_zone() -> None:
    chance = random.Random(3)
    walls = [
        datetime(1992, 1, 1) + timedelta(seconds=chance.randrange(6_000_000_000))  # noqa: DTZ001
        for _ in range(500)
    ]
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone='UTC'")
        read = connection.execute(
            f"SELECT {reading.instant('cell')} FROM (SELECT unnest($1::VARCHAR[]) AS cell)",
            [[wall.isoformat(" ") for wall in walls]],
        ).fetchall()
    exact = [w.replace(tzinfo=DEFAULT_TIMEZONE).astimezone(UTC).replace(tzinfo=None) for w in walls]
    assert [at for (at,) in read] == exact


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-02", "2026/1/2", "2026.1.2", "20260102", "2026年1月2日", "46024", "46024.0",
        "2026-01-02 23:59:59", "2026-01-01T16:00:00Z", "2026/1/2 0:00", "２０２６/１/２",
    ],
)  # fmt: skip
def test_day_is_the_campuss_day(text: str) -> None:
    assert value(reading.day("cell"), text) == date(2026, 1, 2)


@pytest.mark.parametrize("text", ["2026-02-29", "1/2/2026", "yesterday", "20261301", ""])
def test_day_does_not_guess(text: str) -> None:
    assert value(reading.day("cell"), text) is None


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1234.5", "1234.50"),
        ("1,234.50", "1234.50"),
        ("¥1,234.50", "1234.50"),
        ("￥１，２３４．５", "1234.50"),
        ("1.2万", "12000.00"),
        ("1234.5元", "1234.50"),
        ("1 234.50 RMB", "1234.50"),
        ("0.1", "0.10"),
        ("1e3", "1000.00"),
        ("-5", "-5.00"),
        ("9999999999999999.99", "9999999999999999.99"),
    ],
)
def test_money_reads_an_amount_to_the_cent(text: str, amount: str) -> None:
    assert value(reading.money("cell"), text) == Decimal(amount)


@pytest.mark.parametrize(
    "text",
    ["", "abc", "1.2.3", "nan", "inf", "12人", "1.234,50", "12,50", "1,5", "1234,567", "1,2345"],
)
def test_money_does_not_guess(text: str) -> None:
    assert value(reading.money("cell"), text) is None


@pytest.mark.parametrize(
    ("text", "count"),
    [("3", 3), ("3.0", 3), ("1,000", 1000), ("２", 2), ("1.2万", 12000), ("3.5", None), ("x", None),
     ("1e400", None), ("9" * 30, None), ("", None)],
)  # fmt: skip
def test_whole_takes_no_fraction(text: str, count: int | None) -> None:
    assert value(reading.whole("cell"), text) == count


def test_number_reads_percent_as_a_share() -> None:
    assert value(reading.number("cell"), "85%") == pytest.approx(0.85)


@pytest.mark.parametrize(
    ("text", "answer"),
    [("是", True), ("Y", True), ("1", True), ("TRUE", True), ("√", True), ("１", True),
     ("1.0", True), ("否", False), ("n", False), ("0", False), ("false", False), ("没有", None),
     ("2", None)],
)  # fmt: skip
def test_flag_reads_yes_and_no(text: str, answer: bool | None) -> None:
    assert value(reading.flag("cell"), text) is answer


@pytest.mark.parametrize(
    ("text", "attendance"),
    [("present", "present"), ("出勤", "present"), ("到课", "present"), ("1", "present"),
     ("1.0", "present"), ("４", "absent"), ("LEAVE", "leave"), (" 迟到 ", "late"), ("5", None)],
)  # fmt: skip
def test_choice_takes_value_label_code_or_alias(text: str, attendance: str | None) -> None:
    column = contract("seats").column("attendance")
    assert value(reading.choice("cell", column), text) == attendance


def test_choice_knows_every_code_of_every_contract() -> None:
    with duckdb.connect() as connection:
        for rules in CONTRACTS.values():
            for column in rules.columns:
                meant = [(s, option.value) for option in column.choices for s in option.spellings]
                read = connection.execute(
                    f"SELECT cell, {reading.choice('cell', column)} FROM"
                    " (SELECT unnest($1::VARCHAR[]) AS cell)",
                    [[spelling for spelling, _ in meant]],
                ).fetchall()
                assert read == meant


def test_readers_survive_any_text() -> None:
    """One cell must never stop a load: whatever stands there is a value or NULL."""
    chance = random.Random(7)
    signs = "0123456789-/.:+ ,%¥'\"年月日时分秒万亿eETZx١²½０１．－：é\0\t\n😀"
    texts = ["".join(chance.choices(signs, k=chance.randint(0, 24))) for _ in range(20_000)]
    texts += ["nan", "-nan", "inf", "-infinity", "1e308", "-1e309", "9" * 400, "0" * 400, "79999.9"]
    texts += ["epoch", "infinity", "290309-12-22 (BC)", "294247-01-10 04:00:54.775806", "5e-324"]
    texts += ["294247-01-10 04:00:54.775807+14:00", "0000-00-00", "1999999999", "1999999999999"]
    kinds = {column.kind: column for name in CONTRACTS for column in CONTRACTS[name].columns}
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone='UTC'")
        connection.execute("CREATE TABLE cells AS SELECT unnest($1) AS cell", [texts])
        for kind, column in kinds.items():
            read = reading.read(replace(column, name="cell"), is_text=True)
            ((count,),) = connection.execute(
                f"SELECT count(*) FROM (SELECT {read} AS value FROM cells) WHERE value IS NULL"
                " OR value IS NOT NULL"
            ).fetchall()
            assert count == len(texts), kind


def test_mobile_agrees_with_the_library_wherever_it_answers() -> None:
    numbers = [f"1{second}{third}{'0' * 7}1" for second in range(10) for third in range(10)]
    numbers += [f"17{n}" + "0" * (9 - len(str(n))) for n in (400, 405, 406, 4059)]
    shapes = ("{}", "+86{}", "86{}", "0086{}", "+86 {}", "{} ", "０{}", "1{}", "86-{}", "+1{}")
    with duckdb.connect() as connection:
        for shape in shapes:
            texts = [shape.format(number) for number in numbers]
            texts += [shape.format(f"{n[:3]} {n[3:7]}-{n[7:]}") for n in numbers]
            read = connection.execute(
                f"SELECT cell, {reading.mobile('cell')} FROM (SELECT unnest($1) AS cell)", [texts]
            ).fetchall()
            answered = [(text, got) for text, got in read if got is not None]
            assert [(text, normalise_phone(text)) for text, _ in answered] == answered
    assert value(reading.mobile("cell"), "+86 138-0013 8000") == "+8613800138000"
