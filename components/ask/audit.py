"""What of a viewer's doings goes into the audit log, written before it happens."""

from __future__ import annotations

from data.installation.process import installation


def record_export(user: str, *, subject: str, rows: int, kind: str, **detail: object) -> None:
    """Log that a viewer takes rows out, or refuse it.

    Works outside a script run too, since files are made when they are fetched; the account
    is therefore looked up now, not taken from the page that drew the button. Raises
    `NotAllowed` if it is closed.
    """
    accounts = installation().accounts
    accounts.viewer(user)
    accounts.audit.append(
        actor=user,
        action="export",
        subject=subject,
        detail={"rows": rows, "kind": kind, **detail},
    )
