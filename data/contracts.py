"""Every input table, declared once: DDL, validation, templates, sample and docs come from here.

Instants arrive in the campus's local time (or with an offset) and are kept in UTC.
"""

from __future__ import annotations

from data import enumerations as choices
from data.errors import UnknownName
from data.schema import Choice, Column, Contract, Kind


def _column(kind: Kind, name: str, label: str, **more: object) -> Column:
    return Column(name=name, kind=kind, label=label, **more)  # type: ignore[arg-type]


def _key(name: str, label: str, kind: Kind = Kind.TEXT) -> Column:
    return _column(kind, name, label, required=True)


def _text(name: str, label: str, *, personal: bool = False, required: bool = False) -> Column:
    return _column(Kind.TEXT, name, label, personal=personal, required=required)


def _phone(name: str, label: str, *, required: bool = False) -> Column:
    return _column(Kind.PHONE, name, label, personal=True, required=required)


def _choice(name: str, label: str, values: tuple[Choice, ...], *, required: bool = False) -> Column:
    return _column(Kind.CHOICE, name, label, choices=values, required=required)


def _count(name: str, label: str, unit: str = "", *, high: float | None = None) -> Column:
    return _column(Kind.INTEGER, name, label, unit=unit, low=0, high=high)


def _number(name: str, label: str, unit: str = "", *, high: float | None = None) -> Column:
    return _column(Kind.NUMBER, name, label, unit=unit, low=0, high=high)


def _money(name: str, label: str, *, required: bool = False) -> Column:
    return _column(Kind.MONEY, name, label, unit="CNY", low=0, required=required)


def _flag(name: str, label: str) -> Column:
    return _column(Kind.FLAG, name, label)


def _at(name: str, label: str, *, required: bool = False) -> Column:
    return _column(Kind.INSTANT, name, label, required=required)


def _on(name: str, label: str, *, required: bool = False) -> Column:
    return _column(Kind.DAY, name, label, required=required)


_CAMPUS = _text("campus_id", "校区编号", required=True)

