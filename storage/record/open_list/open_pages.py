"""Pages of open incidents by their place in lists. Every query walks an index and ends after a page, however many are open.

Knows who is involved in what; knows no text and folds nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, Integer, Select, bindparam, false, func, or_, select, true, union_all

from incident.ports import MOST_COUNTED
from incident.rules.open_list import OVER, over_since
from roles.person_ids import MUSTER, PersonId
from storage.database.sqlite import by_index
from storage.tables import CONCERNED, INCIDENT


class ListedRow(NamedTuple):
    """An incident and its place in a list."""

    incident: str
    position: str


def page(connection: Connection, team: str, person: PersonId, *, after: str, limit: int) -> tuple[list[ListedRow], int]:
    """Return the rows of a page that starts after a place, and how many rows follow it, up to `MOST_COUNTED`."""
    given = {"of_team": team, "of_person": person, "after": after}
    both = [
        ListedRow(*row)
        for restricted in (False, True)
        for row in connection.execute(
            _visible(restricted=restricted, sees_all=person == MUSTER), given | {"most": limit}
        )
    ]
    rows = sorted(both, key=lambda row: row.position)[:limit]
    if len(rows) < limit:
        return rows, 0
    rest = given | {"after": rows[-1].position if rows else after, "most": MOST_COUNTED}
    return rows, int(connection.execute(_count(sees_all=person == MUSTER), rest).scalar_one())


def place_of(connection: Connection, team: str, incident: str) -> str:
    """Return the place of an incident in lists; the first place for one that does not exist."""
    query = select(INCIDENT.c.position).where(INCIDENT.c.team == team, INCIDENT.c.incident == incident)
    return connection.execute(query).scalar_one_or_none() or ""


def own(connection: Connection, team: str, person: PersonId, *, with_masks: bool, limit: int) -> list[str]:
    """Return the first open incidents that concern a person and that they may see, and those with masked text on request."""
    given = {"of_team": team, "of_person": person, "most": limit}
    found = [tuple(row) for row in connection.execute(_own(), given)]
    if with_masks:
        found += [tuple(row) for row in connection.execute(_masked(), given)]
    return [incident for _, incident in sorted(set(found))[:limit]]


def over(connection: Connection, team: str, person: PersonId, *, since: datetime, limit: int) -> list[str]:
    """Return the first incidents that are over and in which something waits for a person since a time."""
    given = {"of_team": team, "of_person": person, "after": over_since(since), "most": limit}
    return [row.incident for row in connection.execute(_over(), given)]


def of_service(connection: Connection, team: str, service: str, since: datetime, *, drill: bool) -> Sequence[str]:
    """Return the first two open, unrestricted incidents of a service declared since a time, oldest first."""
    given = {"of_team": team, "of_service": service, "since": since, "of_drill": drill}
    return connection.execute(_of_service(), given).scalars().all()


def in_channels(
    connection: Connection, team: str, *, ended_since: datetime, after: str | None, limit: int
) -> list[str]:
    """Return incidents with a channel that are open or ended since a time, newest first, from before `after`."""
    given = {"of_team": team, "since": ended_since, "before": after or "~", "most": limit}
    found = {row for query in _in_channels() for row in connection.execute(query, given).scalars()}
    return sorted(found, reverse=True)[:limit]


@cache
def _visible(*, restricted: bool, sees_all: bool) -> Select[Any]:
    columns = (INCIDENT.c.incident, INCIDENT.c.position)
    if restricted and not sees_all:
        same = (CONCERNED.c.team == INCIDENT.c.team) & (CONCERNED.c.incident == INCIDENT.c.incident)
        walked = CONCERNED.c.position
        query = select(*columns).select_from(CONCERNED.join(INCIDENT, same)).where(_restricted_of_person())
        query = query.with_hint(CONCERNED, *by_index("ix_concerned_restricted"))
    else:
        walked = INCIDENT.c.position
        query = select(*columns).where(_open(restricted=restricted)).with_hint(INCIDENT, *by_index("ix_incident_open"))
    return query.where(walked > bindparam("after")).order_by(walked).limit(bindparam("most", type_=Integer))


@cache
def _count(*, sees_all: bool) -> Select[Any]:
    sources = [_visible(restricted=restricted, sees_all=sees_all).order_by(None) for restricted in (False, True)]
    ones = [source.with_only_columns(INCIDENT.c.incident).subquery() for source in sources]
    both = union_all(*(select(one.c.incident) for one in ones)).subquery()
    return select(func.count()).select_from(select(both).limit(bindparam("most", type_=Integer)).subquery())


@cache
def _own() -> Select[Any]:
    mine = (CONCERNED.c.team == bindparam("of_team")) & (CONCERNED.c.person == bindparam("of_person"))
    is_open = CONCERNED.c.position < OVER
    seen = or_(CONCERNED.c.is_involved.is_(true()), CONCERNED.c.restricted.is_(false()))
    query = select(CONCERNED.c.position, CONCERNED.c.incident).where(mine, is_open, seen)
    query = query.with_hint(CONCERNED, *by_index("ix_concerned_position"))
    return query.order_by(CONCERNED.c.position).limit(bindparam("most", type_=Integer))


@cache
def _over() -> Select[Any]:
    mine = (CONCERNED.c.team == bindparam("of_team")) & (CONCERNED.c.person == bindparam("of_person"))
    query = select(CONCERNED.c.position, CONCERNED.c.incident).where(mine, CONCERNED.c.position >= bindparam("after"))
    query = query.with_hint(CONCERNED, *by_index("ix_concerned_position"))
    return query.order_by(CONCERNED.c.position).limit(bindparam("most", type_=Integer))


@cache
def _masked() -> Select[Any]:
    query = select(INCIDENT.c.position, INCIDENT.c.incident).where(
        INCIDENT.c.team == bindparam("of_team"), INCIDENT.c.masked.is_(true())
    )
    return query.order_by(INCIDENT.c.position).limit(bindparam("most", type_=Integer))


@cache
def _of_service() -> Select[Any]:
    query = select(INCIDENT.c.incident).where(
        INCIDENT.c.team == bindparam("of_team"),
        INCIDENT.c.is_over.is_(false()),
        INCIDENT.c.service == bindparam("of_service"),
        INCIDENT.c.declared_at >= bindparam("since", type_=INCIDENT.c.declared_at.type),
        INCIDENT.c.restricted.is_(false()),
        INCIDENT.c.drill == bindparam("of_drill"),
    )
    query = query.with_hint(INCIDENT, *by_index("ix_incident_service"))
    return query.order_by(INCIDENT.c.declared_at, INCIDENT.c.incident).limit(2)


@cache
def _in_channels() -> tuple[Select[Any], ...]:
    ours = (INCIDENT.c.team == bindparam("of_team")) & (INCIDENT.c.incident < bindparam("before"))
    ended = INCIDENT.c.ended_at >= bindparam("since", type_=INCIDENT.c.ended_at.type)
    query = select(INCIDENT.c.incident).where(ours, INCIDENT.c.channel.is_not(None))
    newest = query.order_by(INCIDENT.c.incident.desc()).limit(bindparam("most", type_=Integer))
    still_open = newest.where(INCIDENT.c.is_over.is_(false())).with_hint(INCIDENT, *by_index("ix_incident_newest"))
    return still_open, newest.where(ended).with_hint(INCIDENT, *by_index("ix_incident_ended"))


def _open(*, restricted: bool) -> Any:
    is_restricted = INCIDENT.c.restricted == restricted
    return (INCIDENT.c.team == bindparam("of_team")) & INCIDENT.c.is_over.is_(false()) & is_restricted


def _restricted_of_person() -> Any:
    mine = (CONCERNED.c.team == bindparam("of_team")) & (CONCERNED.c.person == bindparam("of_person"))
    mine &= CONCERNED.c.position < OVER
    return mine & CONCERNED.c.restricted.is_(true()) & CONCERNED.c.is_involved.is_(true())
