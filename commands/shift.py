"""`shift`: covers, takes and swaps of on-call shifts. People type it as `oncall cover`, `oncall take`, `oncall swap`, `oncall undo`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from commands.core.rules.organisation import covers, shift_choices, swaps
from commands.core.rules.organisation.reason_redaction import reason_redacted
from commands.core.verb import DecisionContext, Group, Verb
from incident.entry import Fact
from incident.frozen import Utc
from incident.rules.service_contacts import schedule_named
from roles.person_ids import PersonId
from roles.schedules.people_on_call import who


@dataclass(frozen=True)
class ShiftView:
    """Who is on call now by each schedule, in the order in which they are asked."""

    on_call: Mapping[str, tuple[PersonId, ...]]


class Shift(Verb):
    """Change who is on call: `oncall cover @eva 18:00 22:00`, `oncall take`, `oncall swap @eva`, `oncall undo`."""

    name = "shift"
    aliases = shift_choices.ALIASES
    group = Group.ROLES
    needs_incident = False
    of_organisation = True

    change: Annotated[
        Literal["cover", "take", "swap", "accept", "decline", "withdraw", "undo", "redact"], shift_choices.CHANGE
    ]
    who: Annotated[PersonId | None, shift_choices.WHO] = None
    instead_of: Annotated[PersonId | None, shift_choices.INSTEAD_OF] = None
    start: Annotated[Utc | None, shift_choices.START] = None
    end: Annotated[Utc | None, shift_choices.END] = None
    mine: Annotated[Utc | None, shift_choices.MINE] = None
    theirs: Annotated[Utc | None, shift_choices.THEIRS] = None
    schedule: Annotated[str | None, shift_choices.SCHEDULE] = None
    entry: Annotated[int | None, shift_choices.ENTRY] = None
    reason: Annotated[str | None, shift_choices.REASON] = None

    @property
    def intent(self) -> str:
        """Name the request as stored requests do."""
        return f"shift_{self.change}"

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Record the change, or the answer to one."""
        match self.change:
            case "cover":
                return (covers.covered(self.who, self._asked, now),)
            case "take":
                return (covers.taken(self._asked, now),)
            case "swap":
                return (swaps.offered(self.who, self.schedule, (self.mine, self.theirs), self.reason, now),)
            case "accept":
                return (swaps.accepted(self.entry, now),)
            case "decline":
                return (swaps.declined(self.entry, now),)
            case "withdraw":
                return (swaps.withdrawn(self.entry, now),)
            case "redact":
                return (reason_redacted(self.entry, self.reason, now),)
        return (swaps.undone(self.entry, self.reason, now),)

    def view(self, now: DecisionContext) -> ShiftView:
        """Return who is on call now."""
        schedules = ((name, schedule_named(name, now.policy, now.team)) for name in now.policy.schedules)
        return ShiftView({name: tuple(one.person for one in who(of, now.at)) for name, of in schedules if of})

    @property
    def _asked(self) -> covers.ShiftRequest:
        return covers.ShiftRequest(self.schedule, self.start, self.end, self.instead_of, self.reason)
