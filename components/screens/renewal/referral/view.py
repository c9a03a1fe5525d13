"""The referral view: who brings others, whether it grows, and what it costs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import pandas as pd
import streamlit as st

from components.ask import query
from components.kit.answer import answer_card
from components.kit.charts.chart import show
from components.kit.charts.funnel import funnel_steps
from components.kit.figures import FigureCard, figure_cards
from components.kit.page import Nothing, Part
from components.kit.states import nothing_to_show
from components.kit.todo import Task, draw_tasks
from components.screens.renewal.cards import monthly
from components.screens.renewal.reading import Reading
from components.screens.renewal.referral.checks import CHECK_WORDS, checks_panel
from components.screens.renewal.referral.introducers import generations_panel, introducers_panel
from components.screens.renewal.referral.invited import step_dialog
from components.screens.renewal.todo import HEADS, MARKETING
from components.words.formats import days_range, escape, is_missing, money, number, percent
from components.words.i18n import N_, _, sentences
from metrics.referral.checks import checked_rows, referral_checks
from metrics.referral.funnel import FUNNEL_STEPS, referral_funnel
from metrics.referral.rates import (
    referral_cac,
    referral_participation,
    referral_rate_people,
    referred_share_of_new,
    reward_roi,
)
from metrics.referral.tree import ReferralTree, referral_nodes, referral_tree

CARDS = (referral_rate_people, referral_participation, referral_cac, reward_roi)
STEPS = {
    "invited": N_("Invited: by share or by name"),
    "lead": N_("New lead"),
    "trial": N_("Trial, or paid at once"),
    "paid": N_("First formal order"),
}


@dataclass
class Referral:
    """What the view reads."""

    reading: Reading

    @cached_property
    def tree(self) -> ReferralTree:
        """Generations and introducers."""
        reading = self.reading
        found: ReferralTree = query.fold(
            referral_nodes, referral_tree, reading.pool_days, scope=reading.scope
        )
        return found

    @cached_property
    def checks(self) -> pd.DataFrame:
        """Recommended leads that fail a check."""
        reading = self.reading
        found: pd.DataFrame = query.fold(
            checked_rows, referral_checks, reading.pool_days, scope=reading.scope
        )
        return found

    @cached_property
    def funnel(self) -> pd.Series:
        """From invited to paid, of those invited in the year."""
        reading = self.reading
        return query.fetch(referral_funnel, reading.year, scope=reading.scope).iloc[0]


@query.remembered
def referral_of(reading: Reading) -> Referral:
    """What the view reads, once for all its parts and for the board."""
    return Referral(reading)


def without_referral(reading: Reading) -> Nothing | None:
    """Why the view has nothing to show; None where it has."""
    if reading.figure(referred_share_of_new)["denominator"]:
        return None
    return Nothing(_("Nobody paid for the first time in these days."))


def referral_answer(reading: Reading) -> None:
    """Draw the answer card."""
    answer_card(
        referral_sentence(referral_of(reading)).replace("$", r"\$"),
        metric=referred_share_of_new,
        figure=reading.figure(referred_share_of_new),
        filters=reading.judged,
        key="referral",
        previous=reading.figures(referred_share_of_new, reading.before).iloc[0],
        against=_("vs. {days}", days=days_range(reading.before.period)),
    )


def referral_cards(reading: Reading) -> None:
    """Draw the figures of a year."""
    figure_cards(
        [
            FigureCard(
                metric=metric,
                figure=reading.figures(metric, reading.year).iloc[0],
                trend=monthly(reading.figures(metric, reading.year, "unit_on")),
            )
            for metric in CARDS
        ],
        filters=reading.year, key="referral_card",
    )  # fmt: skip
    st.caption(_("The four figures are of {days}.", days=days_range(reading.year.period)))


def referral_todo(reading: Reading) -> None:
    """Draw what the figures carry."""
    draw_tasks(_tasks(referral_of(reading)), today=reading.today)


def referral_sentence(found: Referral) -> str:
    """How much of the new is brought, by how few, and whether it carries itself."""
    reading, tree = found.reading, found.tree
    figure = reading.figures(referred_share_of_new, reading.judged).iloc[0]
    said = _(
        "{share} of first-order families were recommended ({days})",
        share=percent(figure["value"]),
        days=escape(days_range(reading.judged.period)),
    )
    if not is_missing(tree.k):
        said += _(
            "; a paying family brings {k} paying families in 180 days ({low}–{high}): referral"
            " adds to the other channels, it does not carry itself.",
            k=f"{tree.k:.3f}", low=f"{tree.k_low:.3f}", high=f"{tree.k_high:.3f}",
        ) if tree.k_high < 1 else _(
            "; a paying family brings {k} paying families in 180 days ({low}–{high}).",
            k=f"{tree.k:.3f}", low=f"{tree.k_low:.3f}", high=f"{tree.k_high:.3f}",
        )  # fmt: skip
    else:
        said += _(".")
    more = [spread_words(tree)]
    fakes = suspicious(found.checks)
    if fakes:
        more.append(
            _(
                "{n} recommended leads fail a check and should be looked at before a reward is"
                " paid.",
                n=number(fakes, exact=True),
            )
        )
    return f"{said}\n\n{sentences(*more)}"


def spread_words(tree: ReferralTree) -> str:
    """Whether a few bring most."""
    spread = tree.spread
    if spread.verdict == "too_few":
        return _("Too few have brought anybody to say whether it hangs on a few.")
    shared = {
        "share": percent(spread.top_share),
        "low": percent(spread.low),
        "high": percent(spread.high),
        "n": number(spread.n, exact=True),
    }
    if spread.verdict == "holds":
        return _(
            "It hangs on a few: the top fifth of {n} introducers bring {share} ({low}–{high}).",
            **shared,
        )
    return _(
        "20/80 does not hold here: the top fifth of {n} introducers bring {share} ({low}–{high}).",
        **shared,
    )


def suspicious(checks: pd.DataFrame) -> int:
    """Leads that fail a check, each once."""
    return int(checks["lead_id"].nunique())


def invitation_steps(reading: Reading) -> None:
    """Draw how many of those invited take each step; a bar opens the recommended leads."""
    counts = referral_of(reading).funnel
    steps = pd.DataFrame(
        [
            {"step": s, "name": _(STEPS[s]), "n": float(counts[s]), "where": {"step": s}}
            for s in FUNNEL_STEPS
        ]
    )
    if not counts["invited"]:
        nothing_to_show(_("No member invited anybody in these days."))
        return
    steps["rate"] = steps["n"] / steps["n"].shift()
    inner = steps.iloc[1:]
    worst = inner.loc[inner["rate"].idxmin()]
    finding = _(
        "From invited to paid: {share}; the narrowest step is “{step}” ({rate})",
        share=percent(counts["paid"] / counts["invited"]),
        step=worst["name"],
        rate=percent(worst["rate"]),
    )
    clicked = show(
        funnel_steps(steps, title=finding), key="referral_funnel", alt=finding, clickable=True
    )
    st.caption(
        _(
            "Persons invited by members in {days} who could take every step since, {n} are too"
            " young to count. A bar opens the recommended leads.",
            days=days_range(reading.year.period),
            n=number(counts["immature"], exact=True),
        )
    )
    if clicked:
        step_dialog(reading, clicked["step"], _(STEPS[clicked["step"]]))


def _introducers(reading: Reading) -> None:
    introducers_panel(reading, referral_of(reading).tree)


def _generations(reading: Reading) -> None:
    generations_panel(referral_of(reading).tree)


def _checks(reading: Reading) -> None:
    checks_panel(reading, referral_of(reading).checks)


VIEW = "referral"
PARTS = (
    Part(name="answer", view=VIEW, draw=referral_answer),
    Part(name="cards", view=VIEW, draw=referral_cards),
    Part(name="steps", view=VIEW, draw=invitation_steps),
    Part(
        name="introducers",
        view=VIEW,
        words=N_("Who brings others: concentration, stability"),
        icon=":material/star:",
        draw=_introducers,
    ),
    Part(
        name="generations",
        view=VIEW,
        words=N_("Generation by generation"),
        icon=":material/account_tree:",
        draw=_generations,
    ),
    Part(
        name="checks",
        view=VIEW,
        words=N_("Recommendations to look at"),
        icon=":material/gpp_maybe:",
        draw=_checks,
    ),
    Part(name="todo", view=VIEW, draw=referral_todo),
)


def _tasks(found: Referral) -> Iterator[Task]:
    checks = found.checks
    for check in ("burst", "same_person", "same_device", "circle"):
        rows = checks[checks["check"] == check]
        if len(rows):
            yield Task(
                _(
                    "Hold the rewards of {n} leads: {reason}.",
                    n=number(len(rows), exact=True), reason=_(CHECK_WORDS[check]),
                ),
                HEADS, 3, _("{amount} of rewards", amount=money(rows["reward_cny"].sum())),
            )  # fmt: skip
    cac = found.reading.figures(referral_cac, found.reading.year).iloc[0]
    share = found.reading.figures(referral_participation, found.reading.year).iloc[0]
    if not is_missing(cac["value"]) and not is_missing(share["value"]):
        yield Task(
            _(
                "Ask more members: only {share} share or recommend in a month, and a family they"
                " bring costs {cac}.",
                share=percent(share["value"]), cac=money(cac["value"]),
            ),
            MARKETING, 30, _("one more of a hundred members asked"),
        )  # fmt: skip
