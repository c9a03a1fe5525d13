"""The figures of the acquisition screen: which metric, its options, how old leads must be."""

from __future__ import annotations

from components.kit.measures import RETURN, RETURN_DAYS, WINDOW, Measure
from components.words.i18n import N_
from metrics.acquisition.cohort_value import roi, roi_period
from metrics.acquisition.cost import cac_full, cac_media, cpl, cpvl, spend_total
from metrics.acquisition.downstream import (
    attendance_d90,
    referred_per_100,
    refund_rate,
    renewal_rate_of_cohort,
)
from metrics.acquisition.linkage import over_claim
from metrics.acquisition.verdicts import LATE_DAYS
from metrics.leads.conversion import first_order_conversion
from metrics.leads.new_leads import new_leads, valid_lead_rate

_W = {"window_days": WINDOW}
_ALL = (
    Measure("spend", spend_total, N_("Spend")),
    Measure("leads", new_leads, N_("New leads")),
    Measure("valid", valid_lead_rate, N_("Valid-lead rate"), 3),
    Measure("cpl", cpl, N_("Cost per lead")),
    # Which channel is cheap: never read off the leads of one unfinished day.
    Measure("price", cpl, N_("Cost per lead"), 1),
    Measure("cpvl", cpvl, N_("Cost per valid lead"), 3),
    Measure("conversion", first_order_conversion, N_("First orders in {days} days"), WINDOW, _W),
    Measure(
        "late", first_order_conversion, N_("First orders in {days} days"), LATE_DAYS,
        {"window_days": LATE_DAYS},
    ),
    Measure("cac_media", cac_media, N_("CAC, media"), WINDOW, _W),
    Measure("cac_full", cac_full, N_("CAC, full"), WINDOW, _W),
    Measure("roi", roi, N_("ROI in {days} days"), RETURN, {"days": RETURN}),
    *(
        Measure(f"roi_{days}", roi, N_("ROI in {days} days"), days, {"days": days})
        for days in RETURN_DAYS
    ),
    Measure("roi_period", roi_period, N_("ROI of the period, not by cohort")),
    Measure("attendance", attendance_d90, N_("Attendance, 90 days"), 120),
    Measure("refund", refund_rate, N_("Refund rate, 90 days"), 120),
    Measure("renewal", renewal_rate_of_cohort, N_("Renewal rate of the cohort"), 240),
    Measure("referred", referred_per_100, N_("Referred per 100 payers"), 240),
    Measure("over_claim", over_claim, N_("Over-claim ratio")),
)  # fmt: skip
MEASURES = {measure.name: measure for measure in _ALL}

OVERVIEW, COST, RETURNS, QUALITY = "overview", "cost", "returns", "quality"
SETS: dict[str, tuple[str, tuple[str, ...]]] = {
    OVERVIEW: (
        N_("Overview"),
        ("spend", "leads", "valid", "cpl", "conversion", "cac_full", "roi"),
    ),
    COST: (N_("Cost"), ("spend", "cpl", "cpvl", "cac_media", "cac_full", "over_claim")),
    RETURNS: (
        N_("Return"),
        ("spend", *(f"roi_{days}" for days in RETURN_DAYS), "roi_period"),
    ),
    QUALITY: (
        N_("Downstream quality"),
        ("conversion", "attendance", "refund", "renewal", "referred"),
    ),
}
# What the picture above a set of columns shows: the first that the role may read.
PICTURED = {
    OVERVIEW: ("roi", "conversion"),
    COST: ("cac_full",),
    RETURNS: ("roi",),
    QUALITY: ("attendance",),
}

# Sources that a hidden fact is made of: where a role reads no such fact, a figure on it
# would be 0 and not missing.
_HIDES = {
    "spend": "spend", "order_line": "order_lines", "touch": "events", "reward": "rewards",
    "followup": "followups",
}  # fmt: skip


def visible(names: tuple[str, ...], hidden_facts: frozenset[str]) -> tuple[str, ...]:
    """The measures whose sources a role may all read."""
    hidden = {_HIDES[fact] for fact in hidden_facts & set(_HIDES)}
    return tuple(name for name in names if not hidden & set(MEASURES[name].metric.sources))
