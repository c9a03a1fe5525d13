"""How soon families renew or stop, by group, and how many renew again and again."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from components.ask import query
from components.kit.charts.chart import figure, own_palette, show, value_axis
from components.kit.rows.table import clickable_table, interval_column, share_column, whole_column
from components.kit.states import nothing_to_show
from components.screens.renewal.behind import open_curve_group
from components.screens.renewal.reading import Reading
from components.screens.renewal.segments import group_names
from components.words.formats import escape, interval, is_missing, number, percent
from components.words.i18n import N_, _, sentences
from metrics.models.sbg import FARTHEST, Sbg
from metrics.renewal.due import EARLY_DAYS
from metrics.renewal.survival import (
    LEAST,
    Curve,
    curves,
    repeated,
    term_counts,
    times_to_renewal,
    times_to_stop,
)

SEGMENTS = {
    "campus_id": N_("Campus"),
    "channel_id": N_("Channel"),
    "course_line": N_("Course line"),
}
_OUTCOMES = {"renewal": N_("Renewal"), "stop": N_("Stop")}
_READ_AT = {"renewal": (EARLY_DAYS, EARLY_DAYS + 30), "stop": (90, 180)}


def survival_panel(reading: Reading) -> None:
    """Draw the curves of one outcome by group, their table, and repeated renewal."""
    with st.container(horizontal=True, gap="medium"):
        outcome = st.segmented_control(
            _("Outcome"), list(_OUTCOMES), default="renewal", required=True,
            format_func=lambda name: _(_OUTCOMES[name]), key="renewal_outcome",
        )  # fmt: skip
        segment = st.segmented_control(
            _("Split by"), list(SEGMENTS), default="campus_id", required=True,
            format_func=lambda name: _(SEGMENTS[name]), key="renewal_survival_split",
        )  # fmt: skip
    times = times_to_renewal if outcome == "renewal" else times_to_stop
    found: list[Curve] = query.fold(
        times, curves, reading.year, scope=reading.scope, segment=segment
    )
    if not found:
        nothing_to_show(_("No group has {least} enrolments to watch yet.", least=LEAST))
    else:
        names = group_names(reading, segment)
        finding = survival_finding(found, names, outcome)
        clicked = show(
            curves_figure(found, names, outcome, finding),
            key=f"renewal_curves_{outcome}_{segment}",
            alt=finding,
            clickable=True,
        )
        group = _table(found, names, outcome) or (clicked and clicked["group"])
        if group:
            title = names.get(group, group)
            open_curve_group(reading, outcome, segment, group, title=escape(title))
    counts = query.fetch(term_counts, reading.filters, scope=reading.scope)
    st.caption(repeated_words(counts, repeated(counts)))


def survival_finding(found: list[Curve], names: dict[str, str], outcome: str) -> str:
    """The ends of the groups at the day they are read at, or that none can be told apart."""
    day = _READ_AT[outcome][-1]
    known = [curve for curve in found if not is_missing(curve.survival.at(day))]
    if not known:
        return _("No group has been watched for {days} days yet", days=day)
    last, first = (end(known, key=lambda curve: 1 - curve.survival.at(day)) for end in (min, max))
    values = {
        "days": day,
        "first": names.get(first.segment, first.segment),
        "high": percent(1 - first.survival.at(day)),
        "last": names.get(last.segment, last.segment),
        "low": percent(1 - last.survival.at(day)),
    }
    if first.survival.interval(day)[1] >= last.survival.interval(day)[0]:
        return _(
            "By day {days} from {low} ({last}) to {high} ({first}): intervals overlap", **values
        )
    return _("By day {days} from {low} ({last}) to {high} ({first})", **values)


def curves_figure(
    found: list[Curve], names: dict[str, str], outcome: str, finding: str
) -> go.Figure:
    """The share to whom it has happened, by day, one step line a group."""
    colours = own_palette(None)
    traces = []
    for i, curve in enumerate(found):
        label = names.get(curve.segment, curve.segment)
        days = [0.0, *curve.survival.times]
        shares = [0.0, *(1 - curve.survival.survival)]
        traces.append(
            go.Scatter(
                # Only markers can be clicked; the curve itself stays the picture.
                x=days, y=shares, mode="lines+markers", name=label, marker={"size": 4},
                customdata=[{"group": curve.segment}] * len(days),
                line={"color": colours.categorical[i], "width": 2, "shape": "hv"},
                text=[percent(share) for share in shares],
                hovertemplate=f"{label}<br>%{{x:.0f}} · <b>%{{text}}</b><extra></extra>",
            )
        )  # fmt: skip
    drawn = figure(*traces, title=finding, colours=colours)
    top = float(np.max([1 - curve.survival.survival.min(initial=1.0) for curve in found]))
    words = (
        _("Days since 60 days before the end")
        if outcome == "renewal"
        else _("Days since the start")
    )
    drawn.update_layout(yaxis=value_axis([0.0, top], "ratio"), xaxis={"title": {"text": words}})
    drawn.update_layout(legend={"y": -0.25})
    return drawn


def _table(found: list[Curve], names: dict[str, str], outcome: str) -> str | None:
    """Draw the table; gives the group of the line clicked just now."""
    early, late = _READ_AT[outcome]
    rows = []
    for curve in found:
        low, high = curve.survival.interval(late)
        rows.append(
            {
                "group": names.get(curve.segment, curve.segment),
                "n": curve.n,
                "early": 1 - curve.survival.at(early),
                "late": 1 - curve.survival.at(late),
                "bounds": interval(1 - high, 1 - low, "ratio"),
                "median": curve.survival.quantile(0.5),
            }
        )
    column = st.column_config
    clicked = clickable_table(
        pd.DataFrame(rows), placeholder="—", key=f"renewal_curves_table_{outcome}",
        column_config={
            "group": column.TextColumn(_("Group"), pinned=True),
            "n": column.NumberColumn("n", format="localized"),
            "early": share_column(_("By day {days}", days=early)),
            "late": share_column(_("By day {days}", days=late)),
            "bounds": interval_column(),
            "median": whole_column(_("Median days")),
        },
        alt=_("{n} rows, one a line", n=number(len(rows), exact=True)),
    )  # fmt: skip
    return None if clicked is None else found[clicked[0]].segment


def repeated_words(counts: pd.DataFrame, model: Sbg | None) -> str:
    """How many renew for the first, the second… time, and what the model expects next."""
    said = []
    for row in counts[counts["at_risk"] > 0].head(5).to_dict("records"):
        rate, n = percent(row["renewed"] / row["at_risk"]), number(row["at_risk"], exact=True)
        said.append(_("renewal {k}: {rate} of {n}", k=row["term_no"], rate=rate, n=n))
    text = escape(" · ".join(said))
    if model is None:
        few = _("Too few terms are settled to say how many renew again and again.")
        return sentences(text, few)
    ahead = min(model.history + 1, FARTHEST * model.history)
    expected = _(
        "Shifted-beta-geometric (α {alpha}, β {beta}): {rate} are expected at renewal {k};"
        " nothing is said beyond renewal {most}.",
        alpha=number(model.alpha), beta=number(model.beta), rate=percent(model.rate(ahead)),
        k=ahead, most=FARTHEST * model.history,
    )  # fmt: skip
    return sentences(text, expected)
