"""What people answered about the impact of an incident, and the levels that rules proposed for it. Values only."""

from __future__ import annotations

from incident.frozen import Frozen, MaybePersonalText, Utc


class Assessment(Frozen):
    """The last answers about the impact, which entry `n` recorded; `impact` and `urgency` are what the rules proposed.

    From `unbearable_at` on (UTC) the impact is unacceptable.
    """

    n: int
    impact_words: MaybePersonalText = None
    affected: int | None = None
    share: int | None = None
    unbearable_at: Utc | None = None
    impact: int | None = None
    urgency: int | None = None
