"""Allowed values of choice columns: our name, the Chinese label, the numeric code of 校管家."""

from __future__ import annotations

from data.contracts.schema import Choice


def _choices(*rows: tuple[str, str] | tuple[str, str, int]) -> tuple[Choice, ...]:
    return tuple(
        Choice(value=row[0], label=row[1], code=row[2] if len(row) == 3 else None) for row in rows
    )


ATTENDANCE = (
    Choice(value="present", label="出勤", code=1, aliases=("到课", "已到")),
    Choice(value="late", label="迟到", code=2),
    Choice(value="leave", label="请假", code=3),
    Choice(value="absent", label="未到", code=4, aliases=("缺勤", "旷课")),
    Choice(value="unmarked", label="未点名", code=0),
)
LESSON_STATE = _choices(
    ("unmarked", "未点名", 0), ("marked", "已点名", 1), ("cancelled", "已取消", 2)
)
CONSUMPTION = _choices(
    ("roll_call", "点名", 0),
    ("flag_makeup", "标记补课", 1),
    ("makeup", "点名(补课)", 2),
    ("daily", "按天自动", 3),
    ("manual", "记课", 4),
)
ORDER_TYPE = _choices(
    ("charge", "收费", 0), ("transfer", "转课", 1), ("refund", "退费", 2), ("carry_over", "结转", 3)
)
ORDER_STATE = _choices(
    ("pending", "待付", 0),
    ("paid", "已付", 1),
    ("cancelled", "取消", 2),
    ("expired", "失效", 3),
    ("void", "作废", 4),
    ("refunded", "已退", 6),
    ("carried_over", "已结转", 7),
)
PRODUCT = _choices(
    ("goods", "物品", 0),
    ("class", "班级", 1),
    ("course", "课程", 2),
    ("wallet", "电子钱包", 3),
    ("lesson_pack", "课时包", 4),
    ("stored_card", "储值卡", 5),
)
CHANNEL_KIND = _choices(
    ("online", "线上"),
    ("offline", "线下"),
    ("referral", "转介绍"),
    ("organic", "自然"),
    ("direct", "直接访问"),
)
STAFF_ROLE = _choices(
    ("consultant", "课程顾问"),
    ("teacher", "授课老师"),
    ("class_teacher", "班主任"),
    ("campus_head", "校长"),
    ("marketing", "市场"),
)
ACTIVITY_TYPE = _choices(
    ("group_buy", "团购"),
    ("game", "游戏"),
    ("lecture", "讲座"),
    ("referral_gift", "推荐有礼"),
    ("street", "地推"),
    ("open_day", "开放日"),
)
PHASE = _choices(("launch", "启动"), ("middle", "中段"), ("sprint", "冲刺"))
SHARE_CHANNEL = _choices(
    ("moments", "朋友圈"),
    ("friend", "好友"),
    ("group", "微信群"),
    ("official_account", "公众号"),
    ("poster", "海报"),
    ("offline", "线下"),
)
LEAD_STATUS = _choices(
    ("new", "新线索"),
    ("contacted", "已联系"),
    ("invited", "已邀约"),
    ("trial", "已试听"),
    ("paid", "已成交"),
    ("lost", "已流失"),
    ("recycled", "公海"),
)
FOLLOWUP_METHOD = _choices(
    ("call", "电话"), ("wecom", "企业微信"), ("visit", "到访"), ("sms", "短信")
)
FOLLOWUP_RESULT = _choices(
    ("no_answer", "未接通"),
    ("talked", "已沟通"),
    ("invited", "已邀约"),
    ("visited", "已到访"),
    ("trial_booked", "已约试听"),
    ("refused", "拒绝"),
    ("promised", "已承诺"),
)
RELATION = _choices(
    ("father", "父亲"),
    ("mother", "母亲"),
    ("grandparent", "祖父母"),
    ("self", "本人"),
    ("other", "其他"),
)
COURSE_TYPE = _choices(("formal", "正价课"), ("trial", "试听课"), ("token", "低价课"))
ENROLMENT_STATE = _choices(
    ("active", "在读"),
    ("completed", "结课"),
    ("stopped", "停课"),
    ("refunded", "退费"),
    ("transferred", "转出"),
)
GENDER = _choices(("female", "女"), ("male", "男"), ("unknown", "未知"))
TARGET_METRIC = _choices(
    ("new_leads", "新增线索"),
    ("first_orders", "首单人数"),
    ("net_revenue", "净收入"),
    ("renewals", "续费数"),
)
PLAN_KIND = _choices(("targets", "月度目标"), ("activity_plans", "活动计划"))
EXPERIMENT_UNIT = _choices(("person", "个人"), ("class", "班级"), ("campus", "校区"))
REWARD_KIND = _choices(("gift", "礼品"), ("cash", "现金"), ("lessons", "课时"))
