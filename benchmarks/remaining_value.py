"""Learning what families will still buy from 400 000 made-up payers, those of 1 M leads.

``python -m benchmarks.remaining_value``
"""

from __future__ import annotations

from time import perf_counter

import numpy as np
import pandas as pd
import pyarrow as pa

from benchmarks import report
from metrics.renewal.value_model import BY_TERM, learn, trier, valuer

_PAYERS = 400_000
_WEEKS = 156  # three years


def main() -> None:
    """Print the seconds to learn, to try on later weeks, and to value everybody."""
    people, counts = _made_up()
    start = perf_counter()
    learnt = learn(counts)
    report("remaining_value.learn", perf_counter() - start, "s", 2.0)
    start = perf_counter()
    trier(52)(counts)
    report("remaining_value.try", perf_counter() - start, "s", 2.0)
    start = perf_counter()
    valuer(learnt, name=BY_TERM, weeks=52, kept=0.97)(people)
    report("remaining_value.value", perf_counter() - start, "s", 1.0)


def _made_up() -> tuple[pa.Table, pa.Table]:
    """Payers, and their counts, as `metrics.renewal.remaining_value` gives both."""
    rng = np.random.default_rng(11)
    orders = 1 + rng.geometric(0.55, _PAYERS) - 1
    age = rng.integers(1, _WEEKS, _PAYERS)
    last = np.where(orders > 1, (age * rng.beta(2, 2, _PAYERS)).astype(np.int64), 0)
    mean = np.round(rng.gamma(8, 650, _PAYERS), -1).astype(np.int64) + 10
    people = pd.DataFrame(
        {
            "person_id": [f"P{i:07d}" for i in range(_PAYERS)], "orders": orders,
            "paid_cny": (mean * orders).astype(float), "last_weeks": last, "age_weeks": age,
        }
    )  # fmt: skip
    later = rng.poisson(0.6, _PAYERS)
    parts = [
        pd.DataFrame({"what": "people", "orders": orders, "weeks": last, "until_weeks": age,
                      "later": later}),
        pd.DataFrame({"what": "gaps", "orders": np.minimum(orders, 2), "weeks": age - last,
                      "until_weeks": 0, "later": (rng.random(_PAYERS) < 0.6).astype(int)}),
        pd.DataFrame({"what": "values", "orders": orders, "weeks": mean, "until_weeks": 0,
                      "later": 0}),
    ]  # fmt: skip
    counts = pd.concat(parts).value_counts().reset_index(name="n")
    return pa.Table.from_pandas(people), pa.Table.from_pandas(counts, preserve_index=False)


if __name__ == "__main__":
    main()
