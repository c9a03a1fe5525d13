"""The tables of a block's people: leads, students, guardians."""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa

from data.sample.calendar import DAY, NOW, local_day
from data.sample.columns import NONE, Ints, days, instants, labelled, numbered, rows
from data.sample.institution import CLASS_TEACHERS, LINES, campus_ids, staff_ids, staff_numbers
from data.sample.names import (
    SECOND_PARENT,
    devices,
    full_names,
    has_device,
    on_wechat,
    openids,
    people,
    phones,
    share_of,
    surnames,
    unionids,
)
from data.sample.planted import has_second_parent
from data.sample.reaching.channels import CAMPAIGNS, LEAF_IDS, MATERIALS
from data.sample.reaching.leads import Leads
from data.sample.serving.service import Students
from data.sample.truths import UNMAPPED_CHANNEL, UNMAPPED_SHARE

_STATUS = ("new", "contacted", "invited", "trial", "paid", "lost", "recycled")
_LOST = ("价格", "距离远", "时间不合适", "已报其他机构", "孩子没兴趣", "联系不上")
_GRADES = ("大班", "一年级", "二年级", "三年级", "四年级", "五年级", "六年级")
_ANSWERS = tuple(
    json.dumps({"age": age, "goal": goal, "score": score}, ensure_ascii=False)
    for age in (5, 6, 7, 8, 9, 10)
    for goal, score in (("兴趣培养", 2), ("考级比赛", 3), ("随便看看", 1), ("提升成绩", 3))
)


def lead_ids(block: int, row: Ints) -> pa.Array:
    """The lead's identifier."""
    return numbered("L", np.where(row < 0, NONE, block * 1_000_000 + row), 9)


def _parent_names(person: Ints, surname: Ints) -> pa.Array:
    return full_names(np.where(surname >= 0, surname, surnames(person * 5 + 1)), person * 13 + 5)


def student_ids(block: int, row: Ints) -> pa.Array:
    """The student's identifier."""
    return numbered("X", np.where(row < 0, NONE, block * 1_000_000 + row), 9)


def grade_of(family: Ints) -> Ints:
    """The child's school grade."""
    return (share_of(family, 9) * len(_GRADES)).astype(np.int64)


def status_of(leads: Leads) -> Ints:
    """How far each lead came by now."""
    age = NOW - leads.created
    u = share_of(leads.created + leads.family, 11)
    status = np.where(leads.owner < 0, 0, np.where(u < 0.45, 1, 2))
    cold = age > 45 * DAY
    status = np.where(cold & (leads.owner >= 0), np.where(u < 0.7, 5, 6), status)
    status = np.where(leads.trial > 0, np.where(cold & (u < 0.5), 5, 3), status)
    status = np.where(leads.formal > 0, 4, status)
    return np.where(~leads.reachable | leads.competitor | leads.blacklisted, 5, status)


