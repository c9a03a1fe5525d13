"""The kinds of identifiers, and how far each may bind people together."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class IdentifierKind:
    """One kind of identifier.

    ``priority`` counts from 1, the strongest, without gaps: it decides whose a row is when
    its identifiers do not belong to one person. A weak kind never merges. ``per_person``
    bounds how many values one person may have, ``with_login`` the same where the person
    has a login; a link beyond the bound is refused and becomes a conflict.
    ``shared_above`` is how many distinct ``shared_by`` values a value may meet: above, it
    is nobody's own (a consultant's WeChat, a placeholder number), links nothing and
    decides last.
    """

    name: str
    priority: int
    is_strong: bool = True
    per_person: int = 1
    with_login: int = 0
    shared_by: str = ""
    shared_above: int = 0

    @property
    def login_limit(self) -> int:
        """Values a person with a login may have."""
        return self.with_login or self.per_person


LARGEST_PERSON = 12  # strong identifiers; a larger component is a bridge, not a person

# A parent may have two numbers and still be one WeChat user, while an account is
# registered to one number: a second one there is a mistake or another person.
# fmt: off
KINDS: tuple[IdentifierKind, ...] = (
    IdentifierKind(name="login_id", priority=1),
    IdentifierKind(name="phone", priority=2, per_person=2, with_login=1,
                   shared_by="unionid", shared_above=3),
    IdentifierKind(name="unionid", priority=3, shared_by="phone", shared_above=2),
    IdentifierKind(name="external_userid", priority=4, shared_by="phone", shared_above=2),
    IdentifierKind(name="openid", priority=5, per_person=4, shared_by="phone", shared_above=2),
    IdentifierKind(name="crm_id", priority=6, per_person=3, shared_by="phone", shared_above=2),
    # A student is not a person here; one whose guardians left nothing stands for them.
    IdentifierKind(name="student", priority=7),
    # Rows that bring no identifier are a person of their own.
    IdentifierKind(name="lead", priority=8),
    IdentifierKind(name="order", priority=9),
    IdentifierKind(name="device", priority=10, is_strong=False, per_person=0),
    # Names are shown, never joined by.
    IdentifierKind(name="name", priority=11, is_strong=False, per_person=0),
)
# fmt: on

STRONG: tuple[IdentifierKind, ...] = tuple(kind for kind in KINDS if kind.is_strong)
LINKING: tuple[IdentifierKind, ...] = STRONG[:6]  # those that rows bring side by side
