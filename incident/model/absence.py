"""People who cannot be asked for anything now, and periods without a commander. Values only."""

from __future__ import annotations

from incident.frozen import Frozen, Utc
from roles.accounts import Unavailability
from roles.person_ids import PersonId


class Absence(Frozen):
    """A person who cannot be asked since `at` (UTC), and why."""

    who: PersonId
    at: Utc
    why: Unavailability


class CommanderGap(Frozen):
    """A period without a commander, between the first commander and resolution."""

    since: Utc
    until: Utc | None = None
