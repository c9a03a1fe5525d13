"""KOLs: who brings most, how concentrated that is, and whether it lasts."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from components.ask import query
from components.kit.charts.chart import show
from components.kit.charts.lorenz import lorenz_curve
from components.kit.rows.drawer import open_list
from components.kit.rows.drill import download_buttons, person_column, person_links
from components.kit.rows.table import lines_height, whole_column
from components.kit.states import ENOUGH, nothing_to_show
from components.screens.spread.answer import twenty_eighty
from components.screens.spread.reading import SpreadReading
from components.screens.spread.tree import RELATIONS
from components.words.formats import MISSING, interval, number, percent
from components.words.i18n import N_, _, sentences
from metrics.foundation.concentration import lorenz
from metrics.spread.credit import stability

SCOPES = {"all": N_("All activities"), "one": N_("This activity")}
CREDITS = {"direct": N_("Direct"), "subtree": N_("With all below")}
MEASURES = {"visitors": N_("UV"), "leads": N_("Leads"), "net_cents": N_("Net revenue")}
_LISTED = 50


def kols_panel(reading: SpreadReading) -> None:
    """Draw the choices, the curve and the list."""
    with st.container(horizontal=True, gap="medium"):
        everywhere = _choice(_("Of"), SCOPES, "kols_of") == "all"
        credit = _choice(_("Credit"), CREDITS, "kols_credit")
        measure = _choice(_("Counted in"), MEASURES, "kols_measure")
    made = _made(reading, everywhere, credit, measure)
    if made is None:
        nothing_to_show(_("Nobody shared here."), _("Choose another activity."))
        return
    sentence, picture, frame = made
    st.markdown(sentence)
    side, main = st.columns([1, 1.5], gap="medium")
    with side:
        clicked = show(
            picture, key=f"kols_lorenz_{everywhere}_{credit}_{measure}", alt=sentence,
            clickable=True,
        )  # fmt: skip
        st.caption(_("A point opens the people up to it."))
    with main:
        _table(frame)
    download_buttons(lambda: frame.drop(columns="open"), subject="kols", key="kols")
    if clicked:
        table = reading.kols(everywhere=everywhere, credit=credit, measure=measure)
        _open_first(table, clicked["first"])


def _open_first(table: pd.DataFrame, count: int) -> None:
    """Open the sharers up to a point of the curve."""
    open_list(
        lambda: table.head(count),
        {
            "campus": st.column_config.TextColumn(_("Campus")),
            **{name: st.column_config.NumberColumn(label) for name, label in _measures().items()},
        },
        title=_("The first {n} sharers", n=count), subject="kols", key="kols_first",
        where={"first": count},
    )  # fmt: skip


def _measures() -> dict[str, str]:
    return {
        "activities": _("Shared in"),
        "direct_visitors": _("UV, direct"),
        "subtree_visitors": _("UV, all below"),
        "direct_leads": _("Leads, direct"),
        "subtree_leads": _("Leads, all below"),
        "subtree_orders": _("Orders, all below"),
        "generations": _("Generations below"),
    }


def _choice(label: str, options: dict[str, str], key: str) -> str:
    return str(
        st.segmented_control(
            label, list(options), default=next(iter(options)), required=True, key=key,
            format_func=lambda name: _(options[name]),
        )
    )  # fmt: skip


@query.remembered
def _made(
    reading: SpreadReading, everywhere: bool, credit: str, measure: str
) -> tuple[str, go.Figure, pd.DataFrame] | None:
    table = reading.kols(everywhere=everywhere, credit=credit, measure=measure)
    amounts = table[f"{credit}_{measure}"].clip(lower=0).to_numpy(float)
    if not len(table) or not amounts.sum():
        return None
    found = reading.concentrated(everywhere=everywhere, credit=credit, measure=measure)
    people, brought = lorenz(amounts)
    title = _("Top 20% → {share} · Gini {gini}", share=percent(found.top_share),
              gini=number(found.gini))  # fmt: skip
    parts = [twenty_eighty(found)]
    if everywhere:
        parts.append(_stable(reading, credit, measure))
    picture = lorenz_curve(people, brought, title=title, top_share=found.top_share, n=found.n)
    return sentences(*parts), picture, _frame(reading, table.head(_LISTED), credit, amounts.sum())


def _stable(reading: SpreadReading, credit: str, measure: str) -> str:
    found = stability(reading.whole, credit=credit, measure=measure)
    if pd.isna(found.rank_correlation):
        return _(
            "Too few people shared in two activities to tell whether it lasts: {n} pairs, {enough}"
            " are needed.",
            n=number(found.pairs),
            enough=ENOUGH,
        )
    values = {
        "rho": number(found.rank_correlation, digits=2),
        "interval": interval(found.low, found.high, "times"),
        "people": number(found.people),
    }
    if found.low > 0.3:
        return _(
            "Who is strong in one activity is so in the next: rank correlation {rho}"
            " ({interval}; {people} people who shared again).",
            **values,
        )
    return _(
        "Strength hardly carries over to the next activity: rank correlation {rho}"
        " ({interval}; {people} people who shared again).",
        **values,
    )


def _frame(reading: SpreadReading, table: pd.DataFrame, credit: str, total: float) -> pd.DataFrame:
    names = reading.named(list(table["person_id"]))
    del credit, total
    return pd.DataFrame(
        {
            "open": person_links(table["person_id"]),
            "rank": range(1, len(table) + 1),
            "name": [names[person] for person in table["person_id"]],
            "relation": [_(RELATIONS[kind]) for kind in table["relation"]],
            "activities": table["activities"],
            "direct_visitors": table["direct_visitors"],
            "subtree_visitors": table["subtree_visitors"],
            "direct_leads": table["direct_leads"],
            "subtree_leads": table["subtree_leads"],
            "subtree_orders": table["subtree_orders"],
            "direct_net": table["direct_net_cents"] / 100,
            "subtree_net": table["subtree_net_cents"] / 100,
            "generations": table["generations"],
        }
    )


def _table(frame: pd.DataFrame) -> None:
    column, measures = st.column_config, _measures()
    st.dataframe(
        frame,
        hide_index=True,
        height=lines_height(len(frame), 10),
        placeholder=MISSING,
        column_config={
            "open": person_column(),
            "rank": column.NumberColumn(_("No."), width=50),
            "name": column.TextColumn(_("Name"), width=90),
            "relation": column.TextColumn(_("Was"), width=120),
            **{name: whole_column(label) for name, label in measures.items()},
            "direct_net": column.NumberColumn(_("Net yuan, direct"), format="localized"),
            "subtree_net": column.NumberColumn(_("Net yuan, all below"), format="localized"),
        },
        alt=_("Sharers by what they brought."),
    )