# One line holds what belongs together; a formatter would make 450 lines of it.
# fmt: off
_TABLES = (
    Contract(
        name="campuses", label="校区", purpose="One row per campus.", key=("campus_id",),
        columns=(
            _key("campus_id", "校区编号"), _text("name", "校区名称", required=True),
            _text("region", "大区"), _text("city", "城市"), _text("timezone", "时区"),
            _on("opened_on", "开业日期"), _flag("is_open", "营业中"),
        ),
    ),
    Contract(
        name="staff", label="员工", purpose="Consultants, teachers and heads.", key=("staff_id",),
        columns=(
            _key("staff_id", "员工编号"), _text("name", "姓名", required=True),
            _choice("role", "岗位", choices.STAFF_ROLE, required=True), _CAMPUS,
            _on("joined_on", "入职日期"), _on("left_on", "离职日期"),
            _count("daily_capacity", "每日可跟进数", "leads a day"),
        ),
    ),
    Contract(
        name="channels", label="渠道", purpose="The tree of channels, up to three levels.",
        key=("channel_id",),
        columns=(
            _key("channel_id", "渠道编号"), _text("name", "渠道名称", required=True),
            _text("parent_id", "上级渠道编号"),
            _choice("kind", "渠道类别", choices.CHANNEL_KIND, required=True),
            _flag("is_paid", "付费渠道"),
        ),
    ),
    Contract(
        name="spend", label="投放花费", purpose="Cost per channel, campaign, material and day.",
        key=("channel_id", "campaign", "material", "campus_id", "spend_on"), at="spend_on",
        columns=(
            _key("channel_id", "渠道编号"), _key("campaign", "计划"), _key("material", "素材"),
            _key("campus_id", "校区编号"), _key("spend_on", "日期", Kind.DAY),
            _count("impressions", "展现量"), _count("clicks", "点击量"),
            _money("cost_cny", "花费", required=True),
            _count("claimed_conversions", "平台回传转化数"),
        ),
    ),
    Contract(
        name="activities", label="活动", purpose="One row per marketing activity.",
        key=("activity_id",), at="starts_on",
        columns=(
            _key("activity_id", "活动编号"), _text("name", "活动名称", required=True),
            _choice("type", "活动类型", choices.ACTIVITY_TYPE, required=True),
            _CAMPUS, _on("starts_on", "开始日期", required=True),
            _on("ends_on", "结束日期", required=True), _money("budget_cny", "预算"),
            _text("owner_id", "负责人编号"), _flag("members_only", "仅会员可开团"),
        ),
    ),
    Contract(
        name="activity_plans", label="活动计划", purpose="Plan by phase and share channel.",
        key=("activity_id", "phase", "share_channel"),
        columns=(
            _key("activity_id", "活动编号"),
            _choice("phase", "阶段", choices.PHASE, required=True),
            _choice("share_channel", "分享渠道", choices.SHARE_CHANNEL, required=True),
            _count("planned_visits", "计划访问"), _count("planned_leads", "计划名单"),
        ),
    ),
    Contract(
        name="leads", label="线索", purpose="One row per lead: a person's intent, once.",
        key=("lead_id",), at="created_at",
        columns=(
            _key("lead_id", "线索编号"), _at("created_at", "创建时间", required=True), _CAMPUS,
            _text("channel_id", "渠道编号"), _text("campaign", "计划"), _text("material", "素材"),
            _text("activity_id", "活动编号"), _text("name", "家长姓名", personal=True),
            _phone("phone", "手机号"), _text("unionid", "微信unionid", personal=True),
            _text("openid", "微信openid", personal=True),
            _text("external_userid", "企微外部联系人ID", personal=True),
            _text("crm_id", "CRM编号"), _text("device_id", "设备编号"),
            _text("student_name", "学员姓名", personal=True), _text("grade", "年级"),
            _text("course_line", "意向课程线"), _text("owner_id", "顾问编号"),
            _at("assigned_at", "分配时间"), _choice("status", "状态", choices.LEAD_STATUS),
            _text("lost_reason", "流失原因"), _text("introducer_id", "介绍人学员编号"),
            _flag("is_reachable", "可接通"), _flag("in_area", "服务范围内"),
            _flag("is_blacklisted", "黑名单"), _flag("is_competitor", "同行"),
            _column(Kind.JSON, "properties", "其他属性"),
        ),
    ),
    Contract(
        name="followups", label="跟进记录", purpose="One row per contact with a lead.",
        key=("followup_id",), at="happened_at",
        columns=(
            _key("followup_id", "跟进编号"), _text("lead_id", "线索编号", required=True),
            _text("staff_id", "员工编号"), _at("happened_at", "跟进时间", required=True),
            _choice("method", "方式", choices.FOLLOWUP_METHOD),
            _choice("result", "结果", choices.FOLLOWUP_RESULT), _flag("is_effective", "有效沟通"),
            _count("duration_seconds", "通话秒数", "seconds"),
            _text("note", "备注", personal=True), _at("next_at", "下次跟进时间"),
            _text("reason", "拒绝原因"),
        ),
    ),
    Contract(
        name="students", label="学员", purpose="One row per student.", key=("student_id",),
        at="enrolled_at",
        columns=(
            _key("student_id", "学员编号"), _text("name", "姓名", required=True, personal=True),
            _CAMPUS, _choice("gender", "性别", choices.GENDER),
            _column(Kind.DAY, "birth_on", "出生日期", personal=True),
            _text("grade", "年级"), _text("come_from", "招生来源"),
            _text("introducer_id", "介绍人学员编号"), _text("sales_id", "销售跟进人编号"),
            _text("class_teacher_id", "教学跟进人编号"), _at("enrolled_at", "建档时间"),
        ),
    ),
    Contract(
        name="guardians", label="家长", purpose="A student's parents and their phones.",
        key=("student_id", "phone"),
        columns=(
            _key("student_id", "学员编号"), _phone("phone", "手机号", required=True),
            _text("name", "姓名", personal=True), _choice("relation", "关系", choices.RELATION),
            _flag("is_primary", "常用"), _text("unionid", "微信unionid", personal=True),
        ),
    ),
    Contract(
        name="courses", label="课程", purpose="One row per course.", key=("course_id",),
        columns=(
            _key("course_id", "课程编号"), _text("name", "课程名称", required=True),
            _text("course_line", "课程线", required=True),
            _choice("type", "课程类型", choices.COURSE_TYPE, required=True),
            _money("list_price_cny", "标价"), _count("lessons_planned", "计划课次"),
            _flag("is_school_age", "面向中小学生"),
        ),
    ),
    Contract(
        name="classes", label="班级", purpose="One row per class.", key=("class_id",),
        columns=(
            _key("class_id", "班级编号"), _text("course_id", "课程编号", required=True), _CAMPUS,
            _text("teacher_id", "授课老师编号"), _text("class_teacher_id", "班主任编号"),
            _count("capacity", "满班人数"), _on("opened_on", "开班日期"),
            _on("closed_on", "结班日期"),
        ),
    ),
    Contract(
        name="lessons", label="课次", purpose="One row per scheduled lesson of a class.",
        key=("lesson_id",), at="starts_at",
        columns=(
            _key("lesson_id", "课次编号"), _text("class_id", "班级编号", required=True),
            _count("lesson_no", "第几次课"), _at("starts_at", "上课时间", required=True),
            _at("ends_at", "下课时间"),
            _choice("state", "课次状态", choices.LESSON_STATE, required=True),
            _text("teacher_id", "老师编号"),
        ),
    ),
    Contract(
        name="seats", label="点名", purpose="Roster with attendance: a student in a lesson.",
        key=("lesson_id", "student_id"),
        columns=(
            _key("lesson_id", "课次编号"), _key("student_id", "学员编号"),
            _text("enrolment_id", "报读编号"),
            _choice("attendance", "出勤", choices.ATTENDANCE, required=True),
            _on("made_up_on", "补课日期"),
            _choice("consumption", "课消方式", choices.CONSUMPTION),
            _number("consumed_lessons", "消耗课时", "lessons"),
            _number("watched_share", "观看比例", "share", high=1),
        ),
    ),
    Contract(
        name="enrolments", label="报读", purpose="A student in a course for a term.",
        key=("enrolment_id",), at="started_on",
        columns=(
            _key("enrolment_id", "报读编号"), _text("student_id", "学员编号", required=True),
            _text("course_id", "课程编号", required=True), _text("class_id", "班级编号"), _CAMPUS,
            _on("started_on", "开始日期", required=True), _on("ends_on", "到期日期"),
            _count("lessons_bought", "购买课时", "lessons"),
            _choice("state", "报读状态", choices.ENROLMENT_STATE, required=True),
            _on("stopped_on", "停课日期"), _text("order_line_id", "订单明细编号"),
            _text("renewed_from_id", "续自报读编号"),
        ),
    ),
    Contract(
        name="orders", label="订单", purpose="One row per order, refund, transfer or carry-over.",
        key=("order_id",), at="created_at",
        columns=(
            _key("order_id", "订单编号"), _text("student_id", "学员编号"),
            _text("lead_id", "线索编号"), _phone("phone", "手机号"), _CAMPUS,
            _at("created_at", "下单时间", required=True), _at("paid_at", "支付时间"),
            _choice("type", "订单类型", choices.ORDER_TYPE, required=True),
            _choice("state", "订单状态", choices.ORDER_STATE, required=True),
            _text("staff_id", "业绩归属人编号"), _flag("is_arrears", "欠费"),
        ),
    ),
    Contract(
        name="order_lines", label="订单明细", purpose="What was bought or refunded, line by line.",
        key=("order_line_id",),
        columns=(
            _key("order_line_id", "明细编号"), _text("order_id", "订单编号", required=True),
            _text("course_id", "课程编号"), _choice("product", "商品类型", choices.PRODUCT),
            _number("quantity", "数量"), _money("amount_cny", "实付金额", required=True),
            _count("lessons", "课时", "lessons"), _text("refund_of_id", "原明细编号"),
        ),
    ),
    Contract(
        name="assessments", label="测评", purpose="Homework, quizzes and examinations.",
        key=("assessment_id", "student_id"), at="taken_on",
        columns=(
            _key("assessment_id", "测评编号"), _key("student_id", "学员编号"),
            _text("course_id", "课程编号"), _text("class_id", "班级编号"),
            _text("kind", "测评类型"), _on("due_on", "截止日期"), _on("taken_on", "提交日期"),
            _number("score", "得分"), _number("full_score", "满分"),
        ),
    ),
    Contract(
        name="feedback", label="反馈", purpose="Ratings, NPS answers and complaints.",
        key=("feedback_id",), at="given_at",
        columns=(
            _key("feedback_id", "反馈编号"), _text("student_id", "学员编号"),
            _text("class_id", "班级编号"), _at("given_at", "时间", required=True),
            _number("rating", "评分", high=5), _number("nps", "NPS", high=10),
            _flag("is_complaint", "投诉"), _text("comment", "内容", personal=True),
        ),
    ),
    Contract(
        name="rewards", label="奖励", purpose="What was given for a referral.", key=("reward_id",),
        at="granted_at",
        columns=(
            _key("reward_id", "奖励编号"), _text("student_id", "介绍人学员编号"),
            _text("lead_id", "被介绍线索编号"), _text("activity_id", "活动编号"), _CAMPUS,
            _at("granted_at", "发放时间", required=True),
            _choice("kind", "奖励类型", choices.REWARD_KIND), _money("cost_cny", "成本"),
        ),
    ),
    Contract(
        name="targets", label="目标", purpose="Monthly plan by campus.",
        key=("month_on", "campus_id", "metric"),
        columns=(
            _key("month_on", "月份", Kind.DAY), _key("campus_id", "校区编号"),
            _choice("metric", "指标", choices.TARGET_METRIC, required=True),
            _column(Kind.NUMBER, "value", "目标值", low=0, required=True),
        ),
    ),
    Contract(
        name="plan_edits", label="计划修改", purpose="Who changed which plan in the app, and when.",
        key=("edit_id",), immutable=True,
        columns=(
            _key("edit_id", "修改编号"), _at("edited_at", "修改时间", required=True),
            _text("edited_by", "修改人", required=True),
            _choice("plan", "计划类别", choices.PLAN_KIND, required=True), _CAMPUS,
            _on("month_on", "月份"), _text("activity_id", "活动编号"),
            _choice("phase", "阶段", choices.PHASE),
            _choice("share_channel", "分享渠道", choices.SHARE_CHANNEL),
            _text("item", "计划项", required=True), _number("before", "原值"),
            _column(Kind.NUMBER, "after", "新值", low=0, required=True),
        ),
    ),
    Contract(
        name="experiments", label="实验", purpose="Register of A/B tests.", key=("experiment_id",),
        at="started_at",
        columns=(
            _key("experiment_id", "实验编号"), _text("name", "实验名称", required=True),
            _choice("unit", "分流单位", choices.EXPERIMENT_UNIT),
            _at("started_at", "开始时间"), _at("ended_at", "结束时间"), _text("metric", "主要指标"),
        ),
    ),
    Contract(
        name="events", label="行为事件", purpose="What people did on pages, apps and posters.",
        key=("event_id",), at="occurred_at", immutable=True,
        columns=(
            _key("event_id", "事件编号"), _text("name", "事件名", required=True),
            _at("occurred_at", "发生时间", required=True), _text("campus_id", "校区编号"),
            _text("channel_id", "渠道编号"), _text("campaign", "计划"), _text("material", "素材"),
            _text("activity_id", "活动编号"), _text("device_id", "设备编号"),
            _text("login_id", "登录编号"), _phone("phone", "手机号"),
            _text("unionid", "微信unionid", personal=True),
            _text("openid", "微信openid", personal=True),
            _text("external_userid", "企微外部联系人ID", personal=True),
            _text("student_id", "学员编号"), _text("page", "页面"),
            _number("dwell_seconds", "停留秒数", "seconds"), _text("share_id", "分享编号"),
            _text("from_share_id", "来源分享编号"),
            _choice("share_channel", "分享渠道", choices.SHARE_CHANNEL),
            _column(Kind.JSON, "properties", "其他属性"),
        ),
    ),
)

# fmt: on
CONTRACTS: dict[str, Contract] = {table.name: table for table in _TABLES}


def contract(name: str) -> Contract:
    """The contract of this table."""
    try:
        return CONTRACTS[name]
    except KeyError:
        raise UnknownName("table", name, CONTRACTS) from None
