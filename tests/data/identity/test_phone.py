"""Phones and names: what files bring, what screens show."""

from __future__ import annotations

import hashlib
import hmac
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.identity.phone import (
    mask_identifier,
    mask_name,
    mask_phone,
    normalise_phone,
    normalise_phones,
    phone_key,
)


@pytest.mark.realdata
def test_normalise_phone_agrees_with_libphonenumber(repo_datasets: Path) -> None:
    oracle = json.loads((repo_datasets / "cn_phone_oracle" / "oracle.json").read_text())
    ours = {row["raw"]: normalise_phone(row["raw"]) for row in oracle["rows"]}
    assert ours == {row["raw"]: row["e164"] if row["valid"] else None for row in oracle["rows"]}


@pytest.mark.parametrize(
    "text",
    [
        "13812345678",
        " 138 1234 5678 ",
        "138-1234-5678",
        "+86 138 1234 5678",
        "0086-13812345678",
        "8613812345678",
        "(+86)13812345678",
        "１３８１２３４５６７８",
        "13812345678.0",
        "13812345678.00",
        "1.3812345678E+10",
        "1.3812345678e10",
        "'13812345678",
        "13812345678 妈妈",
        "+86 13812345678(爸爸)",
        "13812345678/13812345678",
    ],
)
def test_normalise_phone_reads_every_spelling_of_one_number(text: str) -> None:
    assert normalise_phone(text) == "+8613812345678"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("+852 9123 4567", "+85291234567"),
        ("010-12345678", "+861012345678"),
        ("021 6123 4567", "+862161234567"),
    ],
)
def test_normalise_phone_keeps_landlines_and_other_regions(text: str, number: str) -> None:
    assert normalise_phone(text) == number


@pytest.mark.parametrize(
    "text",
    [
        None, "", "无", "1.38E+10", "1.381E+10", "12345678901", "1381234567", "138123456789",
        "微信同号", "1" * 400, "1e999", "nan", "13812345678 13912345678",
        "妈妈13812345678，爸爸13912345678", "订单2026138123456781", "+1 13812345678 x",
    ],
)  # fmt: skip
def test_normalise_phone_refuses_what_is_no_number(text: str | None) -> None:
    assert normalise_phone(text) is None


@given(st.text(max_size=30))
def test_normalise_phone_answers_any_text_and_is_its_own_fixed_point(text: str) -> None:
    number = normalise_phone(text)
    assert number is None or (number.startswith("+") and normalise_phone(number) == number)


@given(st.integers(0, 9_999_999_999))
def test_normalise_phone_takes_the_short_way_only_where_the_library_agrees(tail: int) -> None:
    import phonenumbers

    text = f"1{tail:010d}"
    expected = phonenumbers.is_valid_number(phonenumbers.parse(text, "CN"))
    assert (normalise_phone(text) is not None) == expected


def test_normalise_phones_asks_once_per_distinct_text() -> None:
    assert normalise_phones(["13812345678", None, "13812345678", "x"]) == {
        "13812345678": "+8613812345678",
        None: None,
        "x": None,
    }


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("+8613812345678", "138****5678"),
        ("138 1234 5678", "138****5678"),
        ("+85291234567", "****4567"),
        ("010-12345678", "****5678"),
        ("110", "****"),
        (None, None),
    ],
)
def test_mask_phone_hides_the_middle(text: str | None, masked: str | None) -> None:
    assert mask_phone(text) == masked


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("张三", "张*"),
        ("张三丰", "张**"),
        ("欧阳娜娜", "欧阳**"),
        ("欧阳锋", "欧阳*"),
        ("欧阳", "欧*"),  # two characters: Ou is the surname, Yang the given name
        ("张", "*"),
        ("John Smith", "J***"),
        ("李女士", "李**"),
        ("", ""),
        (None, None),
    ],
)
def test_mask_name_keeps_the_surname(name: str | None, masked: str | None) -> None:
    assert mask_name(name) == masked


def test_mask_identifier_hides_short_values_whole() -> None:
    assert mask_identifier("openid", "oABCDEFGH") == "oA***GH"
    assert mask_identifier("crm_id", "C12") == "***"
    assert mask_identifier("phone", "+8613812345678") == "138****5678"


def test_phone_key_is_an_hmac_and_hangs_on_the_key() -> None:
    number = "+8613812345678"
    expected = hmac.new(b"k", number.encode(), hashlib.sha256).hexdigest()
    assert phone_key(b"k", number) == expected
    assert phone_key(b"other", number) != expected
