"""Names of people who do not exist, and phones that nobody answers."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from data.sample.columns import Flags, Ints, labelled, numbered
from data.sample.truths import CONFLICT_SURNAMES

_SURNAMES = tuple("王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓曹彭曾肖田董潘袁蔡蒋余")
_COMMON = len(_SURNAMES)  # those that families draw from; the conflict's two stand behind
_FIRST = tuple("晓雅子佳思若雨梓欣一明文嘉诗俊浩宇泽天志伟丽静慧敏婷")
_SECOND = tuple("涵轩怡然彤萱辰宁悦琪妍恒睿航博凯琳颖洁蕾娜强军峰磊超")
_SURNAME = pa.array([*_SURNAMES, *CONFLICT_SURNAMES])
_GIVEN = pa.array([a + b for a in _FIRST for b in _SECOND] + list(_SECOND))

SECOND_PARENT = 20_000  # offsets into a block's people
WALK_IN = 40_000
_PEOPLE_PER_BLOCK = 60_000

# China Unicom's 1455 and 1456: data cards, which take no calls, and of these two the
# numbering data name no region. docs/sample.md gives the reasons.
PHONE_PREFIX = "+86145"
_FIRST_NUMBER = 50_000_000
_NUMBERS = 20_000_000
_STRIDE = 7_368_787  # coprime to _NUMBERS: a permutation, so no number comes twice
MAX_BLOCKS = _NUMBERS // _PEOPLE_PER_BLOCK


def people(block: int, local: Ints) -> Ints:
    """Numbers of a block's people among all people; none stays none."""
    return np.where(local < 0, -1, block * _PEOPLE_PER_BLOCK + local)


def phones(person: Ints) -> pa.Array:
    """E.164 phone of each person number; a negative one gives none."""
    number = person * _STRIDE % _NUMBERS + _FIRST_NUMBER
    digits = pa.array(number, mask=person < 0).cast(pa.string())
    return pc.binary_join_element_wise(PHONE_PREFIX, digits, "")


def surnames(family: Ints) -> Ints:
    """The surname's number of each family: common ones come often."""
    u = (family * 2_654_435_761 % 4_294_967_296) / 4_294_967_296
    return (u**1.7 * _COMMON).astype(np.int64)


def conflict_surnames(place: Ints) -> Ints:
    """The surname's number of each of the conflict's families."""
    return _COMMON + place


def full_names(surname: Ints, given: Ints) -> pa.Array:
    """Surname and given name; a negative surname gives none."""
    first = labelled(_SURNAME, surname)
    return pc.binary_join_element_wise(first, labelled(_GIVEN, given % len(_GIVEN)), "")


def share_of(person: Ints, salt: int) -> npt.NDArray[np.float64]:
    """A fixed number in [0, 1) of each person: the same wherever it is asked for."""
    mixed = (person * 2_654_435_761 + salt * 40_503_077) % 4_294_967_296
    mixed = (mixed ^ (mixed >> 15)) * 2_246_822_519 % 4_294_967_296
    found: npt.NDArray[np.float64] = (mixed ^ (mixed >> 13)) / 4_294_967_296
    return found


def on_wechat(person: Ints) -> Flags:
    """Whether a person's unionid is known."""
    found: Flags = share_of(person, 1) < 0.86
    return found


def has_device(person: Ints) -> Flags:
    """Whether a person's device is known."""
    found: Flags = share_of(person, 6) < 0.82
    return found


def unionids(person: Ints) -> pa.Array:
    """WeChat unionid of each person; a negative number gives none."""
    return numbered("oU7", person, 12)


def openids(person: Ints) -> pa.Array:
    """WeChat openid of each person; a negative number gives none."""
    return numbered("oA3", person, 12)


def devices(person: Ints) -> pa.Array:
    """Device of each person; a negative number gives none."""
    return numbered("d-", person, 10)
