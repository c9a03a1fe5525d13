"""Teachers, classes and courses against what their intake lets expect."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from components.ask import query
from components.kit.charts.chart import figure, own_palette, show, value_axis
from components.kit.rows.drill import open_rows
from components.kit.rows.table import clickable_table, interval_column, lines_height, share_column
from components.kit.states import nothing_to_show
from components.runtime.theme import Palette
from components.screens.learning.reading import Reading
from components.words.formats import delta, escape, number
from components.words.i18n import N_, _
from metrics.service.attendance import attendance_strict
from metrics.service.league import LEAGUES, LEAST_SEATS, LEAST_STUDENTS, league, league_rows

WORDS = {
    "teacher_id": N_("Teachers"),
    "class_id": N_("Classes"),
    "course_id": N_("Courses"),
}
VERDICTS = {
    "above": N_("above its intake"),
    "below": N_("below its intake"),
    "same": N_("cannot be separated"),
    "too_few": N_("too few to judge"),
}
_MOST = 100


def league_panel(reading: Reading) -> None:
    """Draw the choice of league, the picture and the table."""
    of = st.segmented_control(
        _("League of"), LEAGUES, default=LEAGUES[0], required=True,
        format_func=lambda g: _(WORDS[g]), key="learning_league", label_visibility="collapsed",
    )  # fmt: skip
    rows: pd.DataFrame = query.fold(league_rows, league, reading.year, scope=reading.scope, of=of)
    if rows.empty:
        nothing_to_show(_("No lesson was held and marked in these days."))
        return
    names = {"course_id": reading.courses, "teacher_id": reading.staff}.get(of, {})
    rows = rows.assign(name=[names.get(g, g) for g in rows[of]])
    finding = league_finding(rows, _(WORDS[of]))
    judged, clicked = rows[rows["rank"].notna()], None
    if len(judged):
        st.markdown(f"**{escape(finding)}**")
        clicked = show(
            league_chart(judged, of, title=""), key=f"learning_league_{of}", alt=finding,
            clickable=True,
        )  # fmt: skip
    clicked = _table(rows, _(WORDS[of]), of) or clicked
    if clicked:
        name = names.get(clicked[of], clicked[of])
        open_rows(attendance_strict, reading.year, where=clicked, title=str(name))
    st.caption(
        _(
            "Expected: what the same intake attends (channel of the first lead, renewal or not,"
            " stage of the course, course line), last 365 days. Shrunk by how much each one tells;"
            " intervals over students. Fewer than {seats} seats or {students} students: no rank.",
            seats=LEAST_SEATS,
            students=LEAST_STUDENTS,
        )
    )


def league_finding(rows: pd.DataFrame, words: str) -> str:
    """Who stands out, as the picture's title; that nobody does, where nobody does."""
    apart = rows[rows["verdict"].isin(["above", "below"])]
    if apart.empty:
        return _("{groups}: none can be separated from its intake", groups=words)
    row = apart.loc[apart["shrunk"].abs().idxmax()]
    return _(
        "{groups}: {name} lies {difference} from its intake; {n} in all stand out",
        groups=words,
        name=row["name"],
        difference=delta(row["shrunk"], 0.0, "ratio"),
        n=len(apart),
    )


def league_chart(
    rows: pd.DataFrame, of: str, *, title: str, colours: Palette | None = None
) -> go.Figure:
    """A funnel plot: difference from the intake against seats, with the limits of luck."""
    colours = own_palette(colours)
    inks = {"above": colours.categorical[0], "below": colours.bad}
    said = [
        f"{r['name']}<br><b>{delta(r['value'], 0.0, 'ratio')}</b> (95% "
        f"{delta(r['low'], 0.0, 'ratio')} … {delta(r['high'], 0.0, 'ratio')})"
        f"<br>n = {number(r['n'], exact=True)}"
        for r in rows.to_dict("records")
    ]
    spread = float(((rows["high"] - rows["low"]) / 2 * rows["n"] ** 0.5).median())
    sizes = sorted(rows["n"])
    steps = [sizes[0] + (sizes[-1] - sizes[0]) * i / 40 for i in range(41)]
    limit = [spread / max(n, 1) ** 0.5 for n in steps]
    edge = {"mode": "lines", "hoverinfo": "skip", "x": steps,
            "line": {"color": colours.muted, "width": 1, "dash": "dot"}}  # fmt: skip
    drawn = figure(
        go.Scatter(y=limit, **edge), go.Scatter(y=[-x for x in limit], **edge),
        go.Scatter(
            x=rows["n"], y=rows["value"], mode="markers",
            marker={"size": 9, "color": [inks.get(v, colours.muted) for v in rows["verdict"]]},
            customdata=[{of: key} for key in rows[of]], hovertext=said,
            hovertemplate="%{hovertext}<extra></extra>",
        ),
        title=title, colours=colours, showlegend=False,
    )  # fmt: skip
    drawn.add_hline(y=0, line={"color": colours.muted, "width": 1})
    drawn.update_layout(
        yaxis={**value_axis([*rows["value"], *limit, -max(limit)], "ratio"),
               "title_text": _("Attendance − expected")},
        xaxis={"title_text": _("Seats expected")},
    )  # fmt: skip
    return drawn


def _table(rows: pd.DataFrame, words: str, of: str) -> dict[str, object] | None:
    """Draw the table; gives the group of the line clicked just now."""
    shown = rows.head(_MOST)
    frame = pd.DataFrame(
        {
            "name": shown["name"],
            # Who cannot be separated has no place before another.
            "rank": shown["rank"].where(shown["verdict"].isin(["above", "below"])),
            "verdict": [_(VERDICTS[v]) for v in shown["verdict"]],
            "rate": shown["rate"].round(4), "expected": shown["rate_expected"].round(4),
            "difference": [delta(v, 0.0, "ratio") for v in shown["value"]],
            "bounds": [
                f"{delta(a, 0.0, 'ratio')} … {delta(b, 0.0, 'ratio')}"
                for a, b in zip(shown["low"], shown["high"], strict=True)
            ],
            "shrunk": [delta(v, 0.0, "ratio") for v in shown["shrunk"]],
            "n": shown["n"], "students": shown["students"],
        }
    )  # fmt: skip
    clicked = clickable_table(
        frame, placeholder="—", height=lines_height(len(frame), 12),
        key=f"learning_league_table_{of}",
        column_config={
            "name": st.column_config.TextColumn(words, pinned=True, width=160),
            "rank": st.column_config.NumberColumn(_("Rank")),
            "verdict": st.column_config.TextColumn(_("Verdict")),
            "rate": share_column(_("Attendance rate")),
            "expected": share_column(
                _("Expected of the intake")
            ),
            "difference": st.column_config.TextColumn(_("Difference")),
            "bounds": interval_column(),
            "shrunk": st.column_config.TextColumn(_("Shrunk")),
            "n": st.column_config.NumberColumn("n", format="localized"),
            "students": st.column_config.NumberColumn(_("Students"), format="localized"),
        },
        alt=_("Groups with their attendance against that of their intake."),
    )  # fmt: skip
    return None if clicked is None else {of: shown[of].iloc[clicked[0]]}
