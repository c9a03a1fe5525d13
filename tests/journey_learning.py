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
    def read(cls, person: str, number: int, text: str) -> Entry:
        """An entry from its text."""
        when, verb, *rest = text.split()
        campus = [word[1:] for word in rest if word.startswith("@")]
        keys = dict(word.split("=", 1) for word in rest if "=" in word)
        words = [word for word in rest if "=" not in word and not word.startswith("@")]
        return cls(person, number, moment(when), verb, words, keys, (campus or ["north"])[0])

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

    people: dict[str, str]

    def add(self, table: str, **values: Any) -> None:
        """One raw row."""
        raise AssertionError(f"a story must say how {table} takes a row")

    def once(self, table: str, key: tuple[str, ...], **values: Any) -> None:
        """One raw row per key."""
        raise AssertionError(f"a story must say how {table} takes a row once")

    def _course(self, line: str, kind: str) -> str:
        course = f"{line}-{kind}"
        self.once("courses", (course,), course_id=course, name=course, course_line=line, type=kind)
        return course

    def _class(self, entry: Entry) -> str:
        name = entry.keys.get("class", f"{entry.campus}-class")
        self.once(
            "classes", (name,), class_id=name, campus_id=entry.campus,
            course_id=self._course(entry.keys.get("line", "maths"), "formal"),
            teacher_id=entry.keys.get("teacher"), class_teacher_id=entry.keys.get("class_teacher"),
        )  # fmt: skip
        return name

    def _student(self, entry: Entry) -> str:
        student = f"{entry.person}-child"
        self.once(
            "students", (student,), student_id=student, campus_id=entry.campus,
            name=entry.keys.get("child", student), enrolled_at=entry.at,
        )  # fmt: skip
        self.once(
            "guardians", (student,), student_id=student, phone=self.people[entry.person],
            name=entry.person, is_primary=True,
        )  # fmt: skip
        return student

    def _child(self, entry: Entry) -> None:
        entry.keys["child"] = entry.word() or f"{entry.person}-child"
        self._student(entry)

    def _enrol(self, entry: Entry) -> None:
        keys = entry.keys
        self.add(
            "enrolments", enrolment_id=entry.word() or entry.id, student_id=self._student(entry),
            course_id=keys.get("course", self._course(keys.get("line", "maths"), "formal")),
            class_id=self._class(entry), campus_id=entry.campus, started_on=entry.on,
            ends_on=entry.day("ends"), lessons_bought=int(keys.get("lessons", 48)),
            state=keys.get("state", "active"), stopped_on=entry.day("stopped"),
            renewed_from_id=keys.get("renews"), order_line_id=keys.get("sale"),
        )  # fmt: skip

    def _seat(self, entry: Entry) -> None:
        keys = entry.keys
        group = self._class(entry)
        lesson = f"{group}-{entry.at:%Y%m%d%H%M}"
        self.once(
            "lessons", (lesson,), lesson_id=lesson, class_id=group, starts_at=entry.at,
            lesson_no=int(keys.get("no", 1)), state=keys.get("lesson", "marked"),
        )  # fmt: skip
        self.add(
            "seats", lesson_id=lesson, student_id=self._student(entry),
            enrolment_id=keys.get("enrolment"), attendance=entry.word() or "present",
            made_up_on=entry.day("made_up"), consumed_lessons=float(keys.get("lessons", 1)),
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
            lead_id=entry.keys.get("for"), campus_id=entry.campus, granted_at=entry.at,
            kind="gift", cost_cny=Decimal(entry.words[0]).quantize(Decimal("0.01")),
            activity_id=entry.keys.get("activity"),
        )  # fmt: skip
