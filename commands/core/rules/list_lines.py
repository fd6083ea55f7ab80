"""An incident as lists show it: how old it is, who leads it, and what is overdue."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from incident.deadlines import due_deadlines
from incident.deadlines.deadline import Deadline
from incident.model.incident import Incident
from incident.model.incident_search import declared_at
from incident.policy import Policy
from roles.person_ids import PersonId
from roles.role_names import Role

# What others wait for; the rest (handovers, questions to a person) is for the person asked alone.
_OVERDUE: Final = ("acknowledge", "commander", "missed", "update", "action", "restoration", "tempfix", "review")


@dataclass(frozen=True)
class ListLine:
    """An incident in a list. `overdue` has each thing once, in the order of what is worst."""

    i: Incident
    overdue: tuple[Deadline, ...]
    at: datetime

    @property
    def declared_at(self) -> datetime:
        """When the incident was put on record (UTC)."""
        return declared_at(self.i)

    @property
    def age(self) -> timedelta:
        """How long ago that was."""
        return max(self.at - self.declared_at, timedelta())

    @property
    def ended_at(self) -> datetime | None:
        """When the incident ended (UTC); None while it is open."""
        return self.i.states[-1].at if self.i.is_over and self.i.states else None

    @property
    def commander(self) -> PersonId | None:
        """Who commands the incident."""
        return self.i.holder(Role.COMMANDER)

    @property
    def channel(self) -> str | None:
        """The incident's channel."""
        return self.i.own_channel


def list_lines(incidents: Iterable[Incident], policy: Policy, at: datetime) -> tuple[ListLine, ...]:
    """Return the lines of incidents."""
    return tuple(ListLine(one, overdue(one, policy, at), at) for one in incidents)


def overdue(incident: Incident, policy: Policy, at: datetime) -> tuple[Deadline, ...]:
    """Return what is overdue: acknowledgement, commander, updates, actions, restoration, temporary fixes, review.

    An update that was missed is not named again as one that is due.
    """
    found = [thing for thing in due_deadlines.due(incident, policy) if thing.kind in _OVERDUE and thing.due_at <= at]
    found.sort(key=lambda thing: (_OVERDUE.index(thing.kind), thing.due_at))
    each: dict[tuple[str, str], Deadline] = {}
    for thing in found:
        each.setdefault(("update" if thing.kind == "missed" else thing.kind, thing.about), thing)
    return tuple(each.values())
