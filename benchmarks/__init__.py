"""Repeatable measurements; each prints one JSON object a line."""

from __future__ import annotations

import json


def report(name: str, value: float, unit: str, target: float, *, at_most: bool = True) -> None:
    """Print one measurement and whether it keeps its target."""
    ok = value <= target if at_most else value >= target
    line = {"name": name, "value": round(value, 4), "unit": unit, "target": target, "ok": ok}
    print(json.dumps(line), flush=True)
