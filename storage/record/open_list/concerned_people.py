"""The people whom each incident concerns, open or over, saved with its projection, so that no list reads every incident."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert

from incident.model.incident import Incident
from incident.rules.open_list import concerned, left_to_do, over_position, position
from storage.tables import CONCERNED

_OURS = (CONCERNED.c.team == bindparam("of_team")) & (CONCERNED.c.incident == bindparam("of_incident"))
_DELETE_ALL = delete(CONCERNED).where(_OURS)
_DELETE_PEOPLE = delete(CONCERNED).where(_OURS, CONCERNED.c.person.in_(bindparam("of_people", expanding=True)))
_INSERT = insert(CONCERNED)


def save(connection: Connection, incident: Incident, before: Incident | None) -> None:
    """Save the people of an incident; `before` is the incident as it was saved last, None if that is not known."""
    new = rows(incident)
    old = rows(before) if before is not None else {}
    if before is not None and new == old:
        return
    ours = {"of_team": incident.key.team, "of_incident": incident.key.id}
    if before is None:
        connection.execute(_DELETE_ALL, ours)
    else:
        changed = [person for person in old if old[person] != new.get(person)]
        if changed:
            connection.execute(_DELETE_PEOPLE, ours | {"of_people": changed})
    added = [row for person, row in new.items() if row != old.get(person)]
    if added:
        connection.execute(_INSERT, added)


def rows(incident: Incident) -> dict[str, dict[str, Any]]:
    """Return the rows of an incident by person."""
    shared = {
        "team": incident.key.team,
        "incident": incident.key.id,
        "position": position(incident),
        "restricted": incident.restricted,
    }
    over: dict[str, dict[str, Any]] = {
        person: {**shared, "position": over_position(incident, until), "person": person, "is_involved": True}
        for person, until in left_to_do(incident).items()
    }
    open_ones: dict[str, dict[str, Any]] = {
        person: {**shared, "person": person, "is_involved": is_involved}
        for person, is_involved in concerned(incident).items()
    }
    return over | open_ones
