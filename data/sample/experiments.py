"""The register of experiments: the three playbooks with people held out."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from data.sample.calendar import at, day_number
from data.sample.columns import instants, rows
from data.sample.truths import HARMFUL_SOP, SOP_WINDOWS, USEFUL_SOP, USELESS_SOP

_NAMES = {
    USELESS_SOP: "每日问候消息",
    HARMFUL_SOP: "每日电话跟进",
    USEFUL_SOP: "30 分钟内首次回复",
}


def experiment_table() -> pa.Table:
    """One row per playbook."""
    start = np.array([day_number(first) for first, _ in SOP_WINDOWS.values()])
    end = np.array([day_number(last) + 1 for _, last in SOP_WINDOWS.values()])
    midnight = np.zeros(len(start), dtype=np.int64)
    return rows(
        "experiments",
        experiment_id=list(SOP_WINDOWS),
        name=[_NAMES[sop] for sop in SOP_WINDOWS],
        unit=["person"] * len(SOP_WINDOWS),
        started_at=instants(at(start, midnight)),
        ended_at=instants(at(end, midnight)),
        metric=["first_order_conversion"] * len(SOP_WINDOWS),
    )
