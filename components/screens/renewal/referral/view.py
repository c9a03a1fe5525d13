"""The referral part of the screen: who brings others, whether it grows, and what it costs."""

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
from components.kit.panels import Panel, panels
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
from data.scope import Scope
from metrics.foundation.registry import find
from metrics.referral.checks import checked_rows, referral_checks
from metrics.referral.funnel import FUNNEL_STEPS, referral_funnel
from metrics.referral.tree import ReferralTree, referral_nodes, referral_tree

CARDS = ("referral_rate_people", "referral_participation", "referral_cac", "reward_roi")
STEPS = {
    "invited": N_("Invited: by share or by name"),
    "lead": N_("New lead"),
    "trial": N_("Trial, or paid at once"),
    "paid": N_("First formal order"),
}


@dataclass
class Referral:
    """What the part reads."""

    reading: Reading

    @property
    def scope(self) -> Scope:
        """Whose reading it is."""
        return self.reading.scope

    def again(self) -> Referral:
        """The same for the viewer now signed in."""
        return Referral(self.reading.again())

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


def referral_view(reading: Reading) -> None:
    """Draw answer, figures, funnel, panels and tasks."""
    found = Referral(reading)
    figure = reading.figures("referred_share_of_new", reading.judged).iloc[0]
    if not figure["denominator"]:
        nothing_to_show(_("Nobody paid for the first time in these days."))
        return
    answer_card(
        referral_sentence(found).replace("$", r"\$"),
        metric=find("referred_share_of_new"),
        figure=figure,
        filters=reading.judged,
        key="referral",
        previous=reading.figures("referred_share_of_new", reading.before).iloc[0],
        against=_("vs. {days}", days=days_range(reading.before.period)),
    )
    figure_cards(
        [
            FigureCard(
                metric=find(name),
                figure=reading.figures(name, reading.year).iloc[0],
                trend=monthly(reading.figures(name, reading.year, "unit_on")),
            )
            for name in CARDS
        ],
        filters=reading.year, key="referral_card",
    )  # fmt: skip
    st.caption(_("The four figures are of {days}.", days=days_range(reading.year.period)))
    _funnel(found)
    panels(found, PANELS, key="referral")
    draw_tasks(_tasks(found), today=reading.today)


def referral_sentence(found: Referral) -> str:
    """How much of the new is brought, by how few, and whether it carries itself."""
    reading, tree = found.reading, found.tree
    figure = reading.figures("referred_share_of_new", reading.judged).iloc[0]
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


def _funnel(found: Referral) -> None:
    counts = found.funnel
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
            days=days_range(found.reading.year.period),
            n=number(counts["immature"], exact=True),
        )
    )
    if clicked:
        step_dialog(found.reading, clicked["step"], _(STEPS[clicked["step"]]))


def _introducers(found: Referral) -> None:
    introducers_panel(found.reading, found.tree)


def _generations(found: Referral) -> None:
    generations_panel(found.tree)


def _checks(found: Referral) -> None:
    checks_panel(found.reading, found.checks)


PANELS: dict[str, Panel[Referral]] = {
    "introducers": Panel(
        N_("Who brings others: concentration, stability"), ":material/star:", _introducers
    ),
    "generations": Panel(N_("Generation by generation"), ":material/account_tree:", _generations),
    "checks": Panel(N_("Recommendations to look at"), ":material/gpp_maybe:", _checks),
}


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
    cac = found.reading.figures("referral_cac", found.reading.year).iloc[0]
    share = found.reading.figures("referral_participation", found.reading.year).iloc[0]
    if not is_missing(cac["value"]) and not is_missing(share["value"]):
        yield Task(
            _(
                "Ask more members: only {share} share or recommend in a month, and a family they"
                " bring costs {cac}.",
                share=percent(share["value"]), cac=money(cac["value"]),
            ),
            MARKETING, 30, _("one more of a hundred members asked"),
        )  # fmt: skip
