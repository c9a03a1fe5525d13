"""A small institution at random: every fact filled, so that every metric has units."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd

from data.facts import FACTS
from tests.metrics.tiny_facts import CHANNELS, TinyFacts

START = pd.Timestamp("2025-05-01")
DAYS = 540
CAMPUSES = ("north", "south")
PEOPLE, STAFF, CLASSES = 80, 6, 8
ROWS = {"event": 400, "visit": 250, "touch": 250, "seat": 500, "followup": 200, "spend": 250}
CHOICES = {
    "kind": {"order_line": ["charge", "charge", "refund", "transfer"], "touch": ["click", "visit"]},
    "renewal_kind": ["charge", "charge", "charge", "carry_over", None],
    "order_kind": ["charge", "charge", "transfer"],
    "basis": ["term", "term", "pack", "day_card"],
    "attendance": ["present", "present", "late", "leave", "absent", "unmarked"],
    "lesson_state": ["marked", "marked", "marked", "cancelled", "unmarked"],
    "state": ["active", "completed", "stopped", "refunded", "transferred"],
    "status": ["new", "contacted", "invited", "trial", "paid", "lost", "recycled"],
    "stage": ["visitor", "lead", "trial", "payer"],
    "course_line": ["maths", "art", None],
    "channel_id": [*CHANNELS, "tv", None],
    "campaign": ["spring", "autumn", None],
    "material": ["a", "b", None],
    "method": ["call", "wecom", "visit", "sms"],
    "result": ["no_answer", "talked", "invited", "visited", "trial_booked", "refused"],
    "name": ["page_view", "share", "submit", "click"],
    "metric": ["new_leads", "first_orders", "net_revenue"],
    "share_channel": ["moments", "friend", "group"],
    "activity_id": ["A1", "A2", None],
    "lost_reason": ["price", "time", None],
}
_POOLS = {
    "person_id": PEOPLE, "introducer_person_id": PEOPLE, "sharer_person_id": PEOPLE,
    "household_id": PEOPLE // 2, "student_id": PEOPLE, "owner_id": STAFF, "staff_id": STAFF,
    "teacher_id": STAFF, "class_teacher_id": STAFF, "class_id": CLASSES, "course_id": 4,
    "lesson_id": 60, "order_id": 120, "lead_id": 150, "enrolment_id": 150, "renewed_from_id": 150,
}  # fmt: skip


def random_rows(seed: int = 17) -> dict[str, pd.DataFrame]:
    """Rows of every fact, by name; the same for a seed always."""
    rng = np.random.default_rng(seed)
    facts = {name: _rows(rng, name, ROWS.get(name, 150)) for name in FACTS}
    first = facts["lead"].sort_values("created_at").drop_duplicates("person_id").index
    facts["lead"]["is_first"] = facts["lead"].index.isin(first)
    voices = facts["feedback"]
    voices["rating"], voices["nps"] = voices["rating"] * 5, voices["nps"] * 10
    voices.loc[voices.index % 2 == 0, "nps"] = 10.0
    voices["is_complaint"] = voices.index % 15 == 0
    due = facts["due"]
    due["enrolment_id"] = facts["enrolment"]["enrolment_id"]
    due["term_no"] = 1 + due.index % 4
    due["due_on"] = due["ends_on"] = [
        start + timedelta(days=40 * (n % 10)) for n, start in enumerate(due["started_on"])
    ]
    due.loc[due.index % 2 == 0, "state"] = "active"
    due["stopped_on"] = due["stopped_on"].where(due["state"].isin(["stopped", "refunded"]), None)
    known = facts["lead"].dropna(subset=["introducer_person_id"]).reset_index(drop=True)
    shared = [column for column in facts["referral"] if column in known]
    facts["referral"] = facts["referral"].head(len(known))
    facts["referral"][shared] = known[shared].head(len(facts["referral"]))
    facts["referral"]["code_no"] = 1 + facts["referral"].index % 2
    events = facts["event"]
    events["sop"] = [None if n % 3 else "welcome" for n in range(len(events))]
    events["arm"] = ["treated" if n % 2 else "held_out" for n in range(len(events))]
    on_activities = events[events["activity_id"].notna()]
    facts["activity_event"] = on_activities[list(FACTS["activity_event"].columns)]
    events = facts["event"]  # every person in one arm of each playbook
    events["sop"] = np.where(np.arange(len(events)) % 2, "HELLO", "CALLS")
    number = events["person_id"].str.rpartition("-")[2].astype(int)
    events["arm"] = np.where(number % 4 == 0, "held_out", "treated")
    lines = facts["order_line"]
    one_order = lines.groupby("order_id")  # its lines are paid together
    lines["paid_at"] = one_order["paid_at"].transform("first")
    lines["paid_on"] = one_order["paid_on"].transform("first")
    charged = lines["kind"] == "charge"
    formal = charged & (rng.random(len(lines)) < 0.7)
    lines["is_formal"], lines["is_trial"] = formal, charged & ~formal
    taken = lines[formal | lines["is_trial"]].sort_values(["paid_at", "order_line_id"])
    first = taken.drop_duplicates(["person_id", "is_formal"]).index
    lines["is_first"] = lines.index.isin(first)
    sign = lines["kind"].map({"charge": 1, "refund": -1, "transfer": 0})
    lines["net_cny"] = (lines["net_cny"].abs() * sign).round(2)
    facts["visit"] = _told_so_far(facts["visit"])
    return facts


def _told_so_far(visits: pd.DataFrame) -> pd.DataFrame:
    """Visits with what each tells of the person's others."""
    visits = visits.sort_values(["started_at", "visit_id"], ignore_index=True)
    way = visits.groupby(["person_id", "campus_id"])
    visits["visit_no"] = way.cumcount() + 1
    visits["pages_so_far"] = way["pages"].cumsum()
    visits["dwell_seconds_so_far"] = way["dwell_seconds"].cumsum()
    visits["first_at"] = way["started_at"].transform("first")
    visits["next_at"] = way["started_at"].shift(-1)
    begun = visits[visits["visit_no"] == 1].set_index(["person_id", "campus_id"])["channel_id"]
    place = pd.MultiIndex.from_frame(visits[["person_id", "campus_id"]])
    visits["first_channel_id"] = begun.reindex(place).to_numpy()
    visits["is_elsewhere"] = visits.groupby("person_id")["campus_id"].transform("nunique") > 1
    return visits


