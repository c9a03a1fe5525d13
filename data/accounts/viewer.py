"""The person who looks: a signed-in account as pages and queries know it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from data.scope import EVERY_CAMPUS, Scope, role


@dataclass(frozen=True, kw_only=True)
class Viewer:
    """A signed-in account. ``language`` is "zh", "en" or "" (not chosen)."""

    user: str
    name: str
    role: str
    campuses: tuple[str, ...]
    staff_id: str = ""
    language: str = ""

    def scope(self, as_of: datetime) -> Scope:
        """The rows this viewer may see, as of an instant (UTC without zone)."""
        everywhere = role(self.role).campuses == "all"
        return Scope(
            user=self.user,
            role=self.role,
            campuses=EVERY_CAMPUS if everywhere else tuple(sorted(self.campuses)),
            staff_id=self.staff_id,
            as_of=as_of,
        )
