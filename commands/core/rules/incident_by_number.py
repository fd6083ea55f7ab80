"""Incidents named by a number: for `show` and `export`, and the incidents that a duplicate is a duplicate of."""

from __future__ import annotations

from commands.core.verb import DecisionContext
from incident.model.incident import Incident
from incident.refusal import Code, Refusal
from incident.rules import visibility


def find_visible(number: str | None, now: DecisionContext) -> Incident:
    """Return the incident of that number, else this channel's; one the actor may not see is refused as unknown."""
    found = now.incident if number is None else seen_by_actor(number, now)
    if found is None or not visibility.may_see(found, now.actor.id, is_guest=now.actor.is_guest):
        raise Refusal(Code.NO_INCIDENT, "show_unknown", "number", number=number or "")
    return found


def seen_by_actor(number: str, now: DecisionContext) -> Incident | None:
    """Return the incident of a number as people type it; None for one that does not exist or that the actor may not see."""
    key = now.reader.find(now.team, number=full_number(number, now.at.year))
    found = now.reader.peek(key) if key else None
    return found if found and visibility.may_see(found, now.actor.id, is_guest=now.actor.is_guest) else None


def originals(incident: Incident, now: DecisionContext) -> tuple[Incident, ...]:
    """Return what an incident is a duplicate of, and what that is a duplicate of, to the first that is none.

    The row ends before an incident that the actor may not see.
    """
    found: list[Incident] = []
    seen, number = {incident.number}, incident.duplicate_of
    while number is not None and number not in seen and (other := seen_by_actor(number, now)) is not None:
        seen.add(number)
        found.append(other)
        number = other.duplicate_of
    return tuple(found)


def full_number(typed: str, year: int) -> str:
    """Complete a number as people type it: `42` is the 42nd of this year, `2025-7` the 7th of that one."""
    short = typed.strip().strip("#").upper().removeprefix("INC-")
    of_year, _, number = short.rpartition("-")
    return f"INC-{of_year or year}-{number:0>4}"
