"""Who may bring files in, and see what was refused of them."""

from __future__ import annotations

from data.accounts import Viewer
from data.errors import NotAllowed
from data.scope import role


def require_imports(viewer: Viewer) -> None:
    """Refuse a viewer whose role brings no files in."""
    if not role(viewer.role).imports:
        raise NotAllowed(f"the role must allow imports, {viewer.role} does not")
