"""What a child's days leave behind: the verbs of `tests.journeys` about learning."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any


def moment(text: str) -> datetime:
    """A UTC instant without zone: ``2026-01-01`` is noon in Shanghai, ``…T15:30`` is UTC."""
    if "T" in text:
        return datetime.fromisoformat(text)
    return datetime.fromisoformat(text) + timedelta(hours=4)


@dataclass
class Entry:
    """One thing that happened."""

    person: str
    number: int
    at: datetime
    verb: str
    words: list[str]
    keys: dict[str, str]
    campus: str

    @classmethod
    def read(cls, person: str, number: int, text: str, place: str = "north") -> Entry:
        """An entry from its text, at this place where it names none."""
        when, verb, *rest = text.split()
        campus = [word[1:] for word in rest if word.startswith("@")]
        keys = dict(word.split("=", 1) for word in rest if "=" in word)
        words = [word for word in rest if "=" not in word and not word.startswith("@")]
        return cls(person, number, moment(when), verb, words, keys, (campus or [place])[0])

    @property
    def on(self) -> date:
        """The local day."""
        return (self.at + timedelta(hours=8)).date()

    @property
    def id(self) -> str:
        """The row's key: given as ``id=``, else the person and a number."""
        return self.keys.get("id", f"{self.person}-{self.number}")

    def word(self, place: int = 0) -> str | None:
        """A word, missing where there are fewer or it is a dash."""
        return self.words[place] if len(self.words) > place and self.words[place] != "-" else None

    def day(self, key: str) -> date | None:
        """A key's local day."""
        return date.fromisoformat(self.keys[key]) if key in self.keys else None


