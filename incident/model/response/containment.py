"""What stopped the spread of an incident, and by whom. Values only."""

from __future__ import annotations

from typing import Literal

from incident.frozen import Frozen, PersonalText, Utc
from roles.person_ids import PersonId


class Containment(Frozen):
    """A step that stopped the spread; `outside_group` if who did it was no responder."""

    at: Utc
    term: Literal["short", "long"]
    text: PersonalText
    by: PersonId
    effective_at: Utc | None = None
    outside_group: bool = False
