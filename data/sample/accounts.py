"""Who may sign in to a sample installation."""

from __future__ import annotations

from dataclasses import dataclass

from data.scope import EVERY_CAMPUS


@dataclass(frozen=True, kw_only=True)
class SampleAccount:
    """An account of the sample institution; its password is made at the first start."""

    user: str
    name: str
    role: str
    campuses: tuple[str, ...] = EVERY_CAMPUS
    staff_id: str = ""


_NORTH = ("C001", "C002", "C003", "C004")
_SOUTH = ("C005", "C006", "C007", "C008")

SAMPLE_ACCOUNTS = (
    SampleAccount(user="manager", name="总经理", role="manager"),
    SampleAccount(
        user="head_north", name="北区校长", role="campus_head", campuses=_NORTH, staff_id="S00100"
    ),
    SampleAccount(
        user="head_south", name="南区校长", role="campus_head", campuses=_SOUTH, staff_id="S00500"
    ),
    SampleAccount(
        user="consultant1",
        name="望京顾问",
        role="consultant",
        campuses=("C001",),
        staff_id="S00102",
    ),
    SampleAccount(
        user="consultant2",
        name="亦庄顾问",
        role="consultant",
        campuses=("C002",),
        staff_id="S00201",
    ),
    SampleAccount(
        user="consultant3",
        name="滨江顾问",
        role="consultant",
        campuses=("C005",),
        staff_id="S00501",
    ),
    SampleAccount(user="marketing", name="市场经理", role="marketing"),
    SampleAccount(
        user="teacher1", name="望京老师", role="teacher", campuses=("C001",), staff_id="S00111"
    ),
    SampleAccount(user="analyst", name="数据分析师", role="analyst"),
)
