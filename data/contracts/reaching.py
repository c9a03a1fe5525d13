"""Tables of reaching families: the institution, what it spends and does, leads, contacts."""

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
    on,
    phone,
    text,
)
from data.contracts.schema import Contract, Kind

# One line holds what belongs together; a formatter would make many more of it.
# fmt: off
TABLES = (
    Contract(
        name="campuses", label="校区", purpose="One row per campus.", key=("campus_id",),
        columns=(
            key("campus_id", "校区编号"), text("name", "校区名称", required=True),
            text("region", "大区"), text("city", "城市"), column(Kind.ZONE, "timezone", "时区"),
            on("opened_on", "开业日期"), flag("is_open", "营业中"),
        ),
    ),
    Contract(
        name="staff", label="员工", purpose="Consultants, teachers and heads.", key=("staff_id",),
        columns=(
            key("staff_id", "员工编号"), text("name", "姓名", required=True),
            choice("role", "岗位", choices.STAFF_ROLE, required=True), CAMPUS,
            on("joined_on", "入职日期"), on("left_on", "离职日期"),
            count("daily_capacity", "每日可跟进数", "leads a day"),
        ),
    ),
    Contract(
        name="channels", label="渠道", purpose="The tree of channels, up to three levels.",
        key=("channel_id",),
        columns=(
            key("channel_id", "渠道编号"), text("name", "渠道名称", required=True),
            text("parent_id", "上级渠道编号"),
            choice("kind", "渠道类别", choices.CHANNEL_KIND, required=True),
            flag("is_paid", "付费渠道"),
        ),
    ),
    Contract(
        name="spend", label="投放花费", purpose="Cost per channel, campaign, material and day.",
        key=("channel_id", "campaign", "material", "campus_id", "spend_on"), at="spend_on",
        columns=(
            key("channel_id", "渠道编号"), key("campaign", "计划"), key("material", "素材"),
            key("campus_id", "校区编号"), key("spend_on", "日期", Kind.DAY),
            count("impressions", "展现量"), count("clicks", "点击量"),
            money("cost_cny", "花费", required=True),
            count("claimed_conversions", "平台回传转化数"),
        ),
    ),
    Contract(
        name="activities", label="活动", purpose="One row per marketing activity.",
        key=("activity_id",), at="starts_on",
        columns=(
            key("activity_id", "活动编号"), text("name", "活动名称", required=True),
            choice("type", "活动类型", choices.ACTIVITY_TYPE, required=True),
            CAMPUS, on("starts_on", "开始日期", required=True),
            on("ends_on", "结束日期", required=True), money("budget_cny", "预算"),
            text("owner_id", "负责人编号"), flag("members_only", "仅会员可开团"),
        ),
    ),
    Contract(
        name="activity_plans", label="活动计划", purpose="Plan by phase and share channel.",
        key=("activity_id", "phase", "share_channel"),
        columns=(
            key("activity_id", "活动编号"),
            choice("phase", "阶段", choices.PHASE, required=True),
            choice("share_channel", "分享渠道", choices.SHARE_CHANNEL, required=True),
            count("planned_visits", "计划访问"), count("planned_leads", "计划名单"),
        ),
    ),
    Contract(
        name="leads", label="线索", purpose="One row per lead: a person's intent, once.",
        key=("lead_id",), at="created_at",
        columns=(
            key("lead_id", "线索编号"), at("created_at", "创建时间", required=True), CAMPUS,
            text("channel_id", "渠道编号"), text("campaign", "计划"), text("material", "素材"),
            text("activity_id", "活动编号"), text("name", "家长姓名", personal=True),
            phone("phone", "手机号"), text("unionid", "微信unionid", personal=True),
            text("openid", "微信openid", personal=True),
            text("external_userid", "企微外部联系人ID", personal=True),
            text("crm_id", "CRM编号"), text("device_id", "设备编号"),
            text("student_name", "学员姓名", personal=True), text("grade", "年级"),
            text("course_line", "意向课程线"), text("owner_id", "顾问编号"),
            at("assigned_at", "分配时间"), choice("status", "状态", choices.LEAD_STATUS),
            text("lost_reason", "流失原因"), text("introducer_id", "介绍人学员编号"),
            flag("is_reachable", "可接通"), flag("in_area", "服务范围内"),
            flag("is_blacklisted", "黑名单"), flag("is_competitor", "同行"),
            column(Kind.JSON, "properties", "其他属性"),
        ),
    ),
    Contract(
        name="followups", label="跟进记录", purpose="One row per contact with a lead.",
        key=("followup_id",), at="happened_at",
        columns=(
            key("followup_id", "跟进编号"), text("lead_id", "线索编号", required=True),
            text("staff_id", "员工编号"), at("happened_at", "跟进时间", required=True),
            choice("method", "方式", choices.FOLLOWUP_METHOD),
            choice("result", "结果", choices.FOLLOWUP_RESULT), flag("is_effective", "有效沟通"),
            count("duration_seconds", "通话秒数", "seconds"),
            text("note", "备注", personal=True), at("next_at", "下次跟进时间"),
            text("reason", "拒绝原因"),
        ),
    ),
)
# fmt: on
