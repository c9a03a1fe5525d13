"""Who brings others: how it hangs on a few, whether they last, generation by generation."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pandas as pd
import streamlit as st

from components.ask import query
from components.kit.charts.bars import ranked_bars
from components.kit.charts.chart import show
from components.kit.charts.lorenz import lorenz_curve
from components.kit.rows.columns import named
from components.kit.rows.drawer import day_column, open_list
from components.kit.rows.drill import open_rows, person_column, person_links
from components.kit.rows.table import lines_height, whole_column
from components.kit.states import ENOUGH, nothing_to_show
from components.screens.renewal.reading import Reading
from components.words.formats import is_missing, number, percent
from components.words.i18n import _
from data.scope import Period
from metrics.referral.potential import referral_potential
from metrics.referral.tree import WINDOW_DAYS, ReferralTree

_SHOWN = 20


def introducers_panel(reading: Reading, tree: ReferralTree) -> None:
    """Draw the concentration, the stability and the introducers themselves."""
    spread = tree.spread
    if tree.introducers.empty:
        nothing_to_show(_("Nobody has recommended anybody yet."))
        return
    if not tree.lorenz.empty:
        finding = _(
            "The top fifth bring {share}; {least} of introducers bring 80%",
            share=percent(spread.top_share),
            least=percent(spread.least_people),
        )
        picture = lorenz_curve(
            tree.lorenz["people"], tree.lorenz["brought"], title=finding,
            top_share=spread.top_share, n=spread.n, who=_("Share of introducers"),
            what=_("Share of leads"),
        )  # fmt: skip
        clicked = show(picture, key="referral_lorenz", alt=finding, clickable=True)
        if clicked:
            _open_first(tree.introducers, clicked["first"])
        st.caption(
            _(
                "{n} introducers, top fifth 95% {low}–{high}, Gini {gini}. Of the leads brought,"
                " from the first introducer on; the diagonal would be equal shares.",
                n=number(spread.n, exact=True), low=percent(spread.low),
                high=percent(spread.high), gini=f"{spread.gini:.2f}",
            )
        )  # fmt: skip
    st.caption(stability_words(tree))
    _potential(reading)
    _table(reading, tree.introducers.head(_SHOWN))


def _potential(reading: Reading) -> None:
    """Whom to ask next: pleased members who have brought nobody lately."""
    days = Period(start=date(2000, 1, 1), end=reading.today + timedelta(days=1))
    everybody = replace(reading.filters, period=days, comparison=None)
    figure = query.run(referral_potential, everybody, scope=reading.scope).iloc[0]
    if not figure["value"]:
        return
    words = _(
        "{n} members said lately that they are pleased and have brought nobody in half a year:"
        " ask them.",
        n=number(figure["value"], exact=True),
    )
    if st.button(words, icon=":material/table_rows:", key="referral_potential", type="tertiary"):
        open_rows(referral_potential, everybody)


def stability_words(tree: ReferralTree) -> str:
    """Whether those who brought many before bring many again."""
    if is_missing(tree.stability):
        return _("Too few to say whether those who brought many before bring many again.")
    values = {
        "r": f"{tree.stability:.2f}", "low": f"{tree.stability_low:.2f}",
        "high": f"{tree.stability_high:.2f}", "n": number(tree.stability_n, exact=True),
    }  # fmt: skip
    if tree.stability_low > 0:
        return _(
            "Who brought many in the half-year before brings more in the last one too: rank"
            " correlation {r} ({low} to {high}, {n} payers).",
            **values,
        )
    return _(
        "Who brought many before does not measurably bring more again: rank correlation {r}"
        " ({low} to {high}, {n} payers). Ask everybody, not only the stars.",
        **values,
    )


def _table(reading: Reading, rows: pd.DataFrame) -> None:
    names, columns = reading.people(rows["person_id"]), _columns()
    shown = named(rows, reading.scope).assign(
        open=person_links(rows["person_id"]), name=[names.get(p) for p in rows["person_id"]]
    )
    st.dataframe(
        shown[["open", "name", *columns]], hide_index=True, placeholder="—",
        height=lines_height(len(shown), 10),
        column_config={
            "open": person_column(), "name": st.column_config.TextColumn(_("Name")), **columns,
        },
        alt=_("{n} rows, one a line", n=number(len(shown), exact=True)),
    )  # fmt: skip


def _columns() -> dict[str, Any]:
    column = st.column_config
    return {
        "campus": column.TextColumn(_("Campus")),
        "leads": column.NumberColumn(_("Leads brought")),
        "payers": column.NumberColumn(_("Payers brought")),
        "revenue_cny": whole_column(_("Their net yuan")),
        "below": column.NumberColumn(_("All below")),
        "below_cny": whole_column(_("Net yuan below")),
    }


def _open_first(introducers: pd.DataFrame, count: int) -> None:
    """Open the introducers up to a point of the curve: those who brought most leads."""
    ordered = introducers.sort_values(["leads", "person_id"], ascending=[False, True])
    open_list(
        lambda: ordered.head(count), _columns(), title=_("The first {n} introducers", n=count),
        subject="introducers", key="referral_first", where={"first": count},
    )  # fmt: skip


def _open_generation(tree: ReferralTree, generation: int) -> None:
    """Open the payers of a generation that count."""
    payers = tree.payers[tree.payers["generation"] == generation]
    open_list(
        lambda: payers,
        {
            "campus": st.column_config.TextColumn(_("Campus")),
            "paid_on": day_column(_("Paid on")),
            "brought": st.column_config.NumberColumn(_("Payers brought")),
        },
        title=_("Generation {n}", n=generation), subject="referral_generation",
        key="referral_generation", where={"generation": generation},
    )  # fmt: skip


def generations_panel(tree: ReferralTree) -> None:
    """Draw how many payers a mature payer of each generation brought."""
    known = tree.generations[tree.generations["mature"] > 0]
    if known.empty:
        nothing_to_show(_("No payer is old enough to have brought others."))
        return
    rows = pd.DataFrame(
        {
            "generation": [str(g) for g in known["generation"]],
            "value": known["r"],
            "low": known["low"],
            "high": known["high"].clip(upper=max(float(known["r"].max()) * 3, 0.05)),
            "n": known["mature"],
        }
    )
    names = {g: _("Generation {n}", n=g) for g in rows["generation"]}
    finding = _(
        "A payer of the first generation brings {k} payers in {days} days",
        k=f"{known['r'].iloc[0]:.3f}",
        days=WINDOW_DAYS,
    )
    clicked = show(
        ranked_bars(rows, by="generation", unit="times", title=finding, names=names),
        key="referral_generation_bars", alt=finding, clickable=True,
    )  # fmt: skip
    if clicked:
        _open_generation(tree, int(clicked["generation"]))
    st.caption(
        _(
            "Generation 0 came by themselves. Only payers of {days} days ago count, and what they"
            " brought within {days} days; fewer than {least} are drawn pale. Below 1 each"
            " generation is smaller than the one before.",
            days=WINDOW_DAYS,
            least=ENOUGH,
        )
    )
