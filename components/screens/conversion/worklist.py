"""The rows worked on: whom to call today, who waits too long, whose family came back."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from components.ask import query
from components.kit.rows.columns import named
from components.kit.rows.drill import PAGE, download_buttons, person_column, person_links
from components.kit.rows.table import share_column, whole_column
from components.kit.states import nothing_to_show
from components.screens.conversion.reading import Reading
from components.screens.conversion.words import (
    RUNG_WORDS,
    STATE_WORDS,
    TIER_WORDS,
    reasons_text,
    worded,
)
from components.words.formats import money, number
from components.words.i18n import N_, _
from metrics.leads.rules import HALF_LIFE_DAYS
from metrics.leads.worklist import MOST_LISTED, WorkList, tier

TODAY, LATE, ALONE, OLD = "today", "late", "alone", "old"
LISTS = {
    TODAY: N_("Call first"),
    LATE: N_("Waiting over 48 hours"),
    ALONE: N_("Unassigned"),
    OLD: N_("Old leads seen again"),
}


def work_list(reading: Reading) -> None:
    """Draw the list chosen, cut at what can be called."""
    st.markdown(f"##### {_('Whom to call')}")
    chosen = st.segmented_control(
        _("List"), list(LISTS), default=TODAY, required=True, key="conversion_list",
        format_func=lambda name: _(LISTS[name]), label_visibility="collapsed",
    )  # fmt: skip
    rows = listed_rows(reading, chosen)
    if rows.empty:
        nothing_to_show(_("Nobody is on this list."), _("Pick another list or clear a filter."))
        return
    st.caption(list_words(reading, chosen, len(rows)).replace("$", r"\$"))
    pages = -(-len(rows) // PAGE)
    slot = st.container()
    page = st.pagination(pages, key=f"conversion_page_{chosen}") if pages > 1 else 1
    with slot:
        _table(page_of(reading, chosen, page), chosen, is_model=work_of(reading, chosen).is_model)
    download_buttons(
        lambda: exported(rows, reading), subject=f"call_list_{chosen}", key="conversion_work",
        where={"list": chosen},
    )  # fmt: skip


def work_of(reading: Reading, chosen: str) -> WorkList:
    """What a list is cut from."""
    return reading.revival if chosen == OLD else reading.work


@query.remembered
def listed_rows(reading: Reading, chosen: str) -> pd.DataFrame:
    """The rows of a list with their tiers; the list of today is cut at a day's calls."""
    work, a_day = work_of(reading, chosen), reading.a_day
    rows = work.rows.assign(tier=[tier(int(rank), a_day) for rank in work.rows["rank"]])
    if chosen == LATE:
        return rows[rows["rung"].notna() & (rows["rung"] != "in_time")]
    if chosen == ALONE:
        return rows[rows["state"] == "unassigned"]
    return rows[rows["rank"] <= min(a_day, MOST_LISTED)]


def list_words(reading: Reading, chosen: str, shown: int) -> str:
    """What the list holds and how it is ordered."""
    work = work_of(reading, chosen)
    order = (
        _("sorted by expected value: the chance of an order in what is left of the window × the"
          " net revenue of such a payer")
        if work.is_model
        else _("sorted by points, fit × engagement; engagement halves every {n} days",
               n=number(HALF_LIFE_DAYS))
    )  # fmt: skip
    if chosen == OLD:
        return _(
            "{shown} of {n} old leads whose family came back within 30 days, the likeliest and the"
            " most lately seen first; the order is no probability.",
            shown=number(shown, exact=True), n=number(work.leads, exact=True),
        )  # fmt: skip
    total = {LATE: work.overdue, ALONE: work.unassigned}.get(chosen, work.leads)
    return _(
        "{shown} of {n} open leads of the last 30 days, {order}. {a_day} can be called a day.",
        shown=number(shown, exact=True), n=number(total, exact=True), order=order,
        a_day=number(reading.a_day, exact=True),
    )  # fmt: skip


def exported(rows: pd.DataFrame, reading: Reading) -> pd.DataFrame:
    """The list as a file: names of campus, channel and owner, reasons in words."""
    taken = named(rows, reading.scope)
    taken["owner"] = [reading.consultants.get(o, o) for o in taken["owner_id"]]
    taken["reasons"] = [reasons_text(reasons) for reasons in taken["reasons"]]
    return taken


@query.remembered
def page_of(reading: Reading, chosen: str = TODAY, page: int = 1) -> pd.DataFrame:
    """A page of a list as the table shows it."""
    shown = exported(listed_rows(reading, chosen).iloc[(page - 1) * PAGE : page * PAGE], reading)
    waited = reading.scope.as_of - pd.to_datetime(shown["waiting_since_at"])
    return pd.DataFrame(
        {
            "open": person_links(shown["person_id"]),
            "tier": [worded(TIER_WORDS, name) for name in shown["tier"]],
            "name": shown["name"],
            "score": shown["score"],
            "expected_cny": shown["expected_cny"],
            "reasons": shown["reasons"],
            "state": [
                worded(RUNG_WORDS, rung) if isinstance(rung, str) and rung != "in_time"
                else worded(STATE_WORDS, state)
                for rung, state in zip(shown["rung"], shown["state"], strict=True)
            ],
            "waited": (waited.dt.total_seconds() / 86_400).round(1),
            "owner": shown["owner"],
            "campus": shown["campus"],
            "channel": shown["channel"],
        }
    )  # fmt: skip


def _table(table: pd.DataFrame, chosen: str, *, is_model: bool) -> None:
    if chosen == OLD or not is_model:
        table = table.drop(columns=["expected_cny", *(["score"] if chosen == OLD else [])])
    score = share_column(_("Order chance")) if is_model else whole_column(_("Points"))
    st.dataframe(
        table,
        hide_index=True,
        placeholder="—",
        height="content",
        column_config={
            "open": person_column(),
            "tier": st.column_config.TextColumn(_("Tier")),
            "name": st.column_config.TextColumn(_("Name"), pinned=True),
            "score": score,
            "expected_cny": whole_column(_("Expected, yuan")),
            "reasons": st.column_config.TextColumn(_("Why"), width="large"),
            "state": st.column_config.TextColumn(_("State")),
            "waited": st.column_config.NumberColumn(_("Days waiting"), format="%.1f"),
            "owner": st.column_config.TextColumn(_("Owner")),
            "campus": st.column_config.TextColumn(_("Campus")),
            "channel": st.column_config.TextColumn(_("Channel")),
        },
        alt=_("{n} leads to call, the most promising first", n=len(table)),
    )


def worth_words(work: WorkList, first: int) -> str:
    """What the first of a list are expected to bring."""
    return money(work.running[min(first, work.leads) - 1]) if work.is_model and first else "—"
