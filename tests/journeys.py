"""What happened to whom, as raw rows: the language in which tests tell their people's days.

``{"lin": ["2026-01-01 lead sem", "2026-01-20 order 5000"]}`` is a person and their entries:
``<moment> <verb> [word…] [key=value…] [@campus]``. A moment is a local day (taken as noon
in Shanghai) or a UTC instant ``2026-01-01T15:30``. The campus is ``north`` unless named.
Who introduces somebody has a child, by whom they are named.

Everybody has a phone and a device of their own, named after their place and key; their
child, once they have one, is ``<person>-child``.

========== ==================== ============================================================
verb       words                keys
========== ==================== ============================================================
lead       channel, flags       name owner assigned status reason campaign material activity
                                line phone unionid openid crm device child by (a person)
click      channel              campaign material activity share from via known
touch      channel              the same: a click that carries the phone
scan       channel              the same
visit      channel              the same, and page dwell
view       page                 the same, without a channel
share      share id             activity via from
<event>                         ``event NAME`` for any other event
followup   effective            staff method result note lead
order      amount               line course lead phone paid state lessons order (of lines)
trial      [amount]             the same, for a trial course
token      [amount]             the same, for a token-price course
refund     amount               the same, and of (an order)
transfer   amount               the same; carry_over likewise
child      [name]               grade
enrol      enrolment id, adult  line ends lessons state stopped renews class course sale (order)
                                student teacher class_teacher; of a sale of its own: cny, kind,
                                paid, back (the day it is paid back), back_cny
seat       attendance           lesson (its state) no class enrolment made_up lessons watched
                                student teacher
assess     [score]              due full
feedback   rating, complaint    nps
reward     cost                 for, lead: what it is for
spend      channel cost         campaign material impressions clicks claimed
target     metric value
========== ==================== ============================================================

Flags of a lead: ``unreachable``, ``outside``, ``blacklisted``, ``competitor``, ``nophone``.
``spend`` and ``target`` may stand under any name. ``known`` makes an event carry the phone.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

import duckdb
import pyarrow as pa

from data.contracts import CONTRACTS
from tests.journey_learning import Entry, Learning, moment

__all__ = ["CHANNELS", "KEY", "Entry", "Story", "moment"]

KEY = b"a key for tests, 32 bytes long.."
CHANNELS = {
    # name: kind, paid
    "sem": ("online", True),
    "feed": ("online", True),
    "street": ("offline", True),
    "referral": ("referral", False),
    "organic": ("organic", False),
    "direct": ("direct", False),
}
_EVENTS = {"click": "ad_click", "scan": "scan", "visit": "page_view", "view": "page_view"}
_COURSES = {"order": "formal", "refund": "formal", "transfer": "formal", "carry_over": "formal"}


@dataclass
class Story(Learning):
    """Raw rows by table, told entry by entry."""

    rows: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    people: dict[str, str] = field(default_factory=dict)  # name -> phone
    latest: datetime = field(default_factory=lambda: moment("1970-01-01"))
    _once: set[tuple[str, ...]] = field(default_factory=set)
    _leads: dict[str, str] = field(default_factory=dict)  # name -> newest lead
    _taught: dict[str, list[str]] = field(default_factory=dict)
    _number: int = 0

    def __post_init__(self) -> None:
        for name, (kind, paid) in CHANNELS.items():
            self.once("channels", (name,), channel_id=name, name=name, kind=kind, is_paid=paid)
        self._campus("north")

    def tell(self, people: dict[str, list[str]], *, campus: str = "north") -> None:
        """Add what happened to these people, at this campus unless an entry names another."""
        for person, entries in people.items():
            self.phone(person)
            for text in entries:
                self._number += 1
                entry = Entry.read(person, self._number, text, campus)
                self.latest = max(self.latest, entry.at)
                self._campus(entry.campus)
                tell = getattr(self, f"_{entry.verb}", None)
                assert tell, f"no verb {entry.verb!r} in {text!r}"
                tell(entry)

    def phone(self, person: str, number: str = "") -> str:
        """The phone of a person, whom the first to ask may give one."""
        return self.people.setdefault(person, number or f"+86138{len(self.people):08d}")

    def add(self, table: str, **values: Any) -> None:
        """One raw row; what is not given is missing."""
        known = {column.name for column in CONTRACTS[table].columns}
        assert not set(values) - known, f"{table} has no {set(values) - known}"
        self.rows[table].append(values)

    def once(self, table: str, key: tuple[str, ...], **values: Any) -> None:
        """One raw row per key."""
        if (table, *key) not in self._once:
            self._once.add((table, *key))
            self.add(table, **values)

    def flush(self, cursor: duckdb.DuckDBPyConnection) -> None:
        """Write the rows told since the last time."""
        for table, rows in self.rows.items():
            batch = pa.Table.from_pylist(rows, schema=CONTRACTS[table].arrow_schema)
            cursor.register("told", batch)
            cursor.execute(f'INSERT INTO "{table}" BY NAME SELECT * FROM told')
            cursor.unregister("told")
        self.rows.clear()

    def _campus(self, name: str) -> None:
        self.once("campuses", (name,), campus_id=name, name=name, region="region", city="city")

    def _lead(self, entry: Entry) -> None:
        keys = entry.keys
        phone = None if "nophone" in entry.words else keys.get("phone", self.people[entry.person])
        self._leads[entry.person] = entry.id
        if "by" in keys:
            self._child_of(keys["by"], entry)
        self.add(
            "leads", lead_id=entry.id, created_at=entry.at, campus_id=entry.campus,
            channel_id=entry.word(), campaign=keys.get("campaign"), material=keys.get("material"),
            activity_id=keys.get("activity"), name=keys.get("name", entry.person), phone=phone,
            unionid=keys.get("unionid"), openid=keys.get("openid"), crm_id=keys.get("crm"),
            external_userid=keys.get("external"),
            device_id=keys.get("device", f"{entry.person}-device"),
            student_name=keys.get("child"), course_line=keys.get("line", "maths"),
            owner_id=keys.get("owner"), status=keys.get("status"), lost_reason=keys.get("reason"),
            assigned_at=moment(keys["assigned"]) if "assigned" in keys else None,
            introducer_id=f"{keys['by']}-child" if "by" in keys else None,
            is_reachable=False if "unreachable" in entry.words else None,
            in_area=False if "outside" in entry.words else None,
            is_blacklisted=True if "blacklisted" in entry.words else None,
            is_competitor=True if "competitor" in entry.words else None,
        )  # fmt: skip

    def _happened(self, entry: Entry, name: str, **more: Any) -> None:
        keys = entry.keys
        values = {
            "event_id": entry.id, "name": name, "occurred_at": entry.at,
            "campus_id": None if entry.campus == "-" else entry.campus,
            "device_id": keys.get("device", f"{entry.person}-device"),
            "phone": self.people[entry.person] if "known" in entry.words else keys.get("phone"),
            "unionid": keys.get("unionid"), "openid": keys.get("openid"),
            "login_id": keys.get("login"), "external_userid": keys.get("external"),
            "student_id": keys.get("student"),
            "campaign": keys.get("campaign"), "material": keys.get("material"),
            "activity_id": keys.get("activity"), "page": keys.get("page"),
            "dwell_seconds": float(keys["dwell"]) if "dwell" in keys else None,
            "share_id": keys.get("share"), "from_share_id": keys.get("from"),
            "share_channel": keys.get("via"), "properties": keys.get("properties"),
        }  # fmt: skip
        self.add("events", **{**values, **more})

    def _visit(self, entry: Entry) -> None:
        more = {"page": entry.keys.get("page", "/")} if entry.verb == "visit" else {}
        self._happened(entry, _EVENTS[entry.verb], channel_id=entry.word(), **more)

    _click = _scan = _visit

    def _touch(self, entry: Entry) -> None:
        entry.words.append("known")
        self._happened(entry, "ad_click", channel_id=entry.word())

    def _view(self, entry: Entry) -> None:
        self._happened(entry, "page_view", page=entry.word() or "/")

    def _share(self, entry: Entry) -> None:
        self._happened(entry, "share", share_id=entry.word(), page="/activity")

    def _event(self, entry: Entry) -> None:
        self._happened(entry, entry.words[0], channel_id=entry.keys.get("channel"))

    def _followup(self, entry: Entry) -> None:
        self.add(
            "followups", followup_id=entry.id, happened_at=entry.at,
            lead_id=entry.keys.get("lead", self._leads.get(entry.person, f"{entry.person}-0")),
            staff_id=entry.keys.get("staff"), method=entry.keys.get("method", "call"),
            result=entry.keys.get("result"), is_effective="effective" in entry.words,
            duration_seconds=int(entry.keys.get("seconds", 0)), note=entry.keys.get("note"),
            reason=entry.keys.get("reason"),
        )  # fmt: skip

    def _order(self, entry: Entry) -> None:
        keys = entry.keys
        kind = _COURSES.get(entry.verb, entry.verb)
        order = {"order": "charge", "trial": "charge", "token": "charge"}
        has_student = ("students", f"{entry.person}-child") in self._once
        key = keys.get("order", entry.id)
        self.once(
            "orders", (key,), order_id=key, campus_id=entry.campus, created_at=entry.at,
            student_id=f"{entry.person}-child" if has_student else None, lead_id=keys.get("lead"),
            phone=keys.get("phone", self.people[entry.person]),
            paid_at=moment(keys["paid"]) if "paid" in keys else entry.at,
            type=order.get(entry.verb, entry.verb), state=keys.get("state", "paid"),
        )  # fmt: skip
        self.add(
            "order_lines", order_line_id=entry.id, order_id=key,
            course_id=keys.get("course", self._course(keys.get("line", "maths"), kind)),
            amount_cny=Decimal(entry.word() or "9").quantize(Decimal("0.01")),
            lessons=int(keys["lessons"]) if "lessons" in keys else None,
            refund_of_id=keys.get("of"),
        )  # fmt: skip

    _trial = _token = _refund = _transfer = _carry_over = _order

    def _spend(self, entry: Entry) -> None:
        keys = entry.keys
        self.add(
            "spend", channel_id=entry.words[0], campus_id=entry.campus, spend_on=entry.on,
            campaign=keys.get("campaign", "-"), material=keys.get("material", "-"),
            cost_cny=Decimal(entry.words[1]).quantize(Decimal("0.01")),
            impressions=int(keys.get("impressions", 0)), clicks=int(keys.get("clicks", 0)),
            claimed_conversions=int(keys.get("claimed", 0)),
        )  # fmt: skip

    def _target(self, entry: Entry) -> None:
        self.add(
            "targets", month_on=entry.on.replace(day=1), campus_id=entry.campus,
            metric=entry.words[0], value=float(entry.words[1]),
        )  # fmt: skip
