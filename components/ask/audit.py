"""What of a viewer's doings goes into the audit log, written before it happens."""

from __future__ import annotations

from data.errors import NotAllowed
from data.installation.process import installation
from data.scope import role


def record_export(user: str, *, subject: str, rows: int, kind: str, **detail: object) -> None:
    """Log that a viewer takes rows out, or refuse it.

    Works outside a script run too, since files are made when they are fetched; the role
    is therefore looked up now, not taken from the page that drew the button.

    Raises
    ------
    NotAllowed
        If the account is closed or its role may not export; logged as well.
    """
    accounts = installation().accounts
    allowed = role(accounts.viewer(user).role).exports
    accounts.audit.append(
        actor=user,
        action="export" if allowed else "export_denied",
        subject=subject,
        detail={"rows": rows, "kind": kind, **detail},
    )
    if not allowed:
        raise NotAllowed(f"role must be one that exports rows, {user!r} has another")
