"""How good the score is: on leads it never saw, by group, and what it may not know."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from components.ask import query
from components.kit.charts.calibration import calibration_plot
from components.kit.charts.chart import show
from components.kit.rows.drawer import day_column, open_list
from components.kit.rows.table import clickable_table, share_column
from components.kit.states import nothing_to_show
from components.screens.conversion.reading import Reading
from components.screens.conversion.rules import rules_editor
from components.screens.conversion.words import feature_word
from components.words.formats import escape, interval, number, percent
from components.words.i18n import _, sentences
from data.scope import Scope
from metrics.leads.features import MOST_LEARNED, leads_named
from metrics.leads.rules import HALF_LIFE_DAYS
from metrics.leads.score import LEAST_CONVERSIONS, LeadScore, Quality


def quality_panel(reading: Reading) -> None:
    """Draw the score's trial, or the points that stand in for it."""
    score = reading.score
    if not score.is_model:
        _points(score)
        return
    if score.quality is None:
        nothing_to_show(_("The score is too young to be judged."))
        return
    _trial(reading, score, score.quality)
    st.markdown(learned_words(score))


def _trial(reading: Reading, score: LeadScore, quality: Quality) -> None:
    finding = calibration_finding(quality)
    with st.container(horizontal=True, gap="medium"):
        with st.container(width=520):
            clicked = show(
                calibration_plot(quality.calibration, title=finding),
                key="conversion_calibration",
                alt=finding,
                clickable=True,
            )
        with st.container(width="stretch"):
            st.markdown(
                _(
                    "Learned from the older three quarters of {leads} leads and tried on the"
                    " newest {n}, from {since} on ({won} orders): a buyer is scored above a"
                    " non-buyer with {auc} (AUC, 95% {interval}; 50% would be a coin). Brier"
                    " {brier}, with the average for everybody {base}.",
                    leads=number(score.learned_from, exact=True),
                    n=number(quality.leads, exact=True),
                    since=f"{quality.since:%Y-%m-%d}",
                    won=number(quality.conversions, exact=True),
                    auc=percent(quality.order.auc),
                    interval=interval(quality.order.low, quality.order.high, "ratio"),
                    brier=f"{quality.brier:.4f}",
                    base=f"{quality.base_brier:.4f}",
                )
            )
            best = _lift_table(quality.lift)
    tried = quality.tried
    if clicked:
        own = tried[tried["group"] == clicked["group"]]
        least, most = own["chance"].min(), own["chance"].max()
        _open_leads(
            reading, own,
            _("Promised {least} to {most}", least=percent(least), most=percent(most)),
        )  # fmt: skip
    elif best is not None:
        row = quality.lift.iloc[best]
        _open_leads(
            reading, tried[tried["rank"] <= row["called"]],
            _("The best {share} of the scores", share=percent(row["share"])),
        )  # fmt: skip


def _open_leads(reading: Reading, tried: pd.DataFrame, title: str) -> None:
    """Open leads that the score was tried on, as far as they are the viewer's to see."""
    own = tried_leads(tried, reading.scope)
    open_list(
        lambda: own,
        {
            "name": st.column_config.TextColumn(_("Name")),
            "created_on": day_column(_("Lead on")),
            "chance": share_column(_("Chance promised")),
            "won": st.column_config.CheckboxColumn(_("Has ordered")),
            "campus": st.column_config.TextColumn(_("Campus")),
            "channel": st.column_config.TextColumn(_("Channel")),
        },
        title=title, subject="score_trial", key="conversion_trial", where={"title": title},
        note=_of_all(len(own), len(tried)),
    )  # fmt: skip


def tried_leads(tried: pd.DataFrame, scope: Scope) -> pd.DataFrame:
    """Leads of `Quality.tried` within a scope, the likeliest first."""
    known = query.fetch(leads_named, scope=scope, lead_ids=tuple(sorted(tried["lead_id"])))
    found = known.merge(tried[["lead_id", "chance", "won", "rank"]], on="lead_id")
    return found.sort_values("rank", ignore_index=True)


def _of_all(own: int, tried: int) -> str:
    if own == tried:
        return ""
    return _(
        "The score is tried on the whole institution: of these {n} leads you see your own.",
        n=number(tried, exact=True),
    )


def _lift_table(lift: pd.DataFrame) -> int | None:
    """Draw the table; gives the line clicked just now."""
    clicked = clickable_table(
        pd.DataFrame(
            {
                "share": [percent(share) for share in lift["share"]],
                "called": lift["called"],
                "found": lift["found"],
                "captured": [
                    f"{percent(row['captured'])} ({interval(row['low'], row['high'], 'ratio')})"
                    for row in lift.to_dict("records")
                ],
                "lift": lift["lift"],
            }
        ),
        key="conversion_lift",
        column_config={
            "share": st.column_config.TextColumn(_("Best scores")),
            "called": st.column_config.NumberColumn(_("Leads"), format="localized"),
            "found": st.column_config.NumberColumn(_("Orders among them"), format="localized"),
            "captured": st.column_config.TextColumn(_("Of all orders (95%)")),
            "lift": st.column_config.NumberColumn(_("Lift"), format="%.2f ×"),
        },
        alt=_("What calling the best scores first would have found."),
    )
    st.caption(_("A mark or a line opens its leads."))
    return None if clicked is None else clicked[0]


def calibration_finding(quality: Quality) -> str:
    """Whether the score promised too much or too little, as the picture's title."""
    groups = quality.calibration
    expected = float((groups["expected"] * groups["n"]).sum() / groups["n"].sum())
    observed = quality.conversions / quality.leads
    off = (groups["expected"] < groups["low"]) | (groups["expected"] > groups["high"])
    return _(
        "Promised {expected}, came {observed}; {n} of {groups} groups lie off the line",
        expected=percent(expected),
        observed=percent(observed),
        n=int(off.sum()),
        groups=len(groups),
    )


def learned_words(score: LeadScore) -> str:
    """What the score knows, and what was kept from it."""
    names = _(", ").join(escape(feature_word(feature.name)) for feature in score.features)
    parts = [_("It knows, as of the lead's creation: {names}.", names=names)]
    if score.leads > MOST_LEARNED:
        parts.append(
            _(
                "Learned from {n} of {leads} leads, drawn by a fixed rule.",
                n=number(score.learned_from, exact=True),
                leads=number(score.leads, exact=True),
            )
        )
    parts.append(
        _(
            "Status, lost reason, validity, follow-ups and the owner are refused: they are known"
            " only after contact."
        )
    )
    if score.left_out:
        left = _(", ").join(escape(name) for name in score.left_out)
        parts.append(_("Imported but refused for the same reason: {names}.", names=left))
    if score.suspicious:
        odd = _(", ").join(escape(name) for name in score.suspicious)
        parts.append(_("Left out because each alone tells the outcome: {names}.", names=odd))
    return sentences(*parts)


def _points(score: LeadScore) -> None:
    st.markdown(
        _(
            "Only {n} of the {enough} conversions that a model needs: leads are ranked by points,"
            " fit × engagement, and engagement halves every {days} days.",
            n=number(score.conversions, exact=True),
            enough=LEAST_CONVERSIONS,
            days=number(HALF_LIFE_DAYS),
        )
    )
    rules_editor()
