"""The course quality tree: what is seen of a course, and what goes with renewal."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from components.ask import query
from components.kit.charts.chart import figure, own_palette, show, value_axis
from components.kit.rows.table import clickable_table, lines_height, share_column
from components.kit.states import nothing_to_show
from components.runtime.theme import Palette
from components.screens.learning.people import open_students
from components.screens.learning.reading import Reading
from components.words.formats import delta, escape, number, percent
from components.words.i18n import N_, _
from metrics.service.quality_tree import GROUPED_BY, QualityTree, quality_rows, quality_tree

NODE_WORDS = {
    "attendance": N_("Attendance"),
    "completion": N_("Lessons completed"),
    "consumption": N_("Lessons consumed"),
    "interaction": N_("Interactions a week"),
    "homework": N_("Homework on time"),
    "mastery": N_("Mastery (score)"),
    "gain": N_("Gain, last − first score"),
    "rating": N_("Rating (of 5)"),
    "nps": N_("NPS"),
    "complaints": N_("Complained"),
    "renewal": N_("Renewed"),
    "referral": N_("Referred others"),
}
BRANCH_WORDS = {
    "engagement": N_("Engagement"),
    "performance": N_("Performance"),
    "experience": N_("Experience"),
    "result": N_("Result"),
}
_GROUP_WORDS = {
    "course_id": N_("By course"),
    "teacher_id": N_("By teacher"),
    "class_id": N_("By class"),
}
_PLAIN = ("interaction", "rating")  # not shares
_MOST = 50
_COLUMNS = ("course", "teacher", "campus")
Column = dict[str, str]


def quality_panel(reading: Reading) -> None:
    """Draw the tree's associations, its figures, and the same by course, teacher or class."""
    tree: QualityTree = query.fold(
        quality_rows, quality_tree, replace(reading.filters, comparison=None), scope=reading.scope
    )
    if tree.enrolments.empty:
        nothing_to_show(_("No enrolment has fallen due and been settled in the last year."))
        return
    nodes = tree.nodes
    finding = quality_finding(nodes)
    told = nodes[nodes["difference"].notna()].sort_values("difference", ascending=False)
    if told.empty:
        nothing_to_show(_("Too few enrolments to relate anything to renewal."))
    else:
        st.markdown(f"**{escape(finding)}**")
        clicked = show(
            association_chart(told, title=""), key="learning_quality", alt=finding,
            clickable=True,
        )  # fmt: skip
        st.caption(
            _(
                "Association only, not an effect: enrolments above the median of a figure against"
                " the others, 95% interval. {n} enrolments that fell due in the year and are"
                " settled.",
                n=number(len(tree.enrolments), exact=True),
            )
        )
        if clicked:
            side = tree.side(clicked["node"], above=False)
            title = _("Not above the median: {node}", node=_(NODE_WORDS[clicked["node"]]))
            _open(side, clicked["node"], reading, title=title)
    _figures(tree, reading)
    _groups(tree, reading)


def quality_finding(nodes: pd.DataFrame) -> str:
    """What goes with renewal most, as the picture's title."""
    clear = nodes[(nodes["low"] > 0) | (nodes["high"] < 0)]
    if clear.empty:
        return _("Nothing seen of a course goes with renewal beyond luck")
    row = clear.loc[clear["difference"].abs().idxmax()]
    return _(
        "{node} goes with renewal most: {difference} ({above} renew where it is higher, {below}"
        " elsewhere)",
        node=_(NODE_WORDS[row["node"]]),
        difference=delta(row["difference"], 0.0, "ratio"),
        above=percent(row["above"]),
        below=percent(row["below"]),
    )


def association_chart(
    nodes: pd.DataFrame, *, title: str, colours: Palette | None = None
) -> go.Figure:
    """Differences of renewal rates with their intervals; grey where they may be nothing."""
    colours = own_palette(colours)
    rows = nodes.iloc[::-1]
    clear = (rows["low"] > 0) | (rows["high"] < 0)
    labels = _labels(rows)
    said = [
        f"{label}<br><b>{delta(row['difference'], 0.0, 'ratio')}</b>"
        f"<br>{percent(row['above'])} (n = {number(row['n_above'], exact=True)}) · "
        f"{percent(row['below'])} (n = {number(row['n_below'], exact=True)})"
        for label, row in zip(labels, rows.to_dict("records"), strict=True)
    ]
    drawn = figure(
        go.Scatter(
            x=rows["difference"], y=list(range(len(rows))), mode="markers",
            marker={"color": [colours.series if c else colours.muted for c in clear], "size": 10},
            error_x={
                "type": "data", "symmetric": False, "color": colours.muted, "thickness": 1.25,
                "array": rows["high"] - rows["difference"],
                "arrayminus": rows["difference"] - rows["low"],
            },
            customdata=[{"node": n} for n in rows["node"]], hovertext=said,
            hovertemplate="%{hovertext}<extra></extra>",
        ),
        title=title, colours=colours, height=30 * len(rows) + 90, showlegend=False,
    )  # fmt: skip
    drawn.add_vline(x=0, line={"color": colours.muted, "width": 1})
    drawn.update_layout(
        xaxis={**value_axis([*rows["low"], *rows["high"]], "ratio"),
               "title_text": _("Difference in renewal rate")},
        yaxis={"tickvals": list(range(len(rows))), "ticktext": labels, "showgrid": False},
    )  # fmt: skip
    return drawn


