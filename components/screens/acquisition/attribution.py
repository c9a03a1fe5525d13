"""Which channels stood before a first order: eight models side by side, none of them hidden."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from components.ask import query
from components.kit.rows.drawer import day_column, open_list
from components.kit.rows.table import clickable_table, lines_height, yuan_column
from components.kit.states import nothing_to_show
from components.screens.acquisition.reading import Reading
from components.words.formats import escape, money, number
from components.words.i18n import N_, _
from metrics.acquisition.attribution import (
    MODELS,
    attribution_touches,
    converting_touches,
    credits,
    disagreement,
    paths,
)
from metrics.acquisition.path_sums import attribute

LOOKBACKS = (7, 14, 30, 60, 90)
MODEL_WORDS = {
    "first": N_("First touch"),
    "last": N_("Last touch"),
    "last_non_direct": N_("Last non-direct"),
    "linear": N_("Linear"),
    "position": N_("Position 40/20/40"),
    "time_decay": N_("Time decay, 7 days"),
    "markov": N_("Markov removal"),
    "shapley": N_("Shapley"),
}
FLAGGED_PLACES = 3  # neighbours swap places under any two models; that alone says nothing


def attribution_panel(reading: Reading) -> None:
    """Draw every model's credits by channel, their common sum, and where they disagree."""
    with st.container(horizontal=True, gap="medium"):
        lookback = st.segmented_control(
            _("Look-back, days"), LOOKBACKS, default=30, required=True, key="lookback",
            bind="query-params",
        )  # fmt: skip
        by_revenue = st.toggle(_("Revenue instead of orders"), key="acquisition_by_revenue")
    sums = query.fold(
        attribution_touches, attribute, reading.filters, scope=reading.scope,
        lookback_days=lookback,
    )  # fmt: skip
    if not sums.conversions:
        nothing_to_show(_("No first order in these days."))
        return
    table = credits(sums)
    column = "revenue_cny" if by_revenue else "conversions"
    frame = credit_table(table, column, reading.channels)
    ids = list(frame.pop("channel_id"))
    clicked = clickable_table(
        frame,
        key="acquisition_credits",
        column_config=_columns(by_revenue),
        placeholder="—",
        height=lines_height(len(frame)),
        alt=_("Credits of each channel under eight attribution models."),
    )
    st.caption(_sum_check(table, by_revenue))
    channel = None if clicked is None else ids[clicked[0]]
    if channel is not None:
        _open_paths(reading, channel, lookback)


def credit_table(table: pd.DataFrame, column: str, names: dict[str, str]) -> pd.DataFrame:
    """A row a channel: its credit under each model, and whether its rank depends on the model.

    Channels with the most credit (linear) first; what nobody touched comes last.
    """
    labelled = table.assign(
        channel=table["channel"].astype("object").where(table["channel"].notna())
    )
    wide = labelled.pivot_table(
        index="channel", columns="model", values=column, dropna=False, sort=False
    )
    known = wide[wide.index.notna()].sort_values("linear", ascending=False)
    ranks = disagreement(table).set_index("channel")
    untouched = table[table["channel"].isna()].set_index("model")[column]
    rows = [
        {
            "channel_id": channel,
            "channel": names.get(channel, channel) or _("no channel"),
            **{model: round(float(row[model]), 2) for model in MODELS},
            "flag": _rank_words(ranks.loc[channel]),
        }
        for channel, row in known.iterrows()
    ]
    last = {model: round(float(untouched[model]), 2) for model in MODELS}
    rows.append({"channel_id": None, "channel": _("No touch in the look-back"), **last, "flag": ""})
    return pd.DataFrame(rows)


def _rank_words(row: pd.Series) -> str:
    if not row["disagrees"]:
        return _("rank {n} in all", n=row["rank_best"])
    if row["rank_worst"] - row["rank_best"] < FLAGGED_PLACES:
        return _("rank {best} to {worst}", best=row["rank_best"], worst=row["rank_worst"])
    return _("⚑ rank {best} to {worst}", best=row["rank_best"], worst=row["rank_worst"])


def _columns(by_revenue: bool) -> dict[str, object]:
    step = 1.0 if by_revenue else 0.1
    settings: dict[str, object] = {
        "channel": st.column_config.TextColumn(_("Channel"), pinned=True),
        "flag": st.column_config.TextColumn(
            _("Rank"), help=_("⚑ the models rank this channel differently: trust none alone.")
        ),
    }
    for model in MODELS:
        settings[model] = st.column_config.NumberColumn(
            _(MODEL_WORDS[model]), format="localized", step=step
        )
    return settings


def _sum_check(table: pd.DataFrame, by_revenue: bool) -> str:
    """That every model adds up to the same total."""
    column = "revenue_cny" if by_revenue else "conversions"
    sums = table.groupby("model")[column].sum().round(2)
    total = float(sums.iloc[0])
    if (sums - total).abs().max() > 0.005:
        return _("The models do not add up alike: please report this.")
    shown = money(total, exact=True) if by_revenue else number(round(total), exact=True)
    ranks = disagreement(table)
    flags = int((ranks["rank_worst"] - ranks["rank_best"] >= FLAGGED_PLACES).sum())
    return _(
        "Each model adds up to the same {total}. Of {n} channels the rank moves by three places"
        " or more with the model. A cell opens the paths of its channel.",
        total=shown,
        n=flags,
    ).replace("$", r"\$")


def _open_paths(reading: Reading, channel: str, lookback: int) -> None:
    """Open the conversions whose path holds a channel, each with its person."""
    column = st.column_config
    open_list(
        partial(_named_paths, reading, channel, lookback),
        {
            "converted_at": day_column(_("Ordered")),
            "value_cny": yuan_column(_("Amount")),
            "touches": column.NumberColumn(_("Touches")),
            "days": column.NumberColumn(_("Days"), format="%.1f"),
            "path": column.TextColumn(_("Path"), width="large"),
        },
        title=_("Paths with “{channel}”", channel=escape(reading.channels.get(channel, channel))),
        subject="attribution_paths",
        key="acquisition_paths",
        where={"channel": channel},
    )


def _named_paths(reading: Reading, channel: str, lookback: int) -> pd.DataFrame:
    found = paths(
        query.fetch(
            converting_touches, reading.filters, scope=reading.scope,
            channel=channel or None, lookback_days=lookback,
        )
    )  # fmt: skip
    return found.assign(
        path=[
            " → ".join(
                reading.channels.get(step, step) or _("no channel") for step in p.split(" > ")
            )
            for p in found["path"]
        ]
    )
