"""How text from a file is read: SQL that turns a cell into a contract's value, or NULL.

Every function gives a DuckDB expression over another expression of type VARCHAR. What
spreadsheets write well is read by a plain cast; only the rest pays for the long way.
"""

from __future__ import annotations

from data.contracts.schema import Column, Kind
from data.scope import DEFAULT_TIMEZONE

_WIDE = "０１２３４５６７８９．－／：＋％￥，　（）ＥｅＴ"
_NARROW = "0123456789.-/:+%¥, ()EeT"
_TRUE = ("1", "true", "t", "yes", "y", "on", "是", "有", "对", "√", "✓", "1.0")
_FALSE = ("0", "false", "f", "no", "n", "off", "否", "无", "错", "×", "0.0")
_DATE_FORMATS = (
    "%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M:%S.%f", "%Y%m%d",
    "%Y%m%d %H:%M", "%Y%m%d %H:%M:%S", "%Y%m%d%H%M%S", "%Y-%m",
    "%Y-%m-%d %I:%M %p", "%Y-%m-%d %I:%M:%S %p", "%Y-%m-%d %p %I:%M", "%Y-%m-%d %p %I:%M:%S",
)  # fmt: skip

# China has kept one offset since 1992, and a subtraction is far cheaper than a calendar.
_STEADY_FROM, _STEADY_OFFSET = "1992-01-01", "INTERVAL 8 HOUR"

# What libphonenumber holds a valid mobile of mainland China, where it is written plainly.
_MOBILE = r"1(?:[38]\d|4[57]|[59][0-35-9]|6[25-7]|7[0-35-8])\d{8}"


def quoted(text: str) -> str:
    """A SQL string."""
    return "'" + text.replace("'", "''") + "'"


def named(name: str) -> str:
    """A SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def listed(values: tuple[str, ...] | list[str]) -> str:
    """SQL strings for an IN list."""
    return ", ".join(quoted(value) for value in values)


def narrow(text: str) -> str:
    """Full-width digits and signs as ASCII, blanks around cut off."""
    return f"trim(translate({text}, {quoted(_WIDE)}, {quoted(_NARROW)}), {quoted(' ')})"


def local_time(text: str) -> str:
    """A wall-clock time: ISO, ``/ . 年月日``, eight digits, or a spreadsheet's serial day.

    Twelve hours are read with ``AM PM 上午 下午``; any other word makes it no time.
    """
    plain = narrow(text)
    halves = f"replace(replace({plain}, '上午', ' AM '), '下午', ' PM ')"
    dashed = (
        f"regexp_replace(regexp_replace(regexp_replace({halves}, '[年月/]', '-', 'g'),"
        " '[日号T] *', ' '), '[时点]', ':')"
    )
    dashed = f"rtrim(replace(replace({dashed}, '分', ':'), '秒', ''), ': ')"
    dashed = f"regexp_replace({dashed}, '  +', ' ', 'g')"
    dashed = rf"regexp_replace({dashed}, '^(\d{{4}})\.(\d{{1,2}})\.(\d{{1,2}})', '\1-\2-\3')"
    serial = (
        "TIMESTAMP '1899-12-30' +"
        f" to_microseconds((round(try_cast({plain} AS DOUBLE) * 86400) * 1000000)::BIGINT)"
    )
    return (
        # TRICKY: a cast takes “03:04 PM” for 03:04, and a zone's name for nothing.
        f"coalesce(CASE WHEN NOT regexp_matches({text}, '[A-SU-Za-z]')"
        f" THEN try_cast({text} AS TIMESTAMP) END, CASE"
        rf" WHEN regexp_full_match({plain}, '[1-7]\d{{4}}(\.\d+)?') THEN {serial}"
        f" ELSE try_strptime({dashed}, [{listed(_DATE_FORMATS)}]) END)"
    )


def instant(text: str) -> str:
    """An instant in UTC: with its offset if it has one, else by the institution's clock.

    Not by the campus's: the list of campuses may come later than the row, and change.

    Whole seconds or milliseconds since 1970 are instants too.
    """
    cast = f"try_cast({text} AS TIMESTAMP)"
    zone = quoted(DEFAULT_TIMEZONE.key)
    return (
        f"CASE WHEN length({text}) = 19 AND substr({text}, 17, 1) = ':'"
        f" AND {cast} BETWEEN TIMESTAMP '{_STEADY_FROM}' AND TIMESTAMP '2199-12-31'"
        f" THEN {cast} - {_STEADY_OFFSET}"
        # TRICKY: a cast to TIMESTAMP ignores the offset, so it must not see one.
        rf" WHEN length({text}) > 16 AND regexp_matches({text}, ':\d\d.*(Z|[+-]\d\d(:?\d\d)?)$')"
        f" THEN try_cast({text} AS TIMESTAMPTZ)::TIMESTAMP"
        rf" WHEN regexp_full_match({text}, '1\d{{9}}')"
        f" THEN make_timestamp({text}::BIGINT * 1000000)"
        rf" WHEN regexp_full_match({text}, '1\d{{12}}')"
        f" THEN make_timestamp({text}::BIGINT * 1000)"
        f" ELSE (({local_time(text)}) AT TIME ZONE {zone})::TIMESTAMP END"
    )


def day(text: str) -> str:
    """A local day; a time with an offset falls on the institution's day."""
    zone = quoted(DEFAULT_TIMEZONE.key)
    return (
        f"coalesce(CASE WHEN length({text}) <= 10 THEN try_cast({text} AS DATE) END,"
        f" CASE WHEN length({text}) <= 10 THEN {local_time(text)}::DATE"
        f" ELSE ((({instant(text)}) AT TIME ZONE 'UTC') AT TIME ZONE {zone})::DATE END)"
    )


