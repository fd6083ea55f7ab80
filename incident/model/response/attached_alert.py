"""The alerts of an incident as they are folded, by the event that gathers them. Values only."""

from __future__ import annotations

from incident.frozen import Frozen, MaybePersonalText, PersonalText, Utc


class AttachedAlert(Frozen):
    """The alerts of one event of a source, attached by entry `n`; `last_at` is when they changed last (UTC)."""

    n: int
    event: str
    source: str
    text: PersonalText
    link: MaybePersonalText = None
    at: Utc
    last_at: Utc
    starts_at: Utc | None = None
    is_firing: bool = True
    members: int = 1
