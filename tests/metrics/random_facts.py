"""A small institution at random: lives told into raw rows, facts built by the product."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path

import numpy as np

from data.facts import DIMENSIONS, FACTS
from data.facts.build import rebuild
from data.facts.schema import FactSchema
from data.landing.loader import create_tables
from data.scope import local_day
from data.stores.duck import DuckDBStore
from tests.journeys import CHANNELS, KEY, Story

START = datetime(2025, 5, 1)  # noqa: DTZ001  # UTC without zone
LATELY = datetime(2026, 5, 15)  # noqa: DTZ001  # terms that begin then run in August
DAYS = 540
CAMPUSES = ("north", "south")
PEOPLE, STAFF, CLASSES = 90, 6, 8
ACTIVITIES = {"A1": ("north", date(2025, 6, 1)), "A2": ("south", date(2026, 2, 1))}
BRANCHES = {"brand": "sem", "brand-a": "brand"}  # channel -> the one above it
LINES = ("maths", "art")
METRICS = ("new_leads", "first_orders", "net_revenue", "renewals")
STATUSES = ("new", "contacted", "invited", "trial", "paid", "lost", "recycled")
RESULTS = ("no_answer", "talked", "invited", "visited", "trial_booked", "promised", "refused")
VIAS = ("moments", "friend", "group", "poster")
ENROLMENTS = (
    "", "", "", "state=completed", "state=stopped stopped={stop}",
    "state=refunded stopped={stop} back={stop}", "state=transferred stopped={stop}",
)  # fmt: skip


class _Teller:
    """Tells the lives of a few families, each choice drawn from one generator."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.story = Story()

    def one(self, choices: tuple[str, ...]) -> str:
        return choices[self.rng.integers(len(choices))]

    def chance(self, share: float) -> bool:
        return bool(self.rng.random() < share)

    def channel(self) -> str:
        return self.one((*CHANNELS, *BRANCHES, "tv", "-"))

    def source(self) -> str:
        campaign, material = self.one(("spring", "autumn")), self.one(("a", "b"))
        return f"campaign={campaign} material={material}" if self.chance(0.8) else ""

    def after(self, at: datetime, low: float, high: float) -> datetime:
        """A moment so many days later."""
        minutes = int(self.rng.integers(int(low * 1440), int(high * 1440)))
        return at + timedelta(minutes=minutes)

    def institution(self) -> Story:
        """Everything there is."""
        for name, (campus, first) in ACTIVITIES.items():
            self.story.add(
                "activities", activity_id=name, name=name, type="game", campus_id=campus,
                starts_on=first, ends_on=first + timedelta(30), budget_cny=Decimal(500),
            )  # fmt: skip
            for phase in ("launch", "middle", "sprint"):
                self.story.add(
                    "activity_plans", activity_id=name, phase=phase, share_channel="moments",
                    planned_visits=40, planned_leads=8,
                )  # fmt: skip
            came, on = f"feed activity={name} known", first + timedelta(1)
            self.story.tell(
                {
                    f"host-{name}": [f"{on} visit {came} share=H-{name}"],
                    f"guest-{name}": [
                        f"{on}T09:00 visit {came} from=H-{name}",
                        f"{on + timedelta(1)} lead feed activity={name}",
                    ],
                },
                campus=campus,
            )
        for name, parent in BRANCHES.items():
            self.story.add(
                "channels", channel_id=name, name=name, parent_id=parent, kind="online",
                is_paid=True,
            )  # fmt: skip
        for n in range(CLASSES):
            self.story.once(
                "classes", (f"class-{n}",), class_id=f"class-{n}", campus_id=CAMPUSES[n % 2],
                course_id=f"{LINES[n // 2 % 2]}-formal", teacher_id=f"teacher-{n % STAFF}",
                class_teacher_id=f"teacher-{(n + 1) % STAFF}", capacity=6 + n,
            )  # fmt: skip
        for n in range(STAFF):
            self.story.add(
                "staff", staff_id=f"owner-{n}", name=f"owner-{n}", role="consultant",
                campus_id=CAMPUSES[n % 2], daily_capacity=10,
            )  # fmt: skip
        for name in ("HELLO", "CALLS"):
            self.story.add("experiments", experiment_id=name, name=name)
        for n in range(PEOPLE):
            campus = CAMPUSES[n % 2]
            self.story.tell({f"p{n}": self.life(n)}, campus=campus)
        self.story.tell({"media": [*self.spend(), *self.targets()]})
        return self.story

    def life(self, n: int) -> list[str]:
        """What happened to one family, from the first click to the last lesson."""
        if n % 10 in (0, 1):  # looks on, and leaves no phone
            return [self.visit(n, i, self.after(LATELY, 60, 90), "") for i in range(8)]
        is_late = n % 10 in (2, 3)
        start = self.after(LATELY, 0, 9) if is_late else self.after(START, 0, DAYS - 120)
        told = [self.visit(n, i, self.after(start, 0, 150)) for i in range(self.rng.integers(2, 8))]
        told += [
            f"{start:%Y-%m-%dT%H:%M} visit sem dwell=40 known",
            self.exposure(n, self.after(start, 0, 60)),
        ]
        for i in range(self.rng.choice([0, 1, 1, 1, 2])):
            told += self.lead(n, i, self.after(start, 1, 30))
        if self.chance(0.6):
            told.append(f"{self.after(start, 10, 40):%Y-%m-%dT%H:%M} trial 9.9")
            seen = self.one(("present", "late", "absent"))
            when = self.after(start, 12, 50)
            told.append(f"{when:%Y-%m-%dT%H:%M} seat {seen} course=maths-trial consumed=0")
        if is_late or self.chance(0.6):
            told += self.terms(n, self.after(start, 15, 140))
        return told

    def visit(self, n: int, i: int, at: datetime, known: str = "known") -> str:
        verb = self.one(("visit", "visit", "click", "scan"))
        place = f"@{self.one(CAMPUSES)}" if self.chance(0.3) else ""
        activity = f"activity={self.one(tuple(ACTIVITIES))}" if self.chance(0.5) else ""
        if activity:
            first = ACTIVITIES[activity[-2:]][1]
            at = datetime(first.year, first.month, first.day) + (at - START) % timedelta(30)  # noqa: DTZ001
        share = f"share=S{n}" if self.chance(0.3) else ""
        by = f"from=S{self.rng.integers(0, PEOPLE)}" if activity and self.chance(0.5) else ""
        known = known if self.chance(0.6) else ""
        page = "page=/" if verb != "visit" else f"page=/{self.rng.integers(0, 5)}"
        what = (
            f"{verb} {self.channel()}" if not (activity and self.chance(0.3)) else f"share S{n}-{i}"
        )
        return (
            f"{at:%Y-%m-%dT%H:%M} {what} {page} dwell={self.rng.integers(1, 400)} {activity}"
            f" {share} {by} via={self.one(VIAS)} {known} {place} {self.source()}"
        )

    def exposure(self, n: int, at: datetime) -> str:
        arm = "held_out" if n % 4 == 0 else "treated"
        sop = "HELLO" if n % 2 else "CALLS"
        return (
            f"{at:%Y-%m-%dT%H:%M} event sop_exposure known"
            f' properties={{"sop":"{sop}","arm":"{arm}"}}'
        )

    def lead(self, n: int, i: int, at: datetime) -> list[str]:
        given = self.after(at, 0, 3)
        keys = [
            self.source(), f"line={self.one(LINES)}", f"status={self.one(STATUSES)}",
            f"owner=owner-{self.rng.integers(0, STAFF)}", f"id=lead-{n}-{i}",
        ]  # fmt: skip
        if self.chance(0.8):
            keys.append(f"assigned={given:%Y-%m-%dT%H:%M}")
        if self.chance(0.4):
            keys.append(f"by=p{self.rng.integers(0, PEOPLE)}")
        if self.chance(0.4):
            keys.append(f"activity={self.one(tuple(ACTIVITIES))}")
        if self.chance(0.3):
            keys.append(f"reason={self.one(('price', 'time'))}")
        if self.chance(0.1):
            keys.append("unreachable")
        told = [f"{at:%Y-%m-%dT%H:%M} lead {self.channel()} {' '.join(keys)}"]
        for _ in range(self.rng.integers(0, 4)):
            when = self.after(given, 0, 20)
            reached = "effective" if self.chance(0.6) else ""
            told.append(
                f"{when:%Y-%m-%dT%H:%M} followup {reached} result={self.one(RESULTS)}"
                f" lead=lead-{n}-{i} staff=owner-{self.rng.integers(0, STAFF)} seconds=60"
            )
        if self.chance(0.3):
            when = self.after(at, 5, 30)
            told.append(
                f"{when:%Y-%m-%dT%H:%M} reward {self.rng.integers(5, 90)} lead=lead-{n}-{i}"
            )
        return told

    def terms(self, n: int, at: datetime) -> list[str]:
        """Orders, enrolments one after another, lessons, answers."""
        told = [f"{at:%Y-%m-%dT%H:%M} order {self.rng.integers(500, 9000)} line={self.one(LINES)}"]
        begins = local_day(at) + timedelta(int(self.rng.integers(0, 9)))
        former = ""
        for term in range(self.rng.integers(1, 4)):
            key, group = f"E{n}-{term}", f"class-{n % 2 + 2 * self.rng.integers(0, CLASSES // 2)}"
            line = LINES[int(group[-1]) // 2 % 2]
            ends = begins + timedelta(int(self.rng.choice([40, 60, 90, 120])))
            stop = begins + timedelta(int(self.rng.integers(10, 40)))
            state = self.one(ENROLMENTS).format(stop=stop)
            kind = self.one(("charge", "charge", "charge", "carry_over"))
            until = f"ends={ends}" if self.chance(0.8) else ""
            paid = begins - timedelta(int(self.rng.choice([0, 0, 40])) if former else 0)
            renews = f"renews={former}" if former and self.chance(0.8) else ""
            told.append(
                f"{begins} enrol {key} line={line} class={group} {until} {renews} {state}"
                f" lessons={self.one(('3', '8', '24', '96'))} kind={kind} paid={paid}"
                f" cny={self.rng.integers(800, 9000)}"
            )
            told += self.lessons(key, group, begins)
            former, begins = key, ends + timedelta(int(self.rng.integers(-40, 30)))
        if self.chance(0.3):
            told.append(
                f"{self.after(at, 20, 90):%Y-%m-%dT%H:%M} refund {self.rng.integers(9, 500)}"
            )
        return told

    def lessons(self, key: str, group: str, begins: date) -> list[str]:
        told = []
        gone_from = self.rng.integers(4, 30)  # a few stay away after some weeks
        for week in range(self.rng.integers(3, 14)):
            day = begins + timedelta(7 * week)
            seen = self.one(("present", "present", "late", "leave", "absent", "unmarked"))
            seen = seen if week < gone_from else "absent"
            state = self.one(("marked", "marked", "marked", "cancelled", "unmarked"))
            made_up = f"made_up={day + timedelta(6)}" if self.chance(0.2) else ""
            watched = f"watched={self.rng.random():.2f}" if self.chance(0.3) else ""
            told.append(
                f"{day} seat {seen} class={group} enrolment={key} lesson={state} no={week + 1}"
                f" consumed={int(seen in ('present', 'late'))} {made_up} {watched}"
            )
        score = self.rng.integers(20, 100)
        told.append(f"{begins + timedelta(20)} assess {score} class={group}")
        rating = self.rng.integers(2, 6)
        cross = "complaint" if self.chance(0.1) else ""
        told.append(f"{begins + timedelta(30)} feedback {rating} {cross} nps=10 class={group}")
        return told

    def spend(self) -> list[str]:
        """What each paid channel cost, every few days at each campus."""
        told = []
        for channel in ("sem", "feed", "street", "tv"):
            for day in range(0, DAYS, 7):
                on = local_day(START) + timedelta(day)
                claimed = self.rng.integers(0, 3)
                told.append(
                    f"{on} spend {channel} {self.rng.integers(50, 900)}.{day % 100:02d}"
                    f" @{CAMPUSES[day % 2]} campaign={self.one(('spring', 'autumn'))}"
                    f" material={self.one(('a', 'b'))} impressions=900 clicks=40 claimed={claimed}"
                )
        return told

    def targets(self) -> list[str]:
        return [
            f"2026-{month:02d}-01 target {metric} {self.rng.integers(5, 50)} @{campus}"
            for month in range(1, 10)
            for metric in METRICS
            for campus in CAMPUSES
        ]


@cache
def random_store(seed: int = 17) -> DuckDBStore:
    """An institution in memory; the same for a seed always, to be read and not written."""
    store = DuckDBStore(Path(":memory:"))
    with store.writing() as cursor:
        create_tables(cursor)
        _Teller(seed).institution().flush(cursor)
        rebuild(cursor, None, KEY)
    return store


def copied(
    store: DuckDBStore, schema: str, cut: Callable[[FactSchema], str], *, names: str = ""
) -> None:
    """The store's facts once more in a schema, each as it is cut, and its names."""
    with store.writing() as cursor:
        cursor.execute(f"CREATE SCHEMA {schema}")
        for fact in FACTS.values():
            cursor.execute(
                f"CREATE TABLE {schema}.{fact.table} AS FROM main.{fact.table} {cut(fact)}"
            )
        for name in DIMENSIONS:
            cursor.execute(f"CREATE TABLE {schema}.dim_{name} AS FROM main.dim_{name} {names}")


def of_campus(fact: FactSchema, *, campus: str) -> str:
    """The rows of one campus."""
    return f"WHERE campus_id = '{campus}'"


def known_at(fact: FactSchema, *, at: datetime) -> str:
    """The rows that had happened by an instant."""
    if fact.at:
        return f"WHERE {fact.at} <= TIMESTAMP '{at}'"
    return f"WHERE {fact.on} <= DATE '{local_day(at)}'" if fact.on else ""
