"""Who is looking, at what, and as of when: the frozen value that decides the rows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from data.errors import UnknownName

EVERY_CAMPUS = ("*",)
DEFAULT_TIMEZONE = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, kw_only=True)
class Role:
    """What a role may read.

    ``campuses`` "all" or "own"; ``people`` "all", "own_leads" or "own_classes";
    ``hidden_facts`` the facts it never reads; ``personal`` whether names and phones of the
    rows it may read come unmasked; ``plans`` whose plans it may change: "all", "own" (its
    campuses') or none.
    """

    name: str
    campuses: str
    people: str = "all"
    hidden_facts: frozenset[str] = frozenset()
    personal: bool = False
    manages_accounts: bool = False
    imports: bool = False
    plans: str = ""


_COSTS = frozenset({"spend"})

ROLES: dict[str, Role] = {
    role.name: role
    for role in (
        Role(
            name="manager", campuses="all", personal=True, manages_accounts=True, imports=True,
            plans="all",
        ),
        Role(name="campus_head", campuses="own", personal=True, plans="own"),
        Role(
            name="consultant", campuses="own", people="own_leads", personal=True,
            hidden_facts=_COSTS,
        ),
        Role(name="marketing", campuses="all", imports=True),
        Role(
            name="teacher", campuses="own", people="own_classes", personal=True,
            hidden_facts=_COSTS | {"order_line", "due", "touch", "reward", "followup"},
        ),
        Role(name="analyst", campuses="all"),
    )
}  # fmt: skip


def role(name: str) -> Role:
    """The role of this name."""
    try:
        return ROLES[name]
    except KeyError:
        raise UnknownName("role", name, ROLES) from None


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Rows a viewer may see, narrowed by the campuses they picked.

    ``campuses`` is sorted; `EVERY_CAMPUS` is the whole institution, ``()`` is nothing.
    ``as_of`` is UTC without zone: later rows do not exist.
    """

    user: str
    role: str
    campuses: tuple[str, ...]
    staff_id: str = ""
    as_of: datetime

    @property
    def as_of_on(self) -> date:
        """The local day of the as-of time."""
        return local_day(self.as_of)

    def narrowed(self, campuses: tuple[str, ...]) -> Scope:
        """This scope, cut to some campuses; none picked leaves it as it is."""
        if not campuses:
            return self
        if self.campuses == EVERY_CAMPUS:
            return replace(self, campuses=tuple(sorted(campuses)))
        return replace(self, campuses=tuple(sorted(set(campuses) & set(self.campuses))))


def local_day(at: datetime, zone: ZoneInfo = DEFAULT_TIMEZONE) -> date:
    """The local day of a UTC instant without zone."""
    return at.replace(tzinfo=ZoneInfo("UTC")).astimezone(zone).date()


def day_start(day: date, zone: ZoneInfo = DEFAULT_TIMEZONE) -> datetime:
    """The UTC instant, without zone, at which a local day begins."""
    local = datetime(day.year, day.month, day.day, tzinfo=zone)
    return local.astimezone(ZoneInfo("UTC")).replace(tzinfo=None)


@dataclass(frozen=True, kw_only=True)
class Period:
    """Local days, half-open: ``start`` is in, ``end`` is not."""

    start: date
    end: date

    @property
    def days(self) -> int:
        """How many days the period has."""
        return (self.end - self.start).days

    def previous(self) -> Period:
        """The period of equal length just before."""
        return Period(start=self.start - timedelta(days=self.days), end=self.start)


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What the viewer picked in the filter bar; empty tuples pick everything.

    ``channels`` may name any level of the tree: a channel stands for its subtree.
    """

    period: Period
    comparison: Period | None = None
    campuses: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    course_lines: tuple[str, ...] = ()
