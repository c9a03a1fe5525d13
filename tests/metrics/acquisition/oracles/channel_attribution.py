"""Compute `channel_attribution.json`: see the README beside it."""

import json
import sys
from pathlib import Path

import pandas as pd
from ChannelAttribution import heuristic_models, markov_model

NAMES = {
    "first": "first_touch_conversions",
    "last": "last_touch_conversions",
    "linear": "linear_touch_conversions",
    "linear_value": "linear_touch_value",
}


def main(data: str, target: str) -> None:
    """Write the oracle's credits by channel and model."""
    paths = pd.read_csv(data)
    more = {"var_value": "total_conversion_value", "flg_pro": False}
    rules = heuristic_models(paths, "path", "total_conversions", **more).set_index("channel_name")
    found = {ours: rules[theirs].round(6).to_dict() for ours, theirs in NAMES.items()}
    for order in (1, 2, 3):
        chain = markov_model(
            paths, "path", "total_conversions", var_null="total_null", order=order,
            nsim_start=20_000_000, seed=1, verbose=False, **more,
        ).set_index("channel_name")  # fmt: skip
        found[f"markov_{order}"] = chain["total_conversions"].round(2).to_dict()
    Path(target).write_text(json.dumps(found, indent=1, sort_keys=True))


if __name__ == "__main__":
    main(*sys.argv[1:])
