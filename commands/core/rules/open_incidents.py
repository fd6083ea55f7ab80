"""The open incidents that a person may see: for members as the record lists them, for guests those of their channels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from commands.core.request import Actor
from incident.entry import IncidentKey
from incident.model.incident import Incident
from incident.ports import IncidentSummary, OpenPage, Reader
from incident.rules.open_list import position
from incident.rules.visibility import may_see

_MOST_OF_A_GUEST: Final = 200


def open_page(
    reader: Reader, team: str, actor: Actor, *, after: IncidentKey | None = None, limit: int = 20
) -> OpenPage:
    """Return a page of the open incidents that the actor may see; a guest's are those in which they were active."""
    if not actor.is_guest:
        return reader.open_page(team, actor.id, after=after, limit=limit)
    before = reader.peek(after) if after else None
    found = own_incidents(reader, team, actor, limit=_MOST_OF_A_GUEST)
    found = [one for one in found if before is None or position(one) > position(before)]
    return OpenPage(incidents=tuple(_summary(one) for one in found[:limit]), more=len(found[limit:]))


def own_incidents(
    reader: Reader, team: str, actor: Actor, *, with_masks: bool = False, limit: int = 30
) -> Sequence[Incident]:
    """Return the open incidents that concern the actor and that they may see."""
    found = reader.own_incidents(team, actor.id, with_masks=with_masks, limit=limit)
    return [one for one in found if may_see(one, actor.id, is_guest=actor.is_guest)]


def _summary(incident: Incident) -> IncidentSummary:
    names = ("key", "number", "title", "state", "priority", "major", "drill")
    return IncidentSummary(channel=incident.places.channel, **{name: getattr(incident, name) for name in names})
