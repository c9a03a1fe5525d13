"""Roles, rights, campuses and audited actions in words."""

from __future__ import annotations

from components.kit.rows.columns import names_by_id, without_brand
from components.words.i18n import N_, _, language
from data.scope import EVERY_CAMPUS, Role

ROLE_LABELS = {
    "manager": N_("Manager"),
    "campus_head": N_("Campus head"),
    "consultant": N_("Consultant"),
    "marketing": N_("Marketing"),
    "teacher": N_("Teacher"),
    "analyst": N_("Analyst"),
}
PEOPLE_LABELS = {
    "all": N_("everybody"),
    "own_leads": N_("their own leads"),
    "own_classes": N_("their own classes"),
}
ACTION_LABELS = {
    "signed_in": N_("signed in"),
    "signed_out": N_("signed out"),
    "signed_out_everywhere": N_("signed out everywhere"),
    "sign_in_failed": N_("sign-in failed"),
    "account_created": N_("account created"),
    "account_changed": N_("account changed"),
    "account_disabled": N_("account disabled"),
    "account_enabled": N_("account enabled"),
    "password_set": N_("password set"),
    "password_hashed_anew": N_("password kept in a stronger form"),
    "code_asked": N_("password right, code asked"),
    "second_factor_set": N_("two-step sign-in turned on"),
    "second_factor_failed": N_("wrong code"),
    "second_factor_forgotten": N_("two-step sign-in turned off"),
    "second_factor_required": N_("roles with two-step sign-in changed"),
    "recovery_code_used": N_("recovery code used"),
    "recovery_codes_made": N_("new recovery codes made"),
    "access_denied": N_("access denied"),
    "export": N_("rows exported"),
    "mapping": N_("mapping of columns kept"),
}
_SEPARATORS = {"zh": "、", "en": ", "}


def role_label(name: str) -> str:
    """A role in the reader's language."""
    return _(ROLE_LABELS[name]) if name in ROLE_LABELS else name


def action_label(name: str) -> str:
    """An audited action in the reader's language; one unknown here keeps its name."""
    return _(ACTION_LABELS[name]) if name in ACTION_LABELS else name


def people_label(role: Role) -> str:
    """Whose rows a role sees."""
    return _(PEOPLE_LABELS[role.people])


def campus_names() -> dict[str, str]:
    """The viewer's campuses: id → name, in the order of their ids."""
    return names_by_id("campus")


def campus_text(campuses: tuple[str, ...], names: dict[str, str] | None = None) -> str:
    """Campuses as one line, the brand they share left out; every campus is said as such."""
    if campuses == EVERY_CAMPUS:
        return _("all campuses")
    if not campuses:
        return _("no campus")
    names = campus_names() if names is None else names
    called = without_brand([names.get(campus, campus) for campus in campuses])
    return _SEPARATORS[language()].join(called)
