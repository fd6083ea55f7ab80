"""The incident that a person names, by its number, its channel or the link of a message in it, and what it is a duplicate of."""

from __future__ import annotations

import re
from typing import Final

from commands.core.verb import DecisionContext
from incident.entry import IncidentKey
from incident.model.incident import Incident
from incident.refusal import Code, Refusal

_CHANNEL: Final = re.compile(r"<#(?P<channel>[CG][A-Z0-9]+)(?:\|[^<>]*)?>")
_LINK: Final = re.compile(r"/archives/(?P<channel>[CGD][A-Z0-9]+)(?:/p(?P<seconds>\d{10})(?P<micros>\d{6}))?")
_NUMBER: Final = re.compile(r"#?(?:INC-)?(?:(?P<year>\d{4})-)?(?P<number>\d{1,9})", re.IGNORECASE)


def find_visible(named: str | None, now: DecisionContext) -> Incident:
    """Return the incident that is named, else this channel's; one the actor may not see is refused as unknown."""
    found = now.incident if named is None else seen_by_actor(named, now)
    if found is None or not now.actor.may_see(found):
        raise Refusal(Code.NO_INCIDENT, "show_unknown", "number", number=named or "")
    return found


def seen_by_actor(named: str, now: DecisionContext) -> Incident | None:
    """Return the incident that a reference names; None for one that does not exist or that the actor may not see."""
    key = _key_of(named.strip(), now)
    found = now.reader.peek(key) if key else None
    return found if found and now.actor.may_see(found) else None


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


def _key_of(named: str, now: DecisionContext) -> IncidentKey | None:
    if link := _LINK.search(named):
        at_channel = now.reader.find(now.team, channel=link["channel"])
        if at_channel is not None or link["seconds"] is None:
            return at_channel
        held = now.reader.holders(now.team, link["channel"], f"{link['seconds']}.{link['micros']}")
        return held[-1] if held else None
    if channel := _CHANNEL.fullmatch(named):
        return now.reader.find(now.team, channel=channel["channel"])
    return now.reader.find(now.team, number=full_number(named, now.at.year))


def full_number(typed: str, year: int) -> str:
    """Complete a number as people type it: `42` is the 42nd of this year, `2025-7` the 7th of that one."""
    found = _NUMBER.fullmatch(typed.strip())
    return f"INC-{found['year'] or year}-{found['number']:0>4}" if found else typed.strip().upper()
