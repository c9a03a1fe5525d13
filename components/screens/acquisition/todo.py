"""What to do about channels: at most five lines, each with owner, deadline and what it brings."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from components.ask import query
from components.kit.freshness import FRESH, sources
from components.kit.todo import MOST, Task, draw_tasks
from components.screens.acquisition.answer import slow_channels
from components.screens.acquisition.linkage import LINKS, weakest_link
from components.screens.acquisition.reading import Reading
from components.words.formats import escape, moment, money, number, percent
from components.words.i18n import N_, _
from metrics.acquisition.actions import budget_move, doubled_channels
from metrics.acquisition.cost import unmapped_spend_share
from metrics.acquisition.linkage import TRUSTED, orders_with_lead
from metrics.acquisition.verdicts import LATE_DAYS
from metrics.leads.new_leads import unmapped_lead_share

UNMAPPED_LIMIT = 0.02  # As docs/metrics.md has it: share of unmapped channel
_FEED = "spend:"
MARKETING, DATA, CAMPUS = N_("Marketing lead"), N_("Data owner"), N_("Campus heads")


def todo_list(reading: Reading) -> None:
    """Draw what the figures carry; nothing is advised for the sake of a full list."""
    draw_tasks(tasks_of(reading), today=reading.scope.as_of_on)


@query.remembered
def tasks_of(reading: Reading) -> tuple[Task, ...]:
    return tuple(_tasks(reading))[:MOST]


def _tasks(reading: Reading) -> Iterator[Task]:
    if reading.sees_money:
        yield from _move(reading)
        yield from _doubled(reading)
        yield from _late_feeds(reading)
    yield from _unmapped(reading)
    yield from _weak_link(reading)
    yield from _patience(reading)


def _named(reading: Reading, channel: str) -> str:
    return escape(reading.channels.get(channel, channel))


def _move(reading: Reading) -> Iterator[Task]:
    move = budget_move(reading.verdicts, *(reading.by_channel(name) for name in ("roi", "spend")))
    if move is None:
        return
    yield Task(
        _(
            "Move {amount} from “{source}” to “{target}”, a fifth of the smaller budget and no"
            " more, then look again.",
            amount=money(move.amount_cny),
            source=_named(reading, move.source),
            target=_named(reading, move.target),
        ),
        MARKETING,
        7,
        _(
            "+{gain} net in {days} days ({low} to {high}) at average return",
            gain=money(move.gain_cny),
            days=reading.choice.return_days,
            low=money(move.low_cny),
            high=money(move.high_cny),
        ),
    )


def _doubled(reading: Reading) -> Iterator[Task]:
    rates = reading.repeats.dropna(subset=["channel_id"])
    doubled = doubled_channels(rates, reading.by_channel("cpl"))
    for row in doubled.head(1).to_dict("records"):
        yield Task(
            _(
                "Claim repeated leads back from “{channel}”: {n} families were known before"
                " ({rate}, elsewhere {rest}).",
                channel=_named(reading, row["channel_id"]),
                n=number(row["leads"], exact=True),
                rate=percent(row["rate"]),
                rest=percent(row["rest"]),
            ),
            MARKETING,
            7,
            _("up to {amount}", amount=money(row["worth_cny"])),
        )


def _late_feeds(reading: Reading) -> Iterator[Task]:
    feeds = query.names("freshness", scope=reading.scope)
    feeds = feeds[feeds["source"].str.startswith(_FEED)]
    quiet = feeds[feeds["last_at"] < reading.scope.as_of - timedelta(days=1)]
    late = [source for source in sources(quiet["source"]) if source.state != FRESH]
    for source in late[:2]:
        yield Task(
            _(
                "Get the spend of “{channel}”: nothing since {at}. Leads that came later have"
                " no cost until then and are in no CPL, CAC or ROI.",
                channel=_named(reading, source.name.removeprefix(_FEED)),
                at=moment(source.last_at),
            ),
            DATA,
            1,
            _("right figures"),
        )


def _unmapped(reading: Reading) -> Iterator[Task]:
    if reading.sees_money:
        yield from _unmapped_spend(reading)
    share = query.run(unmapped_lead_share, reading.filters, scope=reading.scope).iloc[0]
    if not share["n"] or share["value"] < UNMAPPED_LIMIT:
        return
    yield Task(
        _(
            "Place the channels of {n} leads in the channel tree: {share} are in none, 2% is the"
            " limit.",
            n=number(share["numerator"], exact=True),
            share=percent(share["value"]),
        ),
        DATA,
        3,
        _("figures by channel become whole"),
    )


def _unmapped_spend(reading: Reading) -> Iterator[Task]:
    share = query.run(unmapped_spend_share, reading.filters, scope=reading.scope).iloc[0]
    if not share["denominator"] or share["value"] < UNMAPPED_LIMIT:
        return
    yield Task(
        _(
            "Place the channels of {amount} of spend in the channel tree: {share} of it is in"
            " none, 2% is the limit.",
            amount=money(share["numerator"]),
            share=percent(share["value"]),
        ),
        DATA,
        3,
        _("figures by channel become whole"),
    )


def _weak_link(reading: Reading) -> Iterator[Task]:
    link, share = weakest_link(reading)
    if share is None or share >= TRUSTED:
        return
    yield Task(
        _(
            "Close the gap in linkage: {link} only {share}; the list is below.",
            link=_(LINKS[link]),
            share=percent(share),
        ),
        CAMPUS if link is orders_with_lead else DATA,
        14,
        _("ROI can be trusted"),
    )


def _patience(reading: Reading) -> Iterator[Task]:
    for row in slow_channels(reading.verdicts).head(1).to_dict("records"):
        yield Task(
            _(
                "Do not cut “{channel}” by its first {days} days: judge its leads after {late}.",
                channel=_named(reading, row["channel_id"]),
                days=reading.choice.window_days,
                late=LATE_DAYS,
            ),
            MARKETING,
            LATE_DAYS,
            _("{rate} order by day {late}", rate=percent(row["late"]), late=LATE_DAYS),
        )
