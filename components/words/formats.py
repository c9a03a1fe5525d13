"""Numbers, money, rates and dates as text, by language.

Cards get at most three significant digits above 10,000; tables and exports get exact
values. What is missing is "—": never 0.
"""

from __future__ import annotations

import math
import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pandas as pd

from components.words.i18n import language
from data.errors import InvalidOption
from data.scope import DEFAULT_TIMEZONE, Period

MISSING = "—"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WEEKDAYS = {
    "zh": ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
_SCALES = {"zh": ((1e8, " 亿"), (1e4, " 万")), "en": ((1e9, "bn"), (1e6, "m"), (1e3, "k"))}
_SCALED_FROM = 10_000  # below, a figure is short enough to be written out
# Units that are counted: Chinese measure word, English words for one and for many.
_COUNTED = {
    "people": ("人", "person", "people"),
    "leads": ("条", "lead", "leads"),
    "orders": ("单", "order", "orders"),
    "events": ("次", "event", "events"),
    "days": ("天", "day", "days"),
    "hours": ("小时", "hour", "hours"),
    "minutes": ("分钟", "minute", "minutes"),
}
Number = int | float | Decimal | None


def is_missing(number: object) -> bool:
    """Whether a figure cannot be told."""
    if number is None:
        return True
    try:
        return math.isnan(float(number))  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return True


def number(n: Number, code: str | None = None, *, exact: bool = False, digits: int = 3) -> str:
    """A plain number: 1,284; 12.3 万 (zh), 123k (en). ``exact`` writes it out."""
    code = code or language()
    if is_missing(n):
        return MISSING
    x = float(n)  # type: ignore[arg-type]
    sign, x = ("−" if x < 0 else ""), abs(x)
    if exact:
        return sign + (f"{x:,.0f}" if x == round(x) else f"{x:,.2f}")
    if x >= _SCALED_FROM - 0.5:
        for scale, suffix in _SCALES[code]:
            # 99,995 is "10 万", not "100,000": compare as rounded.
            if float(f"{x:.{digits}g}") >= scale:
                return f"{sign}{_significant(x / scale, digits)}{suffix}"
    return sign + _significant(x, digits)


def _significant(x: float, digits: int) -> str:
    """Up to ``digits`` significant digits, but no whole digit is ever lost."""
    decimals = max(0, digits - 1 - math.floor(math.log10(x))) if x else 0
    text = f"{x:,.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def money(n: Number, code: str | None = None, *, exact: bool = False) -> str:
    """Yuan: 12.3 万元 (zh), ¥123k (en)."""
    code = code or language()
    if is_missing(n):
        return MISSING
    text = f"{abs(Decimal(str(n))):,.2f}" if exact else number(abs(n), code)  # type: ignore[arg-type]
    sign = "−" if n < 0 else ""  # type: ignore[operator]
    if code == "en":
        return f"{sign}¥{text}"
    return f"{sign}{text}元" if text[-1] in "万亿" else f"{sign}{text} 元"


def percent(share: Number, code: str | None = None, *, exact: bool = False) -> str:
    """A share as a percentage of at most three digits: 726%, 92%, 9.2%, 0.42%."""
    del code  # written alike in both languages
    if is_missing(share):
        return MISSING
    x = float(share) * 100  # type: ignore[arg-type]
    sign, x = ("−" if x < 0 else ""), abs(x)
    if exact:
        return f"{sign}{x:.2f}%"
    decimals = 0 if x >= 99.95 else 1 if x >= 1 or x == 0 else 2
    text = f"{x:,.{decimals}f}"
    return f"{sign}{text.rstrip('0').rstrip('.') if decimals else text}%"


def value(n: Number, unit: str, code: str | None = None, *, exact: bool = False) -> str:
    """A metric's figure with its unit.

    Raises
    ------
    InvalidOption
        If the unit is not one of the metrics' units.
    """
    code = code or language()
    if unit == "ratio":
        return percent(n, code, exact=exact)
    if unit == "cny":
        return money(n, code, exact=exact)
    text = number(n, code, exact=exact)
    if unit == "times":
        return text if text == MISSING else f"{text}{' 倍' if code == 'zh' else '×'}"
    if unit not in _COUNTED:
        known = ", ".join(sorted({*_COUNTED, "ratio", "cny", "times"}))
        raise InvalidOption(f"unit must be one of {known}, got {unit!r}")
    if text == MISSING:
        return text
    chinese, one, many = _COUNTED[unit]
    if code == "zh":
        return f"{text}{chinese}" if text[-1] in "万亿" else f"{text} {chinese}"
    return f"{text} {one if text == '1' else many}"


def delta(now: Number, before: Number, unit: str, code: str | None = None) -> str:
    """How a figure changed: percentage points for rates, per cent for the rest.

    Missing where either figure is missing or where a share of nothing would be taken.
    """
    code = code or language()
    if is_missing(now) or is_missing(before):
        return MISSING
    if unit == "ratio":
        points = (float(now) - float(before)) * 100  # type: ignore[arg-type]
        text = f"{abs(points):,.{0 if abs(points) >= 99.95 else 1}f}"
        return f"{_sign(points, text)}{text} {'个百分点' if code == 'zh' else 'pp'}"
    if float(before) == 0:  # type: ignore[arg-type]
        return MISSING
    change = (float(now) - float(before)) / abs(float(before))  # type: ignore[arg-type]
    text = percent(abs(change))
    return f"{_sign(change, text)}{text}"


def _sign(change: float, text: str) -> str:
    if not text.strip("0.%"):
        return "±"
    return "+" if change > 0 else "−"


def interval(low: Number, high: Number, unit: str, code: str | None = None) -> str:
    """A 95 % interval without repeating the unit: 1,214–1,354; 11.2–13.4%."""
    if is_missing(low) or is_missing(high):
        return MISSING
    if unit == "ratio":
        return f"{percent(low).removesuffix('%')}–{percent(high)}"
    if unit == "cny":
        first, last = money(low, code), money(high, code)
        if (code or language()) == "en":
            return f"{first}–{last.replace('¥', '')}"
        return f"{first.removesuffix('元').rstrip()}–{last}"
    return f"{number(low, code)}–{number(high, code)}"


def day(d: date | None, code: str | None = None, *, weekday: bool = False) -> str:
    """A day: 11月21日 周六 (zh), Sat 21 Nov (en)."""
    code = code or language()
    if d is None or pd.isna(d):
        return MISSING
    name = _WEEKDAYS[code][d.weekday()]
    if code == "zh":
        return f"{d.month}月{d.day}日" + (f" {name}" if weekday else "")
    return (f"{name} " if weekday else "") + f"{d.day} {_MONTHS[d.month - 1]}"


def month(d: date, code: str | None = None) -> str:
    """A month: 2026年11月 (zh), Nov 2026 (en)."""
    if (code or language()) == "zh":
        return f"{d.year}年{d.month}月"
    return f"{_MONTHS[d.month - 1]} {d.year}"


def days_range(period: Period, code: str | None = None, *, now: date | None = None) -> str:
    """A half-open period by its first and last day: 11.01–11.21 (zh), 1–21 Nov (en).

    With the day that is ``now``, days of another year say which: 1–21 Nov 2025.
    """
    code = code or language()
    first, last = period.start, period.end - timedelta(days=1)
    one_year = first.year == last.year
    if one_year and now is not None and first.year != now.year:
        in_year = days_range(period, code)
        return f"{first.year}.{in_year}" if code == "zh" else f"{in_year} {first.year}"
    if code == "zh":
        shape = "{:%m.%d}" if one_year else "{:%Y.%m.%d}"
        ends = [shape.format(first), shape.format(last)]
        return "–".join(ends if first < last else ends[:1])
    if first >= last:
        return day(first, code)
    if not one_year:
        return f"{day(first, code)} {first.year}–{day(last, code)} {last.year}"
    if first.month == last.month:
        return f"{first.day}–{day(last, code)}"
    return f"{day(first, code)}–{day(last, code)}"


def moment(
    at: datetime | None, code: str | None = None, *, zone: ZoneInfo = DEFAULT_TIMEZONE
) -> str:
    """A UTC instant in local time: 11月21日 23:40 (zh), 21 Nov 23:40 (en)."""
    if at is None or pd.isna(at):
        return MISSING
    local = at.replace(tzinfo=ZoneInfo("UTC")).astimezone(zone)
    return f"{day(local.date(), code)} {local:%H:%M}"


_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|~$:^=&])")


def escape(text: object) -> str:
    """Data made safe to stand inside Markdown: it shows as it is, whatever it holds."""
    return _MARKDOWN.sub(r"\\\1", " ".join(str(text).split()))
