"""What numbers mean: pure functions over facts."""

from __future__ import annotations

import importlib
import pkgutil


def load_all() -> None:
    """Import every module of metrics, so that the registry holds every metric."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
