"""The chain itself: campuses, staff, courses. Named 麦禾里, which does not exist."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa

from data.sample.calendar import day_number
from data.sample.columns import Ints, Reals, days, labelled, money, numbered, rows
from data.sample.names import full_names, surnames
from data.sample.truths import DROP_COURSE, LUCKY_CONSULTANT

BLOCK_LEADS = 20_000
GROUP = 8  # campuses that one block fills

_CAMPUSES = (
    ("北京望京校区", "北京", "north"), ("北京亦庄校区", "北京", "north"),
    ("天津奥城校区", "天津", "north"), ("济南历下校区", "济南", "north"),
    ("杭州滨江校区", "杭州", "south"), ("杭州良渚校区", "杭州", "south"),
    ("宁波鄞州校区", "宁波", "south"), ("广州天河校区", "广州", "south"),
)  # fmt: skip
_MORE_CITIES = ("石家庄", "太原", "沈阳", "西安", "南京", "苏州", "福州", "长沙")
_CAMPUS_WEIGHT = np.array([1.25, 1.1, 1.0, 0.85, 1.15, 1.05, 0.8, 0.95])

LINES = ("美术", "编程", "英语口语", "篮球", "书法")
_LINE_PRICE = (0.95, 1.25, 1.1, 0.9, 0.85)
LINES_PER_CAMPUS = 3


@dataclass(frozen=True)
class Level:
    """A kind of course within a line: its lessons, price and how often a class opens."""

    name: str
    type: str
    lessons: int
    price: float  # CNY, before the line's factor
    opens_every_weeks: int = 6


LEVELS = (
    Level("初级班 48 课次", "formal", 48, 5_200),
    Level("进阶班 48 课次", "formal", 48, 5_900),
    Level("全年班 96 课次", "formal", 96, 10_400, 12),
    Level("短期班 16 课次", "formal", 16, 980, 4),
    Level("试听课", "trial", 1, 9.9),
    Level("99 元体验营", "token", 3, 99),
)
FIRST, SECOND, YEAR, SHORT, TRIAL, TOKEN = range(6)
DROP_LINE = int(DROP_COURSE[1])

# A campus's posts, by the last two digits of the staff number.
HEAD, CONSULTANTS, TEACHERS, CLASS_TEACHERS, MARKETER = 0, range(1, 7), range(11, 17), (21, 22), 31
LUCKY_STAFF = int(LUCKY_CONSULTANT[1:])


@dataclass(frozen=True)
class Shape:
    """How many campuses and blocks a scale has, and who shares what."""

    scale: float

    @property
    def campuses(self) -> int:
        """How many campuses there are."""
        return min(GROUP * math.ceil(self.scale), 100)

    @property
    def groups(self) -> int:
        """How many groups of campuses there are."""
        return math.ceil(self.campuses / GROUP)

    @property
    def blocks(self) -> list[int]:
        """Leads of each block."""
        whole = int(self.scale)
        rest = round((self.scale - whole) * BLOCK_LEADS)
        return [BLOCK_LEADS] * whole + ([rest] if rest else [])

    def group_of(self, block: int) -> int:
        """The group of campuses a block fills."""
        return block % self.groups

    def campuses_of(self, group: int) -> Ints:
        """The campus numbers of a group."""
        return np.arange(group * GROUP, min((group + 1) * GROUP, self.campuses))

    def leads_of(self, group: int) -> int:
        """The leads of all blocks of a group."""
        return sum(n for block, n in enumerate(self.blocks) if self.group_of(block) == group)


def campus_share(campuses: Ints) -> Reals:
    """Each campus's share of its group's leads."""
    weight = _CAMPUS_WEIGHT[campuses % GROUP]
    share: Reals = weight / weight.sum()
    return share


def campus_ids(campus: Ints) -> pa.Array:
    """The campus's identifier."""
    return numbered("C", np.where(campus < 0, -1, campus + 1), 3)


