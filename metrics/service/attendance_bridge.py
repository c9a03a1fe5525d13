"""Why the three attendance rates differ: parts that add up exactly."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

Figure = Mapping[str, Any]


def attendance_bridge(
    strict: Figure, net: Figure, settled: Figure, made_up: Figure
) -> pd.DataFrame:
    """From the strict rate to the other two, part by part.

    Parameters
    ----------
    strict, net, made_up
        Figures of `attendance_strict`, `attendance_net` and `attendance_made_up` over the
        same seats: ``numerator``, ``denominator``.
    settled
        `attendance_strict` of only those seats that are old enough for the make-up rate.

    Returns
    -------
    DataFrame
        Rows of ``to`` ("net" or "made_up"), ``part``, ``change`` (in rate) and ``seats``:
        "leave" takes approved leave out of the denominator, "young" leaves out the seats
        that can still be made up, "made_up" adds those that were. The changes to each
        target add to its rate − the strict one. Empty where a rate has no denominator.
    """
    sides = (strict, net, settled, made_up)
    if not all(side["denominator"] for side in sides):
        return pd.DataFrame({"to": [], "part": [], "change": [], "seats": []})
    rate, rate_net, rate_settled, rate_made_up = (
        float(side["numerator"]) / float(side["denominator"]) for side in sides
    )
    rows = [
        ("net", "leave", rate_net - rate, strict["denominator"] - net["denominator"]),
        ("made_up", "young", rate_settled - rate, strict["denominator"] - settled["denominator"]),
        ("made_up", "made_up", rate_made_up - rate_settled,
         made_up["numerator"] - settled["numerator"]),
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["to", "part", "change", "seats"])
