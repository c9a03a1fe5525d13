"""How names are typed on a keyboard: full pinyin and initials, for search."""

from __future__ import annotations

import functools
import re

_PARTS = re.compile(r"[!-~]+|\S")  # a run of Latin letters, or one character

# Read otherwise as a surname than as a word.
_AS_SURNAME = {
    "单": "shan", "曾": "zeng", "解": "xie", "仇": "qiu", "查": "zha", "朴": "piao", "翟": "zhai",
    "区": "ou", "盖": "ge", "任": "ren", "华": "hua", "覃": "qin", "缪": "miao", "宁": "ning",
    "乐": "yue", "盛": "sheng", "折": "she", "黑": "he", "洗": "xian", "尉": "wei", "召": "shao",
    "员": "yun", "贠": "yun", "秘": "bi", "冼": "xian", "种": "chong", "繁": "po", "逄": "pang",
}  # fmt: skip
_COMPOUND = {"尉迟": "yu chi", "万俟": "mo qi", "长孙": "zhang sun", "单于": "chan yu"}


@functools.lru_cache(maxsize=65_536)
def _syllable(part: str) -> str:
    if part.isascii():
        return part.lower()
    import pypinyin  # noqa: PLC0415  # its dictionary: only where names are built

    return str(pypinyin.lazy_pinyin(part)[0])


def syllables(name: str) -> list[str]:
    """The syllables of a name, one per character; a Latin word stands for itself."""
    text = _PARTS.findall(name)
    if "".join(text[:2]) in _COMPOUND:
        return [*_COMPOUND["".join(text[:2])].split(), *map(_syllable, text[2:])]
    if text and text[0] in _AS_SURNAME:
        return [_AS_SURNAME[text[0]], *map(_syllable, text[1:])]
    return [_syllable(part) for part in text]
