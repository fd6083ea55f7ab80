"""Pages of incidents newest first: those that ended, the open ones, or both, of a service, of some priorities, since a time.

Every query walks an index backwards and ends after a page, however many incidents the record holds; open ones of all
services are sorted first.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import Connection, Integer, Select, bindparam, select, tuple_

from incident.entry import IncidentKey
from incident.model.incident_search import IncidentSearch
from storage.database.sqlite import by_index
from storage.tables import INCIDENT


def page(
    connection: Connection, team: str, search: IncidentSearch, *, after: IncidentKey | None, limit: int
) -> list[str]:
    """Return the incidents of a page that starts after the place of an incident; none if that incident has no place."""
    given: dict[str, Any] = {"of_team": team, "most": limit, "of_service": search.service, "since": search.since}
    if search.priorities:
        given["of_priorities"] = [one.value for one in search.priorities]
    walked = _walked(search.is_over)
    if after is not None:
        ours = (INCIDENT.c.team == team) & (INCIDENT.c.incident == after.id)
        given |= {"at": connection.execute(select(walked).where(ours)).scalar_one_or_none(), "after": after.id}
        if given["at"] is None:
            return []
    limits = (search.service is not None, bool(search.priorities), search.since is not None)
    query = _newest(search.is_over, *limits, after is not None)
    return list(connection.execute(query, given).scalars())


def _walked(is_over: bool | None) -> Any:
    return INCIDENT.c.ended_at if is_over else INCIDENT.c.declared_at


@cache
def _newest(is_over: bool | None, of_service: bool, of_priorities: bool, since: bool, after: bool) -> Select[Any]:
    walked = _walked(is_over)
    query = select(INCIDENT.c.incident).where(INCIDENT.c.team == bindparam("of_team"))
    if is_over:
        query = query.where(walked.is_not(None))
    elif is_over is False:
        query = query.where(INCIDENT.c.is_over.is_(False))
    if of_service:
        query = query.where(INCIDENT.c.service == bindparam("of_service"))
    if of_priorities:
        query = query.where(INCIDENT.c.priority.in_(bindparam("of_priorities", expanding=True)))
    if since:
        query = query.where(walked >= bindparam("since", type_=walked.type))
    if after:
        at = bindparam("at", type_=walked.type)
        query = query.where(walked <= at, tuple_(walked, INCIDENT.c.incident) < tuple_(at, bindparam("after")))
    query = query.with_hint(INCIDENT, *by_index(_INDEX[is_over, of_service]))
    return query.order_by(walked.desc(), INCIDENT.c.incident.desc()).limit(bindparam("most", type_=Integer))


_INDEX = {
    (True, True): "ix_incident_service_ended",
    (True, False): "ix_incident_ended",
    (False, True): "ix_incident_service",
    (False, False): "ix_incident_newest",
    (None, True): "ix_incident_service_all",
    (None, False): "ix_incident_declared",
}
