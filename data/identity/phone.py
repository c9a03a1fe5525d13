"""Phone numbers and names: one spelling to join by, a mask to show."""

from __future__ import annotations

import functools
import hashlib
import hmac
import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Any

import phonenumbers

DEFAULT_REGION = "CN"

_CN: Any = phonenumbers.PhoneMetadata.metadata_for_region(DEFAULT_REGION)
_CN_MOBILE: re.Pattern[str] = re.compile(_CN.mobile.national_number_pattern)
_SCIENTIFIC = re.compile(r"[+]?\d(?:\.\d+)?[eE][+]?\d{1,2}")
_MOBILE_IN_TEXT = re.compile(r"(?<!\d)(?:\+?86|0086)?[ -]?(1[3-9]\d{9})(?!\d)")
_LONGEST = 64  # no number is longer; a longer text is a note in the wrong column

# Surnames of two characters; every other Chinese name has a surname of one.
_COMPOUND = """
欧阳 太史 端木 上官 司马 东方 独孤 南宫 万俟 闻人 夏侯 诸葛 尉迟 公羊 赫连 澹台
皇甫 宗政 濮阳 公冶 太叔 申屠 公孙 慕容 仲孙 钟离 长孙 宇文 司徒 鲜于 司空 闾丘
子车 亓官 司寇 巫马 公西 颛孙 壤驷 公良 漆雕 乐正 宰父 谷梁 拓跋 夹谷 轩辕 令狐
段干 百里 呼延 东郭 南门 羊舌 微生 公户 公玉 公仪 梁丘 公仲 公上 公门 公山 公坚
左丘 公伯 西门 公祖 第五 公乘 贯丘 公皙 南荣 东里 东宫 仲长 子书 子桑 即墨 达奚
褚师 纳兰 完颜 耶律 歐陽 司馬 諸葛 尉遲 赫連 長孫 鍾離 聞人 東方 獨孤
"""
_COMPOUND_SURNAMES = frozenset(_COMPOUND.split())


def normalise_phone(text: str | None) -> str | None:
    """A phone number in E.164 (``+8613812345678``), or None where it is not one.

    Takes what files bring: spaces, dashes, full-width digits, ``0086``, a trailing
    ``.0``, scientific notation, a word beside the only mobile. A number that notation has
    cut (``1.38E+10``) is no number: all who share its first digits would become one person.
    """
    if text is None:
        return None
    plain = unicodedata.normalize("NFKC", text).strip().strip("'\"`=")
    if not plain or len(plain) > _LONGEST:
        return None
    plain = _without_notation(plain)
    # The library accepts these 11 digits by the same pattern; asking it takes 50 times longer.
    mobile = plain.removeprefix("+86")
    if len(mobile) == 11 and mobile.isascii() and _CN_MOBILE.fullmatch(mobile):
        return f"+86{mobile}"
    try:
        number = phonenumbers.parse(plain, DEFAULT_REGION)
    except phonenumbers.NumberParseException:
        return _only_mobile_in(plain)
    if not phonenumbers.is_valid_number(number):
        return _only_mobile_in(plain)
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _only_mobile_in(text: str) -> str | None:
    """The one mobile that stands in a text with words; of two nobody knows whose is whose."""
    found = set(_MOBILE_IN_TEXT.findall(text))
    is_foreign = "+" in text and "+86" not in text
    if len(found) != 1 or is_foreign:
        return None
    (mobile,) = found
    return f"+86{mobile}" if _CN_MOBILE.fullmatch(mobile) else None


def _without_notation(text: str) -> str:
    """Digits as a spreadsheet meant them: ``1.3812345678E+10`` and ``13812345678.0`` whole."""
    if _SCIENTIFIC.fullmatch(text):
        try:
            value = Decimal(text)
        except InvalidOperation:
            return ""
        # TRICKY: fewer significant digits than the number has means that some were lost.
        kept = len(value.as_tuple().digits) == value.adjusted() + 1
        return str(int(value)) if kept else ""
    whole, point, zeros = text.partition(".")
    return whole if point and whole.lstrip("+").isdigit() and not zeros.strip("0") else text


def normalise_phones(texts: Iterable[str | None]) -> dict[str | None, str | None]:
    """Each distinct text with its number, see `normalise_phone`."""
    return {text: normalise_phone(text) for text in set(texts)}


def mask_phone(text: str | None) -> str | None:
    """A number without its middle: ``138****1234``; others keep their last four digits."""
    if text is None:
        return None
    number = normalise_phone(text)
    digits = "".join(filter(str.isdigit, text))
    if number and number.startswith("+86") and _CN_MOBILE.fullmatch(number[3:]):
        return f"{number[3:6]}****{number[-4:]}"
    return f"****{digits[-4:]}" if len(digits) > 6 else "****"


@functools.lru_cache(maxsize=100_000)
def mask_name(text: str | None) -> str | None:
    """A name's surname, the rest starred: ``张*``, ``欧阳**``; Latin names keep one letter."""
    if text is None:
        return None
    name = "".join(text.split())
    if not name:
        return ""
    if len(name) == 1:
        return "*"
    if name.isascii():
        return f"{name[0]}***"
    kept = 2 if len(name) > 2 and name[:2] in _COMPOUND_SURNAMES else 1
    return name[:kept] + "*" * (len(name) - kept)


def mask_identifier(kind: str, value: str) -> str:
    """An identifier fit to show: phones as `mask_phone`, others by their first and last two."""
    if kind == "phone":
        return mask_phone(value) or ""
    return f"{value[:2]}***{value[-2:]}" if len(value) > 6 else "***"


def phone_key(key: bytes, e164: str) -> str:
    """The keyed hash by which a full number is found without showing it (HMAC-SHA256, hex).

    A plain hash would not do: there are fewer than 10^10 numbers to try.
    """
    return hmac.new(key, e164.encode(), hashlib.sha256).hexdigest()
