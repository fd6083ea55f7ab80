"""An event as it is folded: where it came from, how often, and whether it is an incident. Values only."""

from __future__ import annotations

from typing import Final

from incident.frozen import Frozen, MaybePersonalText, PersonalText, Utc
from incident.states import Priority
from organisation.entries.event_changes import EventKind
from roles.person_ids import PersonId

EVENT_PREFIX: Final = "EV"


class Event(Frozen):
    """What was seen or reported, of entry `received_by`. It awaits a judgement until `judged` is the entry of one.

    `count` are its alerts, repetitions included, `members` the different ones, `firing` the marks of those that fire.
    `digests` are those of the keys that it gathers. `number` is the incident that it is, or belongs to.
    """

    id: str
    source: str
    kind: EventKind
    text: PersonalText
    details: MaybePersonalText = None
    link: MaybePersonalText = None
    reporter: MaybePersonalText = None
    can_work: str | None = None
    callback: MaybePersonalText = None
    service: str | None = None
    priority: Priority | None = None
    digests: tuple[str, ...] = ()
    firing: tuple[str, ...] = ()
    starts_at: Utc | None = None
    declares: str | None = None
    received_by: int
    by: PersonId
    received_at: Utc
    last_at: Utc
    is_firing: bool = True
    count: int = 1
    members: int = 1
    judged: int | None = None
    judged_at: Utc | None = None
    judged_by: PersonId | None = None
    is_incident: bool | None = None
    number: str | None = None
    reason: MaybePersonalText = None
    rule: str | None = None

    @property
    def is_open(self) -> bool:
        """True until it is judged."""
        return self.judged is None


def next_event_id(last: str | None, year: int) -> str:
    """Return the id after `last` in a year: EV-2026-0007. The numbers of a year have no gap."""
    of_year = last is not None and last.startswith(f"{EVENT_PREFIX}-{year}-")
    n = int((last or "").rpartition("-")[2]) + 1 if of_year else 1
    return f"{EVENT_PREFIX}-{year}-{n:04d}"