class Learning:
    """Verbs about a child: enrolments, seats, answers, rewards."""

    _taught: dict[str, list[str]]

    def phone(self, person: str) -> str:
        """The phone of a person."""
        raise AssertionError(f"a story must say how {person} is reached")

    def add(self, table: str, **values: Any) -> None:
        """One raw row."""
        raise AssertionError(f"a story must say how {table} takes a row")

    def once(self, table: str, key: tuple[str, ...], **values: Any) -> None:
        """One raw row per key."""
        raise AssertionError(f"a story must say how {table} takes a row once")

    def _course(self, line: str, kind: str, *, is_adult: bool = False) -> str:
        course = f"{line}-{kind}" + ("-adult" if is_adult else "")
        self.once(
            "courses", (course,), course_id=course, name=course, course_line=line, type=kind,
            is_school_age=not is_adult,
        )  # fmt: skip
        return course

    def _class(self, entry: Entry) -> str:
        keys = entry.keys
        course = keys.get("course", self._course(keys.get("line", "maths"), "formal"))
        name = keys.get("class", self._usual_class(entry))
        self.once(
            "classes", (name,), class_id=name, campus_id=entry.campus, course_id=course,
            teacher_id=keys.get("teacher"), class_teacher_id=keys.get("class_teacher"),
        )  # fmt: skip
        return name

    def _usual_class(self, entry: Entry) -> str:
        """The campus's class of the course; who teaches it was said first, others have theirs."""
        keys = entry.keys
        of = [keys[key] for key in ("course", "line") if key in keys]
        name = "-".join([entry.campus, *of, "class"])
        taught_by = [f"{key}-{keys[key]}" for key in ("teacher", "class_teacher") if key in keys]
        first = self._taught.setdefault(name, taught_by)
        return "-".join([name, *taught_by]) if taught_by and taught_by != first else name

    def _student(self, entry: Entry) -> str:
        student = entry.keys.get("student", f"{entry.person}-child")
        return self._child_of(entry.person, entry, student=student)

    def _child_of(self, person: str, entry: Entry, *, student: str = "") -> str:
        student = student or f"{person}-child"
        name = entry.keys.get("child", student) if person == entry.person else student
        self.once(
            "students", (student,), student_id=student, campus_id=entry.campus, name=name,
            enrolled_at=entry.at,
        )  # fmt: skip
        self.once(
            "guardians", (student,), student_id=student, phone=self.phone(person),
            name=person, is_primary=True,
        )  # fmt: skip
        return student

    def _child(self, entry: Entry) -> None:
        entry.keys["child"] = entry.word() or f"{entry.person}-child"
        self._student(entry)

    def _enrol(self, entry: Entry) -> None:
        keys = entry.keys
        line, is_adult = keys.get("line", "maths"), "adult" in entry.words
        key, course = entry.word() or entry.id, keys.get("course")
        course = course or self._course(line, "formal", is_adult=is_adult)
        student = self._student(entry)
        if {"cny", "kind", "paid", "back"} & set(keys):
            self._sale(entry, key, course=course, student=student)
            keys["sale"] = f"{key}-sale"
        lessons = keys.get("lessons", "48")
        self.add(
            "enrolments", enrolment_id=key, student_id=student, course_id=course,
            class_id=self._class(entry), campus_id=entry.campus, started_on=entry.on,
            ends_on=entry.day("ends"), lessons_bought=int(lessons) if lessons != "-" else None,
            state=keys.get("state", "active"), stopped_on=entry.day("stopped"),
            renewed_from_id=keys.get("renews"), order_line_id=keys.get("sale"),
        )  # fmt: skip

    def _sale(self, entry: Entry, key: str, *, course: str, student: str) -> None:
        """What an enrolment was bought for, and what was paid back of it."""
        keys = entry.keys
        cny = keys.get("cny", "5000")
        paid_at = moment(keys["paid"]) if "paid" in keys else entry.at
        moved = [(f"{key}-sale", keys.get("kind", "charge"), paid_at, cny, None)]
        if "back" in keys:
            back_at, given = moment(keys["back"]), keys.get("back_cny", cny)
            moved.append((f"{key}-back", "refund", back_at, given, f"{key}-sale"))
        for name, kind, at, amount, of in moved:
            self.add(
                "orders", order_id=name, campus_id=entry.campus, created_at=at, paid_at=at,
                student_id=student, phone=self.phone(entry.person), type=kind, state="paid",
            )  # fmt: skip
            self.add(
                "order_lines", order_line_id=name, order_id=name, course_id=course,
                amount_cny=Decimal(amount).quantize(Decimal("0.01")), refund_of_id=of,
            )  # fmt: skip

    def _seat(self, entry: Entry) -> None:
        keys = entry.keys
        group, number, state = self._class(entry), keys.get("no", "1"), keys.get("lesson", "marked")
        told = [part for part in (f"no{number}", state) if part not in ("no1", "marked")]
        lesson = "-".join([group, f"{entry.at:%Y%m%d%H%M}", *told])
        self.once(
            "lessons", (lesson,), lesson_id=lesson, class_id=group, starts_at=entry.at,
            lesson_no=int(number), state=state,
        )  # fmt: skip
        self.add(
            "seats", lesson_id=lesson, student_id=self._student(entry),
            enrolment_id=keys.get("enrolment"), attendance=entry.word() or "present",
            made_up_on=entry.day("made_up"),
            consumed_lessons=float(keys.get("consumed", keys.get("lessons", 1))),
            watched_share=float(keys["watched"]) if "watched" in keys else None,
        )  # fmt: skip

    def _assess(self, entry: Entry) -> None:
        score = entry.word()
        self.add(
            "assessments", assessment_id=entry.id, student_id=self._student(entry),
            class_id=self._class(entry), due_on=entry.day("due") or entry.on,
            taken_on=entry.on if score else None, score=float(score) if score else None,
            full_score=float(entry.keys.get("full", 100)),
        )  # fmt: skip

    def _feedback(self, entry: Entry) -> None:
        rating, nps = entry.word(), entry.keys.get("nps")
        self.add(
            "feedback", feedback_id=entry.id, student_id=self._student(entry), given_at=entry.at,
            class_id=self._class(entry), rating=float(rating) if rating else None,
            nps=float(nps) if nps else None, is_complaint="complaint" in entry.words,
        )  # fmt: skip

    def _reward(self, entry: Entry) -> None:
        self.add(
            "rewards", reward_id=entry.id, student_id=self._student(entry),
            lead_id=entry.keys.get("for", entry.keys.get("lead")), campus_id=entry.campus,
            granted_at=entry.at, kind="gift",
            cost_cny=Decimal(entry.words[0]).quantize(Decimal("0.01")),
            activity_id=entry.keys.get("activity"),
        )  # fmt: skip
