"""Called in time or not, tier by tier: who came again, who stayed, and what keeping one cost."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from components.kit.rows.table import interval_column, share_column
from components.screens.learning.people import open_students
from components.screens.learning.reading import Reading
from components.screens.learning.words import TIER_WORDS
from components.words.formats import delta, interval, is_missing, money, number, percent
from components.words.i18n import _, sentences
from metrics.service.recall import LEAST
from metrics.service.save_effect import Difference, SaveCost, SaveEffect, save_cost

_COLUMNS = ("student", "tier", "course", "teacher", "campus")
_MINUTES = 15


def saving(found: SaveEffect, reading: Reading) -> None:
    """Draw the groups, each with its students, the matched differences and the cost."""
    _groups(found, reading)
    if not found.contacts:
        st.caption(
            _("No contact within 48 hours of an alarm is on record: there is no cost to tell.")
        )
        return
    st.caption(matched_words(found))
    with st.container(horizontal=True, gap="medium"):
        hourly = st.number_input(
            _("An hour of who calls costs, yuan"), 0, 2_000, 0, step=10, key="call_hour_cny",
            width=240, bind="query-params", help=_("No source says it: 0 is not known."),
        )  # fmt: skip
        minutes = st.number_input(
            _("Minutes a contact, where none are on record"), 1, 120, _MINUTES,
            key="call_minutes", width=280, bind="query-params",
        )  # fmt: skip
    cost = save_cost(found, minutes=minutes, hourly_cny=hourly or None)
    st.markdown(cost_sentence(found, cost).replace("$", r"\$"))


def _groups(found: SaveEffect, reading: Reading) -> None:
    groups = found.groups
    column = st.column_config
    shown = pd.DataFrame(
        {
            "tier": [_(TIER_WORDS[name]) for name in groups["tier_name"]],
            "called": [_("called") if called else _("not called") for called in groups["called"]],
            "n": groups["n"],
            "returned": groups["returned"],
            "returned_bounds": _bounds(groups, "returned"),
            "active": groups["active"],
            "active_bounds": _bounds(groups, "active"),
        }
    )
    event = st.dataframe(
        shown,
        hide_index=True,
        key="learning_saving",
        selection_mode="single-row",
        on_select="rerun",
        column_config={
            "tier": column.TextColumn(_("Tier at the alarm")),
            "called": column.TextColumn(_("Within 48 hours")),
            "n": column.NumberColumn("n", format="localized"),
            "returned": share_column(_("Came again, 14 days")),
            "returned_bounds": interval_column(),
            "active": share_column(_("Active after 30 days")),
            "active_bounds": interval_column("95% "),
        },
        alt=_("{n} rows, one a line", n=number(len(shown), exact=True)),
    )
    picked = [place for place in event["selection"]["rows"] if place < len(groups)]
    if picked:
        group = groups.iloc[picked[0]]
        spells = found.spells
        own = (spells["tier_name"] == group["tier_name"]) & (spells["called"] == group["called"])
        words = shown.iloc[picked[0]]
        open_students(
            spells[own], reading, title=f"{words['tier']} · {words['called']}", columns=_COLUMNS
        )


def _bounds(groups: pd.DataFrame, name: str) -> list[str]:
    pairs = zip(groups[f"{name}_low"], groups[f"{name}_high"], strict=True)
    return [interval(low, high, "ratio") for low, high in pairs]


def matched_words(found: SaveEffect) -> str:
    """The differences of equal tiers, and what they are not."""
    if is_missing(found.active.value):
        return _(
            "Called {called}, not called {others} of tiers that hold both: at least {least} on"
            " either side are needed to compare.",
            called=found.active.called, others=found.active.others, least=LEAST,
        )  # fmt: skip
    return _(
        "Of equal tiers, called less not called: came again {returned}; active after 30 days"
        " {active}. Matched by tier only, and nobody was held out at random: families who can be"
        " reached may be the keener ones.",
        returned=_difference(found.returned),
        active=_difference(found.active),
    )


def _difference(found: Difference) -> str:
    return _(
        "{value} (95% {low} to {high})",
        value=delta(found.value, 0.0, "ratio"),
        low=delta(found.low, 0.0, "ratio"),
        high=delta(found.high, 0.0, "ratio"),
    )


def cost_sentence(found: SaveEffect, cost: SaveCost) -> str:
    """What calls took, and what a saved student cost where a saving is proven."""
    said = _(
        "{n} contacts in time took about {hours} hours ({timed} have their length on record).",
        n=number(found.contacts, exact=True),
        hours=number(cost.hours, digits=3),
        timed=percent(found.timed / found.contacts),
    )
    if is_missing(cost.saved[0]):
        no = _("No saving is proven, so no cost of a saved student is told.")
        return sentences(said, no)
    value, low, high = cost.saved
    each = _(
        "If the difference is the calls' doing, {n} students more stayed ({low}–{high}):"
        " **{hours} hours each** ({few}–{many})",
        n=number(value, digits=3), low=number(low, digits=3), high=number(high, digits=3),
        hours=number(cost.hours_each[0], digits=2), few=number(cost.hours_each[1], digits=2),
        many=number(cost.hours_each[2], digits=2),
    )  # fmt: skip
    if is_missing(cost.cny):
        unknown = _("What an hour costs is not recorded: type it above.")
        return sentences(said, each + _("."), unknown)
    each += _(
        ", **{cny} each** ({few}–{many}).",
        cny=money(cost.cny_each[0]), few=money(cost.cny_each[1]), many=money(cost.cny_each[2]),
    )  # fmt: skip
    return sentences(said, each)
