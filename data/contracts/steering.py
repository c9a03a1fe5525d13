"""Tables of steering: rewards, plans and who changed them, experiments, behaviour."""

from __future__ import annotations

from data.contracts import enumerations as choices
from data.contracts.columns import CAMPUS, at, choice, column, key, money, number, on, phone, text
from data.contracts.schema import Contract, Kind

# One line holds what belongs together; a formatter would make many more of it.
# fmt: off
TABLES = (
    Contract(
        name="rewards", label="奖励", purpose="What was given for a referral.", key=("reward_id",),
        at="granted_at",
        columns=(
            key("reward_id", "奖励编号"), text("student_id", "介绍人学员编号"),
            text("lead_id", "被介绍线索编号"), text("activity_id", "活动编号"), CAMPUS,
            at("granted_at", "发放时间", required=True),
            choice("kind", "奖励类型", choices.REWARD_KIND), money("cost_cny", "成本"),
        ),
    ),
    Contract(
        name="targets", label="目标", purpose="Monthly plan by campus.",
        key=("month_on", "campus_id", "metric"),
        columns=(
            key("month_on", "月份", Kind.DAY), key("campus_id", "校区编号"),
            choice("metric", "指标", choices.TARGET_METRIC, required=True),
            column(Kind.NUMBER, "value", "目标值", low=0, required=True),
        ),
    ),
    Contract(
        name="plan_edits", label="计划修改", purpose="Who changed which plan in the app, and when.",
        key=("edit_id",), immutable=True,
        columns=(
            key("edit_id", "修改编号"), at("edited_at", "修改时间", required=True),
            text("edited_by", "修改人", required=True),
            choice("plan", "计划类别", choices.PLAN_KIND, required=True), CAMPUS,
            on("month_on", "月份"), text("activity_id", "活动编号"),
            choice("phase", "阶段", choices.PHASE),
            choice("share_channel", "分享渠道", choices.SHARE_CHANNEL),
            text("item", "计划项", required=True), number("before", "原值"),
            column(Kind.NUMBER, "after", "新值", low=0, required=True),
        ),
    ),
    Contract(
        name="experiments", label="实验", purpose="Register of A/B tests.", key=("experiment_id",),
        at="started_at",
        columns=(
            key("experiment_id", "实验编号"), text("name", "实验名称", required=True),
            choice("unit", "分流单位", choices.EXPERIMENT_UNIT),
            at("started_at", "开始时间"), at("ended_at", "结束时间"), text("metric", "主要指标"),
        ),
    ),
    Contract(
        name="events", label="行为事件", purpose="What people did on pages, apps and posters.",
        key=("event_id",), at="occurred_at", immutable=True,
        columns=(
            key("event_id", "事件编号"), text("name", "事件名", required=True),
            at("occurred_at", "发生时间", required=True), text("campus_id", "校区编号"),
            text("channel_id", "渠道编号"), text("campaign", "计划"), text("material", "素材"),
            text("activity_id", "活动编号"), text("device_id", "设备编号"),
            text("login_id", "登录编号"), phone("phone", "手机号"),
            text("unionid", "微信unionid", personal=True),
            text("openid", "微信openid", personal=True),
            text("external_userid", "企微外部联系人ID", personal=True),
            text("student_id", "学员编号"), text("page", "页面"),
            number("dwell_seconds", "停留秒数", "seconds"), text("share_id", "分享编号"),
            text("from_share_id", "来源分享编号"),
            choice("share_channel", "分享渠道", choices.SHARE_CHANNEL),
            column(Kind.JSON, "properties", "其他属性"),
        ),
    ),
)
# fmt: on
