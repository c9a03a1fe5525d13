"""Which pages there are, in which order, and which of them a role has."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from components.words.i18n import N_
from data.scope import Role

PERSON_PAGE = "people/person"
FOLDER = Path(__file__).parents[2] / "pages"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A page: its script below ``pages/``, title, icon and the question it answers.

    ``needs`` names facts without which it has nothing to say; ``right`` a right of the
    role; ``roles`` the only roles that have it, all where none is named; ``filtered``
    whether the filter bar bears on it.
    """

    script: str
    title: str
    icon: str
    question: str
    needs: tuple[str, ...] = ()
    right: str = ""
    roles: tuple[str, ...] = ()
    filtered: bool = True

    @property
    def path(self) -> Path:
        """The page's script."""
        return FOLDER / f"{self.script}.py"

    def allowed(self, role: Role) -> bool:
        """Whether a role has this page."""
        readable = not set(self.needs) & role.hidden_facts
        if self.roles and role.name not in self.roles:
            return False
        return readable and (not self.right or bool(getattr(role, self.right)))


# fmt: off
SECTIONS: tuple[tuple[str, tuple[Entry, ...]], ...] = (
    (N_("Overview"), (
        Entry(script="overview/board", title=N_("Live board"), icon=":material/monitoring:",
              question=N_("How does today stand against plan, and why?")),
        Entry(script="overview/plans", title=N_("Plans"), icon=":material/flag:",
              question=N_("What is each month to bring, by campus, and who decided it?"),
              roles=("manager", "campus_head", "marketing", "analyst")),
    )),
    (N_("Lifecycle"), (
        Entry(script="lifecycle/acquisition", title=N_("Acquisition"), icon=":material/campaign:",
              question=N_("Which channels bring families who stay, at what cost?"),
              needs=("order_line",)),
        Entry(script="lifecycle/conversion", title=N_("Conversion"), icon=":material/handshake:",
              question=N_("Whom to call first, how soon, and who turns leads into families?"),
              roles=("manager", "campus_head", "consultant", "marketing", "analyst"),
              needs=("order_line", "followup")),
        Entry(script="lifecycle/learning", title=N_("Learning service"), icon=":material/school:",
              question=N_("Who attends the lessons, and who is about to leave?"),
              roles=("manager", "campus_head", "teacher", "analyst")),
        Entry(script="lifecycle/renewal", title=N_("Renewal and referral"),
              icon=":material/autorenew:",
              question=N_("Who will go on, and who brings others?"),
              roles=("manager", "campus_head", "consultant", "analyst"),
              needs=("due", "order_line")),
    )),
    (N_("Growth"), (
        Entry(script="growth/activities", title=N_("Activities"), icon=":material/celebration:",
              question=N_("Which activities work, and what does the running one need?"),
              needs=("spend", "order_line")),
        Entry(script="growth/visitors", title=N_("Visitors"), icon=":material/footprint:",
              question=N_("Who came, who is keen, and how do we reach those without a phone?"),
              roles=("manager", "campus_head", "consultant", "marketing", "analyst")),
        Entry(script="growth/spread", title=N_("Spread"), icon=":material/hub:",
              question=N_("Who spreads the word, how far does it carry, and whom to ask next?"),
              roles=("manager", "campus_head", "consultant", "marketing", "analyst"),
              filtered=False),
    )),
    (N_("People"), (
        Entry(script="people/person", title=N_("Find a person"), icon=":material/person_search:",
              question=N_("Who is this family, what happened so far, what comes next?"),
              filtered=False),
    )),
    (N_("Administration"), (
        Entry(script="admin/sources", title=N_("Data sources"), icon=":material/database:",
              question=N_("Has everything arrived, and what was refused?"), right="imports",
              filtered=False),
        Entry(script="admin/access", title=N_("Access"), icon=":material/admin_panel_settings:",
              question=N_("Who may see what, and who looked?"), right="manages_accounts",
              filtered=False),
        Entry(script="admin/dictionary", title=N_("Metric dictionary"), icon=":material/menu_book:",
              question=N_("What does each number mean, exactly?"), filtered=False),
    )),
)
# fmt: on
FIRST_PAGE = Path(SECTIONS[0][1][0].script).name  # every role has it


def entry_of(script: str) -> Entry:
    """The page of a script below ``pages/``."""
    return next(e for _section, entries in SECTIONS for e in entries if e.script == script)


def entries_for(role: Role) -> list[tuple[str, list[Entry]]]:
    """Sections with the pages that a role has."""
    found = [(section, [e for e in entries if e.allowed(role)]) for section, entries in SECTIONS]
    return [(section, entries) for section, entries in found if entries]


def missing_for(role: Role) -> list[Entry]:
    """Pages that a role does not have, whose addresses a colleague may have sent."""
    return [e for _section, entries in SECTIONS for e in entries if not e.allowed(role)]


def link_to(script: str, role: Role) -> str | None:
    """Where `st.page_link` finds a page; None for a role that does not have it."""
    for _section, entries in entries_for(role):
        for entry in entries:
            if entry.script == script:
                return f"../../pages/{script}.py"  # from the frame's folder
    return None