def number(text: str) -> str:
    """A finite number: thousands commas, ``%``, 万, 亿 and signs of money are understood.

    A comma that parts no thousands is a decimal one, or a slip: such a text is no number.
    """
    plain = narrow(text)
    bare = f"regexp_replace({plain}, '^[¥$]|[, ]|(CNY|RMB|元)$', '', 'g')"
    grouped = rf"regexp_full_match({plain}, '[^\d,.]*\d{{1,3}}(,\d{{3}})+(\.\d*)?[^\d,]*')"
    bare = f"CASE WHEN NOT contains({plain}, ',') OR {grouped} THEN {bare} END"
    scaled = (
        f"CASE WHEN suffix({bare}, '%') THEN try_cast(rtrim({bare}, '%') AS DOUBLE) / 100"
        f" WHEN {bare} LIKE '%万' THEN try_cast(rtrim({bare}, '万') AS DOUBLE) * 10000"
        f" WHEN {bare} LIKE '%亿' THEN try_cast(rtrim({bare}, '亿') AS DOUBLE) * 100000000"
        f" ELSE try_cast({bare} AS DOUBLE) END"
    )
    return f"coalesce(try_cast({text} AS DOUBLE), {scaled})"


def money(text: str) -> str:
    """An amount to the cent."""
    # TRICKY: through DOUBLE only where it must: 0.1 has no exact double.
    return (
        f"coalesce(try_cast({text} AS DECIMAL(18,2)),"
        f" try_cast(try_cast(({number(text)}) AS DECIMAL(28,6)) AS DECIMAL(18,2)))"
    )


def whole(text: str) -> str:
    """A whole number; a fraction is none."""
    value = number(text)
    # TRICKY: a cast of '3.5' to BIGINT gives 4, so the fraction must be looked for.
    return (
        f"CASE WHEN length({text}) <= 15 AND NOT contains({text}, '.')"
        f" AND try_cast({text} AS BIGINT) IS NOT NULL THEN try_cast({text} AS BIGINT)"
        f" WHEN ({value}) = trunc({value}) THEN try_cast(({value}) AS BIGINT) END"
    )


def flag(text: str) -> str:
    """A yes or a no."""
    words = dict.fromkeys(_TRUE, "true") | dict.fromkeys(_FALSE, "false")
    return f"coalesce(try_cast({text} AS BOOLEAN), {_looked_up(f'lower({narrow(text)})', words)})"


def choice(text: str, column: Column) -> str:
    """One of the column's values by its name, its Chinese label, its code or an alias."""
    values = [option.value for option in column.choices]
    spellings = {
        spelling.lower(): quoted(option.value)
        for option in column.choices
        for spelling in option.spellings
    }
    plain = f"lower(regexp_replace({narrow(text)}, '\\.0$', ''))"
    other = _looked_up(plain, spellings)
    return f"CASE WHEN {text} IN ({listed(values)}) THEN {text} ELSE {other} END"


def _looked_up(text: str, values: dict[str, str]) -> str:
    # TRICKY: a long IN list becomes a join, which reads ``text`` for every row; a map does not.
    entries = ", ".join(f"{quoted(key)}: {value}" for key, value in values.items())
    return f"(MAP {{{entries}}})[{text}]"


def mobile(text: str) -> str:
    """A mainland mobile in E.164 where it is plainly one; NULL leaves it to libphonenumber."""
    bare = rf"regexp_replace(regexp_replace({narrow(text)}, '[\s-]', '', 'g'), '^(\+|00)?86', '')"
    return (
        rf"CASE WHEN regexp_full_match({text}, '\+86{_MOBILE}') THEN {text}"
        rf" WHEN regexp_full_match({text}, '{_MOBILE}') THEN '+86' || {text}"
        rf" WHEN regexp_full_match({bare}, '{_MOBILE}') THEN '+86' || {bare} END"
    )


_READERS = {
    Kind.INTEGER: whole,
    Kind.NUMBER: number,
    Kind.MONEY: money,
    Kind.FLAG: flag,
    Kind.INSTANT: instant,
    Kind.DAY: day,
}


def read(column: Column, *, is_text: bool) -> str:
    """The column's value from the segment's column of the same name."""
    name = named(column.name)
    if column.kind is Kind.CHOICE:
        return choice(name, column)
    if column.kind is Kind.PHONE:
        return mobile(name)
    if column.kind is Kind.ZONE:
        return f"nullif(trim({name}), '')"
    if column.kind in _READERS:
        # A date beyond the calendar raises in the depths; one cell must not stop a load.
        return f"TRY({_READERS[column.kind](name)})" if is_text else name
    return f"nullif({name}, '')"
