"""The incident that `show` and `export` are asked for, by its number or of this channel."""

from __future__ import annotations

from commands.core.verb import DecisionContext
from incident.model.incident import Incident
from incident.refusal import Code, Refusal
from incident.rules import visibility


def find_visible(number: str | None, now: DecisionContext) -> Incident:
    """Return the incident of that number, else this channel's; one the actor may not see is refused as unknown."""
    if number is None:
        found = now.incident
    else:
        key = now.reader.find(now.team, number=full_number(number, now.at.year))
        found = now.reader.peek(key) if key else None
    if found is None or not visibility.may_see(found, now.actor.id, is_guest=now.actor.is_guest):
        raise Refusal(Code.NO_INCIDENT, "show_unknown", "number", number=number or "")
    return found


def full_number(typed: str, year: int) -> str:
    """Complete a number as people type it: `42` is the 42nd of this year, `2025-7` the 7th of that one."""
    short = typed.strip().strip("#").upper().removeprefix("INC-")
    of_year, _, number = short.rpartition("-")
    return f"INC-{of_year or year}-{number:0>4}"
