"""The categories and types that an incident had, as folded. Values only."""

from __future__ import annotations

from incident.frozen import Frozen, PersonalText, Utc
from roles.person_ids import PersonId


class CategoryItem(Frozen):
    """A category the incident had."""

    at: Utc
    category: str
    subcategory: str | None
    by: PersonId
    reason: PersonalText
    effective_at: Utc | None = None


class TypeItem(Frozen):
    """A type the incident had."""

    at: Utc
    type: str
    by: PersonId
    reason: PersonalText
    effective_at: Utc | None = None
