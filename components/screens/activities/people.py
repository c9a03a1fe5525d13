"""Who takes part: the list, the ways they came by against the plan, old and new."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from components.ask import query
from components.kit.activity_words import STREAMS, TYPES, said
from components.kit.answer import evidence
from components.kit.rows.columns import stage_label
from components.kit.rows.drill import download_buttons, open_rows, person_column, person_links
from components.kit.rows.table import clickable_table, share_column, whole_column
from components.kit.states import ENOUGH, nothing_to_show
from components.screens.activities.behind import EVERYBODY, LEADS, VISITORS, open_stream_people
from components.screens.activities.reading import Life
from components.words.formats import escape, number, percent
from components.words.i18n import N_, _
from metrics.activities.gap import activity_streams, streams_of
from metrics.activities.newness import activity_new_share
from metrics.activities.people import participants
from metrics.activities.plan import channel_estimates
from metrics.activities.traffic import activity_leads

PAGE = 20
_SORTS = {
    "brought": (N_("Brought most"), ["brought_leads", "brought", "heat"]),
    "heat": (N_("Keenest"), ["heat", "brought"]),
    "newest": (N_("Newest first"), ["arrived_at"]),
}
_GROUP_BUY_NEW = 0.5  # As docs/metrics.md has it: a group buy that only members may open


def people_panel(life: Life) -> None:
    """Draw the participants, 20 at a time; each opens the person."""
    people = query.fetch(participants, scope=life.scope, activity=life.activity_id)
    if people.empty:
        nothing_to_show(_("Nobody took part yet."))
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.markdown(
            _(
                "**{n} participants**, {leads} left a lead, {shared} shared, {brought} came by a"
                " share",
                n=number(len(people), exact=True), leads=number(people["is_lead"].sum()),
                shared=number((people["shares"] > 0).sum()),
                brought=number(people["share_channel"].notna().sum()),
            )
        )  # fmt: skip
        st.space("stretch")
        sort = st.selectbox(
            _("Order"), list(_SORTS), format_func=lambda name: _(_SORTS[name][0]), width=180,
            key="activity_people_sort", label_visibility="collapsed",
        )  # fmt: skip
    columns = _SORTS[sort][1]
    ordered = people.sort_values(
        [*columns, "person_id"], ascending=[*(False for _c in columns), True]
    )
    pages = -(-len(ordered) // PAGE)
    slot = st.container()
    page = st.pagination(pages, key=f"activity_people_{sort}") if pages > 1 else 1
    with slot:
        _people_table(ordered.iloc[(page - 1) * PAGE : page * PAGE])
    st.caption(
        _(
            "Heat, 0 to 100: page views up to 20, minutes up to 15, shares up to 10, visitors"
            " brought up to 40, a lead 15."
        )
    )
    download_buttons(
        lambda: people, subject="activity_participants", key="activity_people_file",
        where={"activity_id": life.activity_id},
    )  # fmt: skip


def _people_table(rows: pd.DataFrame) -> None:
    shown = pd.DataFrame(
        {
            "open": person_links(rows["person_id"]),
            "name": rows["name"].fillna(_("without a name")),
            "stage": [stage_label(s) for s in rows["stage"]],
            "heat": rows["heat"], "brought": rows["brought"],
            "brought_leads": rows["brought_leads"], "shares": rows["shares"],
            "views": rows["views"], "minutes": rows["dwell_seconds"] / 60,
            "is_lead": rows["is_lead"], "has_paid": rows["has_paid"],
            "way": [said(STREAMS, "direct" if pd.isna(c) else c) for c in rows["share_channel"]],
        }
    )  # fmt: skip
    count, flag = st.column_config.NumberColumn, st.column_config.CheckboxColumn
    st.dataframe(
        shown, hide_index=True, height="content", placeholder="—", key="activity_people_table",
        alt=_("{n} participants, one a line.", n=len(shown)),
        column_config={
            "open": person_column(),
            "name": _("Name"), "stage": _("Stage"),
            "heat": st.column_config.ProgressColumn(
                _("Heat"), min_value=0, max_value=100, format="localized", step=1
            ),
            "brought": count(_("Brought"), format="localized"),
            "brought_leads": count(_("of these leads"), format="localized"),
            "shares": count(_("Shares"), format="localized"),
            "views": count(_("Page views"), format="localized"),
            "minutes": count(_("Minutes"), format="%.1f"),
            "is_lead": flag(_("Lead")), "has_paid": flag(_("Paid")),
            "way": _("How they came"),
        },
    )  # fmt: skip


def channels_panel(life: Life) -> None:
    """Draw each way of sharing against its estimate, and the share of new participants."""
    rows = query.fetch(
        activity_streams, scope=life.scope, activities=(life.activity_id,),
        days=life.counted_days,
    )  # fmt: skip
    actual = pd.DataFrame(
        [
            {"stream": name, "visitors": s.visitors, "leads": s.leads}
            for name, s in streams_of(rows, life.activity_id).items()
        ],
        columns=["stream", "visitors", "leads"],
    )
    table = channel_estimates(life.plan, actual, part=life.elapsed)
    st.markdown(_channel_sentence(table))
    shown = table.assign(stream=[said(STREAMS, name) for name in table["stream"]])
    count = st.column_config.NumberColumn
    cell = clickable_table(
        shown, placeholder="—", key="activity_channels_table",
        alt=_("Ways of sharing, actual against estimate."),
        column_config={
            "stream": st.column_config.TextColumn(_("How they came"), pinned=True),
            "planned_visits": whole_column(_("Visits, estimate")),
            "visitors": count(_("Visitors"), format="localized"),
            "planned_leads": whole_column(_("Leads, estimate")),
            "leads": count(_("Leads"), format="localized"),
            "gap": count(_("Gap, leads"), format="%+.0f"),
            "gap_share": share_column(_("Gap")),
        },
    )  # fmt: skip
    st.caption(_("A line opens the people who came that way."))
    _newness(life)
    if cell is not None:
        of_visits = cell[1] in ("visitors", "planned_visits")
        open_stream_people(
            life, title=shown["stream"].iloc[cell[0]], streams=[table["stream"].iloc[cell[0]]],
            only=EVERYBODY if cell[1] == "stream" else VISITORS if of_visits else LEADS,
        )  # fmt: skip


def _channel_sentence(table: pd.DataFrame) -> str:
    planned = table[table["planned_leads"] > 0]
    if planned.empty:
        return _("No channel was planned for this activity.")
    worst, best = planned.iloc[0], planned.iloc[-1]
    return _(
        "Furthest below its estimate: {worst} ({low} leads); furthest above or nearest: {best}"
        " ({high}).",
        worst=said(STREAMS, worst["stream"]), low=_signed(worst["gap"]),
        best=said(STREAMS, best["stream"]), high=_signed(best["gap"]),
    )  # fmt: skip


def _signed(leads: float) -> str:
    return f"{'+' if leads > 0 else '−' if leads < 0 else '±'}{number(abs(round(leads)))}"


def _newness(life: Life) -> None:
    """New and old participants against what is usual for the type."""
    own = query.run(activity_new_share, life.filters, scope=life.scope, **life.only).iloc[0]
    past = tuple(sorted(life.overview.past(life.activity_id)))
    parts = [
        _(
            "**{share} of participants are new**: no lead, order, lesson or visit before it began",
            share=percent(own["value"]),
        )
    ]
    if own["n"] < ENOUGH:
        parts.append(_("too few to judge"))
    elif len(past) >= 3:
        norm = query.run(
            activity_new_share, life.overview.filters, scope=life.scope, activities=past
        ).iloc[0]
        parts.append(_against_norm(own, norm, said(TYPES, life.row["type"])))
    if life.row["members_only"] and own["n"] >= ENOUGH:
        enough = own["value"] >= _GROUP_BUY_NEW
        parts.append(
            _("a group buy that only members open should bring 50% new: it does")
            if enough
            else _("a group buy that only members open should bring 50% new: it does not")
        )
    st.markdown(_("; ").join(parts) + _("."))
    st.caption(evidence(activity_new_share, own))
    with st.container(horizontal=True):
        if st.button(_("List the new ones"), key="activity_new", icon=":material/table_rows:"):
            open_rows(activity_new_share, life.filters, where={"numerator": 1}, **life.only)
        if st.button(_("List the old ones"), key="activity_old", icon=":material/table_rows:"):
            open_rows(activity_new_share, life.filters, where={"numerator": 0}, **life.only)
        if st.button(_("Leads by channel"), key="activity_origin", icon=":material/table_rows:"):
            open_rows(activity_leads, life.filters, origin=True, **life.only)


def _against_norm(own: pd.Series, norm: pd.Series, kind: str) -> str:
    words = {
        "usual": percent(norm["value"]), "type": escape(kind),
    }  # fmt: skip
    if own["low"] > norm["high"]:
        return _("more than usual for “{type}” ({usual})", **words)
    if own["high"] < norm["low"]:
        return _("fewer than usual for “{type}” ({usual})", **words)
    return _("as usual for “{type}” ({usual}): cannot be separated", **words)
