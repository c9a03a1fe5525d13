"""What a lead's score may know: what was known when the lead was made, and nothing later.

The scoring moment is the lead's creation. Whatever sales learned by calling is refused by
name, because it knows the outcome: a model that saw it would be right on paper alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import ibis
import ibis.expr.types as ir

from data.errors import InvalidOption
from data.facts import Facts
from metrics.foundation.clock import at_least
from metrics.foundation.names import with_name
from metrics.foundation.registry import table
from metrics.leads.pool import standing_leads

# Columns of ours that are known at creation: text, then numbers. Not the campus: where few
# consultants work, it would take what they themselves do for what their leads promised.
CATEGORIES = (
    "channel_id", "campaign", "course_line", "weekday", "part_of_day", "is_first", "is_referred",
    "of_activity",
)  # fmt: skip
MOST_LEARNED = 20_000  # more teach the weights nothing, and take longer
_STANDING = (
    "lead_id", "person_id", "owner_id", "created_at", "state", "rung", "waiting_since_at",
    "contacts", "last_contact_at",
)  # fmt: skip
NUMBERS = ("visits_before", "pages_before", "dwell_seconds_before")

# Known only after contact, or from the outcome itself: ours, then other systems'.
_REFUSED = frozenset("""
    status|lost reason|is valid|is reachable|in area|is blacklisted|is competitor|assigned at
    |owner id|stage|result|followup result|method|is effective|duration seconds|note|next at
    |contacts|followups|first contact at|first reached at|last contact at|trial|converted|won
    |paid at|first paid at|net cny|amount cny|order id|is formal|lead status|lead stage
    |tags|lead quality|lead profile|last activity|last notable activity|call duration|duration
    |disposition|outcome|close date|closed at
    |状态|流失原因|分配时间|顾问编号|可接通|服务范围内|黑名单|同行|跟进结果|跟进记录|跟进次数|结果|方式|有效沟通
    |通话秒数|通话时长|备注|下次跟进时间|最后跟进时间|最近跟进时间|标签|意向程度|意向度|意向等级|是否成交
    |成交金额|成交时间|转化|是否转化|试听|是否试听|到访|是否到访
