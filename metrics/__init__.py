"""What numbers mean: pure functions over facts.

A function's ``facts`` are a viewer's: rows outside the scope do not exist in them, so it
neither filters by campus nor by role, and its docstring tells of its options alone.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache


@cache
def load_all() -> None:
    """Import every module of metrics, so that the registry holds every metric."""
    for module in pkgutil.walk_packages(__path__, f"{__name__}."):
        importlib.import_module(module.name)