def _figures(tree: QualityTree, reading: Reading) -> None:
    """Draw every figure of the tree; a line opens the enrolments that have it."""
    nodes = tree.nodes.sort_values("branch", key=lambda b: b.map(list(BRANCH_WORDS).index),
                                   kind="stable")  # fmt: skip
    clicked = clickable_table(
        pd.DataFrame(
            {
                "node": _labels(nodes),
                "value": [
                    _value(node, value)
                    for node, value in zip(nodes["node"], nodes["value"], strict=True)
                ],
                "n": nodes["n"],
            }
        ),
        key="learning_quality_figures",
        height=lines_height(len(nodes)),
        column_config={
            "node": st.column_config.TextColumn(_("Figure"), pinned=True),
            "value": st.column_config.TextColumn(_("Value")),
            "n": st.column_config.NumberColumn("n", format="localized"),
        },
        alt=_("Every figure of the tree, and of how many enrolments."),
    )
    if clicked is not None:
        node = nodes["node"].iloc[clicked[0]]
        _open(tree.having(node), node, reading, title=_(NODE_WORDS[node]))


def _labels(nodes: pd.DataFrame) -> list[str]:
    """Figures with the branch that they belong to."""
    return [
        f"{_(NODE_WORDS[node])} · {_(BRANCH_WORDS[branch])}"
        for node, branch in zip(nodes["node"], nodes["branch"], strict=True)
    ]


def _open(rows: pd.DataFrame, node: str, reading: Reading, *, title: str) -> None:
    """Open enrolments, with their figure of a node where one was clicked."""
    if node:
        told = [_value(node, figure_) for figure_ in rows[node]]
        rows = rows.sort_values(node, ascending=False).assign(figure=pd.Series(told, rows.index))
    open_students(rows, reading, title=title, columns=("student", "figure", *_COLUMNS))


def _value(node: str, figure_: float) -> str:
    return number(figure_) if node in _PLAIN else percent(figure_)


def _groups(tree: QualityTree, reading: Reading) -> None:
    by = st.segmented_control(
        _("Figures by"), GROUPED_BY, default=GROUPED_BY[0], required=True,
        format_func=lambda g: _(_GROUP_WORDS[g]), key="learning_quality_by",
        label_visibility="collapsed",
    )  # fmt: skip
    groups = tree.groups(by).head(_MOST)
    ids = list(groups[by])
    names = {"course_id": reading.courses, "teacher_id": reading.staff}.get(by, {})
    groups.insert(0, "name", [names.get(g, g) for g in groups[by]])
    settings = {
        "name": st.column_config.TextColumn(_(_GROUP_WORDS[by]), pinned=True, width=160),
        "n": st.column_config.NumberColumn("n"),
        **{
            node: st.column_config.NumberColumn(_(words), format="%.2f")
            if node in _PLAIN
            else share_column(_(words))
            for node, words in NODE_WORDS.items()
        },
    }
    clicked = clickable_table(
        groups.drop(columns=by).round(4), column_config=settings,
        placeholder="—", height=lines_height(len(groups), 12), key="learning_quality_groups",
        alt=_("The tree's figures by group, the most enrolments first."),
    )  # fmt: skip
    st.caption(
        _("Fewer than {n} enrolments tell little; compare groups in the league below.", n=30)
        + " "
        + _("A cell opens its rows.")
    )
    if clicked is not None:
        group, column = ids[clicked[0]], clicked[1]
        node = column if column in NODE_WORDS else ""
        rows = tree.having(node) if node else tree.enrolments
        title = names.get(group, group) + (f" · {_(NODE_WORDS[node])}" if node else "")
        _open(rows[rows[by] == group], node, reading, title=title)