def staff_numbers(campus: Ints, post: Ints) -> Ints:
    """The staff number of a campus's post."""
    return (campus + 1) * 100 + post


def staff_ids(number: Ints) -> pa.Array:
    """The staff member's identifier; a negative number gives none."""
    return numbered("S", number, 5)


def consultants_of(campus: Ints) -> Ints:
    """How many consultants a campus has: four to six."""
    return 4 + campus % 3


def lines_of(campus: Ints, place: Ints) -> Ints:
    """The course line that stands at a place of a campus's offer."""
    return (campus + place) % len(LINES)


def course_ids(line: Ints, level: Ints) -> pa.Array:
    """The identifier of a line's course."""
    return numbered("K", np.where(line < 0, -1, line * 10 + level), 2)


def list_cents(line: Ints, level: Ints) -> Ints:
    """List price in cents."""
    factor = np.where(level >= SHORT, 1.0, np.take(_LINE_PRICE, line))
    cents = np.take([level.price * 100 for level in LEVELS], level) * factor
    return np.where(level >= TRIAL, np.rint(cents), np.rint(cents / 1000) * 1000).astype(np.int64)


def campus_table(shape: Shape) -> pa.Table:
    """All campuses."""
    campus = np.arange(shape.campuses)
    names = [row[0] for row in _CAMPUSES]
    cities = [row[1] for row in _CAMPUSES]
    regions = [row[2] for row in _CAMPUSES]
    for number in range(GROUP, shape.campuses):
        city = _MORE_CITIES[number % GROUP]
        names.append(f"{city}第{number // GROUP}校区")
        cities.append(city)
        regions.append("north" if number % GROUP < 4 else "south")
    return rows(
        "campuses",
        campus_id=campus_ids(campus),
        name=[f"麦禾里·{name}" for name in names[: shape.campuses]],
        region=regions[: shape.campuses],
        city=cities[: shape.campuses],
        timezone=["Asia/Shanghai"] * len(campus),
        opened_on=days(day_number(date(2021, 3, 1)) + campus % GROUP * 90),
        is_open=np.ones(len(campus), dtype=bool),
    )


def staff_table(shape: Shape) -> pa.Table:
    """Heads, consultants, teachers, class teachers and marketers of all campuses."""
    posts = [
        (campus, post, role)
        for campus in range(shape.campuses)
        for role, held in (
            ("campus_head", [HEAD]),
            ("consultant", CONSULTANTS[: 4 + campus % 3]),
            ("teacher", TEACHERS),
            ("class_teacher", CLASS_TEACHERS),
            ("marketing", [MARKETER]),
        )
        for post in held
    ]
    campus = np.array([row[0] for row in posts])
    number = staff_numbers(campus, np.array([row[1] for row in posts]))
    role = np.array([row[2] for row in posts])
    capacity = np.where(role == "consultant", 12 + number % 5, 0)
    return rows(
        "staff",
        staff_id=staff_ids(number),
        name=full_names(surnames(number * 31), number * 17),
        role=role,
        campus_id=campus_ids(campus),
        joined_on=days(day_number(date(2022, 1, 10)) + number * 37 % 1100),
        daily_capacity=pa.array(capacity, mask=role != "consultant"),
    )


def course_table() -> pa.Table:
    """Every line at every level."""
    line, level = (grid.ravel() for grid in np.indices((len(LINES), len(LEVELS))))
    return rows(
        "courses",
        course_id=course_ids(line, level),
        name=[f"{LINES[i]}{LEVELS[j].name}" for i, j in zip(line, level, strict=True)],
        course_line=labelled(LINES, line),
        type=labelled([row.type for row in LEVELS], level),
        list_price_cny=money(list_cents(line, level)),
        lessons_planned=np.take([row.lessons for row in LEVELS], level),
        is_school_age=np.ones(len(line), dtype=bool),
    )
