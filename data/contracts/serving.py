"""Tables of serving them: students, lessons, attendance, enrolments, orders, feedback."""

from __future__ import annotations

from data.contracts import enumerations as choices
from data.contracts.columns import (
    CAMPUS,
    at,
    choice,
    column,
    count,
    flag,
    key,
    money,
    number,
    on,
    phone,
    text,
)
from data.contracts.schema import Contract, Kind

# One line holds what belongs together; a formatter would make many more of it.
# fmt: off
TABLES = (
    Contract(
        name="students", label="学员", purpose="One row per student.", key=("student_id",),
        at="enrolled_at",
        columns=(
            key("student_id", "学员编号"), text("name", "姓名", required=True, personal=True),
            CAMPUS, choice("gender", "性别", choices.GENDER),
            column(Kind.DAY, "birth_on", "出生日期", personal=True),
            text("grade", "年级"), text("come_from", "招生来源"),
            text("introducer_id", "介绍人学员编号"), text("sales_id", "销售跟进人编号"),
            text("class_teacher_id", "教学跟进人编号"), at("enrolled_at", "建档时间"),
        ),
    ),
    Contract(
        name="guardians", label="家长", purpose="A student's parents and their phones.",
        key=("student_id", "phone"),
        columns=(
            key("student_id", "学员编号"), phone("phone", "手机号", required=True),
            text("name", "姓名", personal=True), choice("relation", "关系", choices.RELATION),
            flag("is_primary", "常用"), text("unionid", "微信unionid", personal=True),
        ),
    ),
    Contract(
        name="courses", label="课程", purpose="One row per course.", key=("course_id",),
        columns=(
            key("course_id", "课程编号"), text("name", "课程名称", required=True),
            text("course_line", "课程线", required=True),
            choice("type", "课程类型", choices.COURSE_TYPE, required=True),
            money("list_price_cny", "标价"), count("lessons_planned", "计划课次"),
            flag("is_school_age", "面向中小学生"),
        ),
    ),
    Contract(
        name="classes", label="班级", purpose="One row per class.", key=("class_id",),
        columns=(
            key("class_id", "班级编号"), text("course_id", "课程编号", required=True), CAMPUS,
            text("teacher_id", "授课老师编号"), text("class_teacher_id", "班主任编号"),
            count("capacity", "满班人数"), on("opened_on", "开班日期"),
            on("closed_on", "结班日期"),
        ),
    ),
    Contract(
        name="lessons", label="课次", purpose="One row per scheduled lesson of a class.",
        key=("lesson_id",), at="starts_at",
        columns=(
            key("lesson_id", "课次编号"), text("class_id", "班级编号", required=True),
            count("lesson_no", "第几次课"), at("starts_at", "上课时间", required=True),
            at("ends_at", "下课时间"),
            choice("state", "课次状态", choices.LESSON_STATE, required=True),
            text("teacher_id", "老师编号"),
        ),
    ),
    Contract(
        name="seats", label="点名", purpose="Roster with attendance: a student in a lesson.",
        key=("lesson_id", "student_id"),
        columns=(
            key("lesson_id", "课次编号"), key("student_id", "学员编号"),
            text("enrolment_id", "报读编号"),
            choice("attendance", "出勤", choices.ATTENDANCE, required=True),
            on("made_up_on", "补课日期"),
            choice("consumption", "课消方式", choices.CONSUMPTION),
            number("consumed_lessons", "消耗课时", "lessons"),
            number("watched_share", "观看比例", "share", high=1),
        ),
    ),
    Contract(
        name="enrolments", label="报读", purpose="A student in a course for a term.",
        key=("enrolment_id",), at="started_on",
        columns=(
            key("enrolment_id", "报读编号"), text("student_id", "学员编号", required=True),
            text("course_id", "课程编号", required=True), text("class_id", "班级编号"), CAMPUS,
            on("started_on", "开始日期", required=True), on("ends_on", "到期日期"),
            count("lessons_bought", "购买课时", "lessons"),
            choice("state", "报读状态", choices.ENROLMENT_STATE, required=True),
            on("stopped_on", "停课日期"), text("order_line_id", "订单明细编号"),
            text("renewed_from_id", "续自报读编号"),
        ),
    ),
    Contract(
        name="orders", label="订单", purpose="One row per order, refund, transfer or carry-over.",
        key=("order_id",), at="created_at",
        columns=(
            key("order_id", "订单编号"), text("student_id", "学员编号"),
            text("lead_id", "线索编号"), phone("phone", "手机号"), CAMPUS,
            at("created_at", "下单时间", required=True), at("paid_at", "支付时间"),
            choice("type", "订单类型", choices.ORDER_TYPE, required=True),
            choice("state", "订单状态", choices.ORDER_STATE, required=True),
            text("staff_id", "业绩归属人编号"), flag("is_arrears", "欠费"),
        ),
    ),
    Contract(
        name="order_lines", label="订单明细", purpose="What was bought or refunded, line by line.",
        key=("order_line_id",),
        columns=(
            key("order_line_id", "明细编号"), text("order_id", "订单编号", required=True),
            text("course_id", "课程编号"), choice("product", "商品类型", choices.PRODUCT),
            number("quantity", "数量"), money("amount_cny", "实付金额", required=True),
            count("lessons", "课时", "lessons"), text("refund_of_id", "原明细编号"),
        ),
    ),
    Contract(
        name="assessments", label="测评", purpose="Homework, quizzes and examinations.",
        key=("assessment_id", "student_id"), at="taken_on",
        columns=(
            key("assessment_id", "测评编号"), key("student_id", "学员编号"),
            text("course_id", "课程编号"), text("class_id", "班级编号"),
            text("kind", "测评类型"), on("due_on", "截止日期"), on("taken_on", "提交日期"),
            number("score", "得分"), number("full_score", "满分"),
        ),
    ),
    Contract(
        name="feedback", label="反馈", purpose="Ratings, NPS answers and complaints.",
        key=("feedback_id",), at="given_at",
        columns=(
            key("feedback_id", "反馈编号"), text("student_id", "学员编号"),
            text("class_id", "班级编号"), at("given_at", "时间", required=True),
            number("rating", "评分", high=5), number("nps", "NPS", high=10),
            flag("is_complaint", "投诉"), text("comment", "内容", personal=True),
        ),
    ),
)
# fmt: on