""".replace("\n", "").replace("    ", "").split("|"))  # fmt: skip
_REFUSED_BEGINNINGS = ("asymmetrique",)


def refused(names: Iterable[str]) -> tuple[str, ...]:
    """Those of the names that are known only after contact, in their order."""
    return tuple(name for name in names if _is_refused(name))


def allowed(names: Iterable[str]) -> tuple[str, ...]:
    """The names, where none of them is known only after contact.

    Raises
    ------
    InvalidOption
        Naming every one that is.
    """
    found = tuple(names)
    late = refused(found)
    if late:
        said = ", ".join(repr(name) for name in late)
        raise InvalidOption(
            f"a score may only use what is known before the first contact, got {said}:"
            " filled in after sales has spoken to the lead, so it knows the outcome"
        )
    return found


def _is_refused(name: str) -> bool:
    plain = " ".join(re.sub(r"[\W_]+", " ", name.casefold()).split())
    return plain in _REFUSED or plain.startswith(_REFUSED_BEGINNINGS)


@table(grain="lead")
def training_rows(facts: Facts, *, window_days: int = 30, most: int = MOST_LEARNED) -> ir.Table:
    """Leads old enough to know whether they ordered, with what was known at creation.

    Leads of families that had already paid are none of it. Of more than ``most`` leads a
    part is taken by a fixed hash of their time of creation: the same part every time.

    Parameters
    ----------
    facts
        The leads of the period; channels and course lines are not cut.
    window_days
        Days from creation within which a first formal order counts, at least 1.
    most
        Rows at most, about.

    Returns
    -------
    ibis Table
        ``lead_id``, ``campus_id``, `CATEGORIES`, `NUMBERS`, ``properties``, ``created_at``, ``won``
        (an order within the window), ``paid_days`` (after how many), ``net_cny`` (net
        revenue within the window) and ``leads`` (how many there are, sampled or not).

    Raises
    ------
    InvalidOption
        If ``window_days`` is less than 1.
    """
    window = ibis.interval(days=at_least("window_days", window_days))
    leads = facts.lead
    leads = facts.picked(leads, on="created_on", channels=False, course_lines=False)
    leads = leads.filter(leads.created_at + window <= facts.as_of)
    # TRICKY: a fixed congruence, not the engine's own hash: engines differ in theirs.
    drawn = leads.created_at.epoch_seconds() * 48_271 % 2_147_483_647 % 1_000_000
    leads = leads.mutate(drawn=drawn, leads=leads.count().over(ibis.window()))
    leads = leads.filter(leads.drawn * leads.leads < ibis.literal(most * 1_000_000, "int64"))
    lines = facts.order_line.select("person_id", "paid_at", "is_formal", "net_cny")
    of_leads = lines.inner_join(leads.select("person_id", "lead_id", "created_at"), "person_id")
    inside = of_leads.paid_at.between(of_leads.created_at, of_leads.created_at + window)
    paid = of_leads.group_by("lead_id").aggregate(
        before=(of_leads.is_formal & (of_leads.paid_at < of_leads.created_at)).any(),
        won=(of_leads.is_formal & inside).any(),
        net_cny=of_leads.net_cny.sum(where=inside),
        first_paid_at=of_leads.paid_at.min(where=of_leads.is_formal & inside),
    )
    rows = leads.left_join(paid, "lead_id").drop("lead_id_right")
    rows = rows.filter(~rows.before.fill_null(False))
    waited = rows.first_paid_at.epoch_seconds() - rows.created_at.epoch_seconds()
    return rows.select(
        "lead_id", **_known(rows), properties=rows.properties, created_at=rows.created_at,
        won=rows.won.fill_null(False), paid_days=waited.cast("float64") / 86_400,
        net_cny=rows.net_cny.fill_null(0).cast("float64"), leads=rows.leads,
    )  # fmt: skip


@table(grain="lead")
def open_rows(facts: Facts, *, person_id: str = "") -> ir.Table:
    """Unpaid leads that are not lost, with what was known at their creation.

    Parameters
    ----------
    facts
        The leads of the period, channels and course lines.
    person_id
        One person's leads only; all without it.

    Returns
    -------
    ibis Table
        As `training_rows` without the outcome; ``person_id``, ``owner_id``, ``state``,
        ``rung``, ``waiting_since_at``, ``contacts``, ``last_contact_at``, ``name``
        (masked unless the role may read it).
    """
    own = facts.lead.person_id == person_id if person_id else None
    leads = standing_leads(facts, own)
    leads = facts.picked(leads, on="created_on")  # fmt: skip
    leads = leads.filter(leads.state != "lost")
    rows = with_name(facts, leads)
    return rows.select(*_STANDING, "name", **_known(rows), properties=rows.properties)


@table(grain="lead")
def revival_rows(facts: Facts, *, cold_days: int = 30, seen_days: int = 30) -> ir.Table:
    """Old unpaid leads whose family was seen again lately, lost ones too.

    Parameters
    ----------
    facts
        Channels and course lines apply; the period does not.
    cold_days
        A lead is old from so many days on, up to a year.
    seen_days
        The family's last event lies at most so many days back, and after the lead.

    Returns
    -------
    ibis Table
        As `open_rows`, with ``last_seen_at``.
    """
    leads = facts.lead
    old = leads.created_at <= facts.as_of - ibis.interval(days=at_least("cold_days", cold_days))
    young = leads.created_at >= facts.as_of - ibis.interval(days=365)
    since = facts.as_of - ibis.interval(days=at_least("seen_days", seen_days))
    people = facts.person.filter(facts.person.last_seen_at >= since, facts.person.stage != "payer")
    people = people.select("person_id", "campus_id", "name", "last_seen_at")
    rows = standing_leads(facts, old & young).inner_join(people, ["person_id", "campus_id"])
    rows = rows.filter(rows.last_seen_at > rows.created_at + ibis.interval(days=cold_days))
    rows = facts.picked(rows)  # fmt: skip
    return rows.select(
        *_STANDING, "name", "last_seen_at", **_known(rows), properties=rows.properties
    )


@table(grain="lead")
def leads_named(facts: Facts, *, lead_ids: tuple[str, ...]) -> ir.Table:
    """Those of some leads that are in scope, with their person's name.

    Returns
    -------
    ibis Table
        ``lead_id``, ``person_id``, ``campus_id``, ``channel_id``, ``created_on``, ``name``
        (masked unless the role may read it).
    """
    leads = facts.lead.filter(facts.lead.lead_id.isin(lead_ids))
    leads = leads.select("lead_id", "person_id", "campus_id", "channel_id", "created_on")
    return with_name(facts, leads)


@table(grain="lead")
def received_rows(facts: Facts, *, window_days: int = 90) -> ir.Table:
    """Leads that consultants received, old enough to know whether they ordered.

    Returns
    -------
    ibis Table
        As `training_rows`, with ``owner_id`` and ``person_id``; every assigned lead.
    """
    rows = training_rows(facts, window_days=window_days, most=2_000_000_000)
    owners = facts.lead.filter(facts.lead.owner_id.notnull(), facts.lead.assigned_at <= facts.as_of)
    found = rows.inner_join(owners.select("lead_id", "person_id", "owner_id"), "lead_id")
    return found.drop("lead_id_right") if "lead_id_right" in found.columns else found


@table(grain="lead")
def received_leads(facts: Facts, *, window_days: int, owner_id: str) -> ir.Table:
    """The leads of `received_rows` that one consultant received, the newest first.

    Returns
    -------
    ibis Table
        ``lead_id``, ``person_id``, ``campus_id``, ``channel_id``, ``created_at``, ``won``,
        ``name`` (masked unless the role may read it).
    """
    rows = received_rows(facts, window_days=window_days)
    rows = rows.filter(rows.owner_id == owner_id)
    rows = rows.select("lead_id", "person_id", "campus_id", "channel_id", "created_at", "won")
    return with_name(facts, rows).order_by(ibis.desc("created_at"), "lead_id")


def _known(rows: ir.Table) -> dict[str, ir.Value]:
    """`CATEGORIES` and `NUMBERS` of leads, as they were at creation."""
    text = {name: rows[name] for name in ("channel_id", "campaign", "course_line", "campus_id")}
    hour = rows.created_hour.fill_null(12)
    part = ibis.cases(
        (hour < 8, "night"), (hour < 12, "morning"), (hour < 18, "afternoon"), else_="evening"
    )
    number = {name: rows[name].fill_null(0).cast("float64") for name in NUMBERS}
    return {
        **text,
        "weekday": rows.created_on.day_of_week.index().cast("string"),
        "part_of_day": part,
        "is_first": _yes(rows.is_first),
        "is_referred": _yes(rows.introducer_person_id.notnull()),
        "of_activity": _yes(rows.activity_id.notnull()),
        **number,
    }


def _yes(flag: ir.Value) -> ir.Value:
    return flag.fill_null(False).ifelse("yes", "no")