def lead_table(leads: Leads, introducer: Ints, surname: Ints) -> pa.Table:
    """The block's leads."""
    block, count = leads.block, leads.count
    person, device = people(block, leads.person), people(block, leads.device)
    unionid = np.where(on_wechat(person), person, NONE)
    status = status_of(leads)
    reason = (share_of(leads.created, 13) * len(_LOST)).astype(np.int64)
    reason = np.where(leads.reachable, reason, len(_LOST) - 1)
    mapped = share_of(leads.created * 3 + leads.family, 17) >= UNMAPPED_SHARE
    channel = np.where(mapped, leads.leaf, len(LEAF_IDS))
    no_phone = (share_of(leads.created + 7, 19) < 0.015) & (unionid >= 0) & (leads.formal < 0)
    no_phone &= leads.first & (surname < 0)
    answer = (share_of(leads.created + 11, 29) * len(_ANSWERS)).astype(np.int64)
    return rows(
        "leads",
        lead_id=lead_ids(block, np.arange(count)),
        created_at=instants(leads.created),
        campus_id=campus_ids(leads.campus),
        channel_id=labelled((*LEAF_IDS, UNMAPPED_CHANNEL), channel),
        campaign=labelled(CAMPAIGNS, leads.campaign),
        material=labelled(MATERIALS, leads.material),
        activity_id=numbered("A", leads.activity, 5),
        name=_parent_names(person, surname),
        phone=phones(people(block, np.where(no_phone, NONE, leads.phone))),
        unionid=unionids(unionid),
        openid=openids(np.where(share_of(person, 2) < 0.8, unionid, NONE)),
        external_userid=numbered(
            "wm", np.where((leads.owner >= 0) & (share_of(person, 4) < 0.6), person, NONE), 12
        ),
        crm_id=numbered("CRM", block * 1_000_000 + np.arange(count), 9),
        device_id=devices(np.where(has_device(device), device, NONE)),
        student_name=full_names(
            np.where(surname >= 0, surname, surnames(people(block, leads.family))),
            people(block, leads.family) * 7 + 3,
        ),
        grade=labelled(_GRADES, grade_of(leads.family)),
        course_line=labelled(LINES, leads.line),
        owner_id=staff_ids(leads.owner),
        assigned_at=instants(leads.assigned),
        status=labelled(_STATUS, status),
        lost_reason=labelled(_LOST, np.where(status == 5, reason, NONE)),
        introducer_id=student_ids(block, introducer),
        is_reachable=leads.reachable,
        in_area=leads.in_area,
        is_blacklisted=leads.blacklisted,
        is_competitor=leads.competitor,
        properties=labelled(_ANSWERS, np.where(leads.activity >= 0, answer, NONE)),
    )


def student_table(leads: Leads, students: Students, introducer: Ints) -> pa.Table:
    """The block's students."""
    block = leads.block
    family = people(block, students.person)
    day = local_day(students.enrolled)
    age = 6 + (share_of(students.person, 9) * 7).astype(np.int64)
    teacher = staff_numbers(
        students.campus, np.take(CLASS_TEACHERS, students.person % len(CLASS_TEACHERS))
    )
    return rows(
        "students",
        student_id=student_ids(block, np.arange(students.count)),
        name=full_names(surnames(family), family * 7 + 3),
        campus_id=campus_ids(students.campus),
        gender=labelled(("female", "male"), (share_of(family, 21) < 0.47).astype(np.int64)),
        birth_on=days(day - age * 365 - (share_of(family, 23) * 365).astype(np.int64)),
        grade=labelled(_GRADES, grade_of(students.person)),
        come_from=labelled(("线索", "自然到店"), (students.lead < 0).astype(np.int64)),
        introducer_id=student_ids(
            block, np.where(students.lead >= 0, introducer[students.lead], NONE)
        ),
        sales_id=staff_ids(students.seller),
        class_teacher_id=staff_ids(teacher),
        enrolled_at=instants(students.enrolled),
    )


def guardian_table(leads: Leads, students: Students) -> pa.Table:
    """The students' parents, the second where both are known."""
    block = leads.block
    both = np.nonzero(has_second_parent(students.person) & (students.lead >= 0))[0]
    student = np.r_[np.arange(students.count), both]
    first = np.r_[np.ones(students.count, dtype=bool), np.zeros(len(both), dtype=bool)]
    local = np.where(first, students.person[student], students.person[student] + SECOND_PARENT)
    person = people(block, local)
    family = people(block, students.person[student])
    mother = share_of(family, 25) < 0.72
    relation = np.where(first == mother, 1, 0)
    relation = np.where(~first & (share_of(family, 27) < 0.12), 2, relation)
    return rows(
        "guardians",
        student_id=student_ids(block, student),
        phone=phones(person),
        name=_parent_names(person, np.full(len(student), NONE)),
        relation=labelled(("father", "mother", "grandparent"), relation),
        is_primary=first,
        unionid=unionids(np.where(on_wechat(person), person, NONE)),
    )
