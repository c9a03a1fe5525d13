"""Which column of a file is which of a contract, told from its header."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from data.contracts import CONTRACTS
from data.contracts.schema import Contract
from data.errors import InvalidInput

# What Chinese CRM, till and LMS exports call these columns besides the contract's label.
_ALIASES: dict[str, tuple[str, ...]] = {
    "activity_id": ("活动ID", "所属活动"),
    "amount_cny": ("金额", "实收金额", "实收", "支付金额", "付款金额", "amount", "paid_amount"),
    "attendance": ("考勤", "出勤状态", "考勤状态", "到课状态"),
    "birth_on": ("生日", "出生年月", "birthday"),
    "campaign": ("推广计划", "广告计划", "计划名称", "campaign_name", "utm_campaign"),
    "campus_id": ("校区", "所属校区", "校区ID", "分校", "门店", "campus"),
    "channel_id": ("渠道", "渠道来源", "来源渠道", "来源", "渠道ID", "channel", "source"),
    "class_id": ("班级", "班级ID", "所属班级"),
    "clicks": ("点击", "点击数"),
    "cost_cny": ("消耗", "消费", "费用", "投放金额", "cost", "spend"),
    "course_id": ("课程", "课程ID"),
    "created_at": ("录入时间", "登记时间", "创建日期", "提交时间", "下单日期", "create_time"),
    "crm_id": ("客户编号", "客户ID", "CRM ID", "CRM客户编号"),
    "event_id": ("事件ID",),
    "grade": ("年级", "所在年级", "就读年级"),
    "happened_at": ("跟进日期", "沟通时间", "回访时间"),
    "impressions": ("展现", "展示量", "曝光量", "曝光"),
    "lead_id": ("线索ID", "名单编号", "名单ID", "客资编号", "资源编号"),
    "material": ("创意", "关键词", "素材名称", "utm_content"),
    "name": ("家长", "客户姓名", "联系人", "姓名", "学生姓名", "学员姓名"),
    "note": ("跟进内容", "沟通内容", "跟进备注"),
    "occurred_at": ("时间", "事件时间", "time", "timestamp"),
    "order_id": ("订单号", "订单ID", "单号", "收据号"),
    "order_line_id": ("订单明细ID", "明细ID"),
    "owner_id": ("顾问", "课程顾问", "所属顾问", "负责人", "跟进人"),
    "paid_at": ("付款时间", "缴费时间", "收款时间", "支付日期"),
    "phone": ("手机", "手机号码", "电话", "电话号码", "联系电话", "联系方式", "家长手机",
              "家长电话", "mobile", "tel", "telephone", "phone_number"),
    "spend_on": ("投放日期", "消费日期", "date"),
    "staff_id": ("员工", "员工ID", "跟进人编号"),
    "status": ("线索状态", "跟进状态", "客户状态"),
    "student_id": ("学号", "学员ID", "学生编号", "学生ID"),
    "student_name": ("孩子姓名", "宝贝姓名", "学员", "学生"),
    "taken_on": ("考试日期", "测评日期"),
}  # fmt: skip


def folded(header: str) -> str:
    """A header without case, width, blanks, underscores and a unit in brackets."""
    text = unicodedata.normalize("NFKC", header).casefold().strip("* \t")
    text = re.sub(r"\([^)]*\)$", "", text)
    return re.sub(r"[\s_\-*:]+", "", text)


def match_headers(contract: Contract, headers: Iterable[str]) -> dict[str, str]:
    """Contract column → header of the file, for those that are recognised.

    A column's own name wins over its label, that over other words for it; every header
    serves one column.
    """
    free = {folded(header): header for header in headers}
    matched: dict[str, str] = {}
    rounds = (
        {column.name: (column.name,) for column in contract.columns},
        {column.name: (column.label,) for column in contract.columns},
        {
            column.name: (*column.aliases, *_ALIASES.get(column.name, ()))
            for column in contract.columns
        },
    )
    for spellings in rounds:
        for name, words in spellings.items():
            found = [word for word in map(folded, words) if word in free]
            if name not in matched and found:
                matched[name] = free.pop(found[0])
    return matched


def guess_table(headers: list[str], file: str) -> Contract:
    """The contract whose columns the headers name best.

    Raises `InvalidInput` where none has its key there, or two fit equally well.
    """
    scores: dict[str, float] = {}
    for rules in CONTRACTS.values():
        matched = match_headers(rules, headers)
        required = [column.name for column in rules.columns if column.required]
        if all(name in matched for name in rules.key):
            absent = sum(name not in matched for name in required)
            scores[rules.name] = len(matched) - 2 * absent + len(matched) / len(rules.columns)
    if not scores:
        raise InvalidInput(
            f"{file} must have the key columns of a table; name the table or give a mapping."
            f" Its columns are: {', '.join(headers[:20])}"
        )
    best = max(scores.values())
    fitting = sorted(name for name, score in scores.items() if score == best)
    if len(fitting) > 1:
        raise InvalidInput(f"{file} must fit one table, it fits {' and '.join(fitting)}: name one")
    return CONTRACTS[fitting[0]]
