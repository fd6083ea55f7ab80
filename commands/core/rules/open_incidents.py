"""The incidents that a person may see, a page at a time: for members as the record lists them, for guests those of their channels."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from commands.core.request import Actor
from commands.core.verb import Verb
from incident.entry import IncidentKey
from incident.model.incident import Incident
from incident.model.incident_search import IncidentSearch
from incident.ports import OpenPage, Reader
from incident.rules.open_list import position
from incident.rules.visibility import is_called

_MOST_OF_A_GUEST: Final = 200
# A search that meets so many incidents which the actor may not see ends there.
_MOST_READ: Final = 200


def open_page(
    reader: Reader, team: str, actor: Actor, *, after: IncidentKey | None = None, limit: int = 20
) -> OpenPage:
    """Return a page of the open incidents that the actor may see; a guest's are those in which they were active."""
    if not actor.is_guest:
        return _within(actor, reader.open_page(team, actor.id, after=after, limit=limit))
    before = reader.peek(after) if after else None
    found = own_incidents(reader, team, actor, limit=_MOST_OF_A_GUEST)
    found = [one for one in found if before is None or position(one) > position(before)]
    return OpenPage(incidents=tuple(found[:limit]), more=len(found[limit:]))


def _within(actor: Actor, page: OpenPage) -> OpenPage:
    """Return a page without what the actor's token does not reach."""
    if actor.limits is None:
        return page
    return page.model_copy(update={"incidents": tuple(one for one in page.incidents if actor.may_see(one))})


def newest_page(
    reader: Reader,
    team: str,
    actor: Actor,
    search: IncidentSearch,
    *,
    after: IncidentKey | None = None,
    limit: int = 20,
) -> OpenPage:
    """Return a page of what a search finds and the actor may see, newest first; `more` is 1 if any follows."""
    found: list[Incident] = []
    place = after
    for _ in range(0, _MOST_READ, 2 * limit):
        read = reader.newest(team, search, after=place, limit=2 * limit)
        found += [one for one in read if actor.may_see(one)]
        if len(found) > limit or len(read) < 2 * limit:
            break
        place = read[-1].key
    return OpenPage(incidents=tuple(found[:limit]), more=int(len(found) > limit))


def own_incidents(
    reader: Reader, team: str, actor: Actor, *, with_masks: bool = False, limit: int = 30
) -> Sequence[Incident]:
    """Return the open incidents that concern the actor and that they may see."""
    found = reader.own_incidents(team, actor.id, with_masks=with_masks, limit=limit)
    return [one for one in found if actor.may_see(one)]


def over_incidents(reader: Reader, team: str, actor: Actor, *, since: datetime, limit: int = 30) -> Sequence[Incident]:
    """Return the incidents that are over and in which something still waits for the actor, as far as they may see them.

    That is a review since a time, or a temporary fix in place.
    """
    found = reader.over_incidents(team, actor.id, since=since, limit=limit)
    return [one for one in found if actor.may_see(one)]


def called_to(reader: Reader, team: str, actor: Actor) -> Sequence[Incident]:
    """Return the open incidents to which the actor is called and which they may not see before they accept."""
    found = () if actor.is_guest or actor.limits else reader.own_incidents(team, actor.id)
    return [one for one in found if is_called(one, actor.id) and not actor.may_see(one)]


def meant_incident(verb: type[Verb], reader: Reader, team: str, actor: Actor) -> Incident | None:
    """Return the incident of a line that names none, where none is; None if there is none or several.

    A question is about the only open incident that the actor may see. An act is for the only one that waits for it from
    the actor, such as an answer to a call.
    """
    if verb.is_query:
        found = open_page(reader, team, actor, limit=2).incidents
    else:
        mine = (*own_incidents(reader, team, actor), *(called_to(reader, team, actor) if verb.is_answer else ()))
        found = tuple(one for one in mine if verb.is_awaited(one, actor.id))
    return found[0] if len(found) == 1 else None