def _rows(rng: np.random.Generator, fact: str, count: int) -> pd.DataFrame:
    schema = FACTS[fact]
    own_key = f"{fact}_id" if fact != "person" else ""
    columns: dict[str, object] = {}
    at = START + pd.to_timedelta(rng.integers(0, DAYS * 1440, count), unit="min")
    for column, kind in schema.columns.items():
        if column == own_key:
            columns[column] = [f"{fact}-{n}" for n in range(count)]
        elif column == "campus_id":
            columns[column] = rng.choice(CAMPUSES, count)
        elif column in _POOLS:
            prefix = column.removesuffix("_id").replace("introducer_", "").replace("sharer_", "")
            prefix = "enrolment" if column == "renewed_from_id" else prefix
            names = np.array([f"{prefix}-{n}" for n in rng.integers(0, _POOLS[column], count)])
            missing = rng.random(count) < (0.6 if column.startswith(("intro", "renewed")) else 0.0)
            columns[column] = np.where(missing, None, names.astype(object))
        elif column in CHOICES:
            known = CHOICES[column]
            options = known.get(fact, ["other"]) if isinstance(known, dict) else known
            columns[column] = [options[n] for n in rng.integers(0, len(options), count)]
        else:
            columns[column] = _values(rng, column, kind, at)
    return pd.DataFrame(columns)


_EARLY = {
    "created_at", "first_seen_at", "touched_at", "started_at", "occurred_at", "paid_at",
    "starts_at", "happened_at",
}  # fmt: skip
_LATE = {"ends_on", "stopped_on", "made_up_on", "taken_on"}


def _values(rng: np.random.Generator, column: str, kind: str, at: pd.DatetimeIndex) -> object:
    count = len(at)
    later = at + pd.to_timedelta(rng.integers(0, 60 * 1440, count), unit="min")
    made = {
        "timestamp(6)": lambda: at if column in _EARLY else later,
        "date": lambda: ((later if column in _LATE else at) + timedelta(hours=8)).date,
        "boolean": lambda: rng.random(count) < 0.6,
        "int64": lambda: rng.integers(0, 24 if column.endswith("hour") else 100, count),
        "decimal(18, 2)": lambda: rng.integers(1, 900_000, count) / 100,
        "float64": lambda: rng.random(count).round(3),
        "string": lambda: [f"{column}-{n}" for n in rng.integers(0, 9, count)],
    }
    return made[kind]()


def random_store(rows: dict[str, pd.DataFrame], *, shuffle: int | None = None) -> TinyFacts:
    """A store of these rows, in this order or another."""
    tiny = TinyFacts()
    known = (("A1", "north", "2025-06-01"), ("A2", "south", "2026-02-01")) if rows else ()
    for name, campus, first in known:
        tiny.add(
            "activity", activity_id=name, name=name, type="game", campus_id=campus, budget_cny=500,
            starts_on=date.fromisoformat(first), ends_on=date.fromisoformat(first) + timedelta(30),
        )  # fmt: skip
    for name, frame in rows.items():
        moved = frame if shuffle is None else frame.sample(frac=1, random_state=shuffle)
        tiny.add_frame(name, moved)
    for n in range(CLASSES):
        tiny.add("course_class", class_id=f"class-{n}", campus_id=CAMPUSES[n % 2], capacity=6 + n)
    return tiny


def only(rows: dict[str, pd.DataFrame], campus: str) -> dict[str, pd.DataFrame]:
    """The rows of one campus."""
    return {name: frame[frame["campus_id"] == campus] for name, frame in rows.items()}


def known_at(rows: dict[str, pd.DataFrame], at: pd.Timestamp) -> dict[str, pd.DataFrame]:
    """The rows that had happened by an instant."""
    kept = {}
    day = (at + timedelta(hours=8)).date()
    for name, frame in rows.items():
        fact = FACTS[name]
        if fact.at:
            kept[name] = frame[frame[fact.at] <= at]
        else:
            kept[name] = frame[frame[fact.on] <= day] if fact.on else frame
    return kept
