"""A status update that waits for approval. A value only."""

from __future__ import annotations

from typing import Literal

from incident.frozen import Frozen, MaybePersonalText, PersonalText, Utc
from incident.states import Audience
from roles.person_ids import PersonId


class UpdateDraft(Frozen):
    """A status update that waits for approval, written by `by` in entry `n`.

    One that `corrects` the update of an entry is no further update. `outcome` says how it ended; then `text` is empty. `impact` is what it means for the business.
    """

    n: int
    audience: Audience
    text: PersonalText
    by: PersonId
    at: Utc
    final: bool = False
    next_update_at: Utc | None = None
    corrects: int | None = None
    impact: MaybePersonalText = None
    outcome: Literal["approved", "changed", "discarded"] | None = None
    closed_by: PersonId | None = None
    closed_at: Utc | None = None
