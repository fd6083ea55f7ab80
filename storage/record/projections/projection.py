"""The projection row of an incident: saved in the transaction of its entries, folded again when its model has changed."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from sqlalchemy import Connection, bindparam, select

from incident.entry import WORKSPACE, IncidentKey
from incident.fold.fold import fold
from incident.model.incident import Incident
from incident.record.hash_chain import canonical, digest
from incident.rules.open_list import position
from storage.database.upsert import insert_for
from storage.record.entry_rows import rows_of_chain, to_entry
from storage.record.open_list import concerned_people
from storage.record.projection_cache import ProjectionCache
from storage.tables import INCIDENT

_KEY: Final = ("team", "incident")
CACHE: Final = ProjectionCache(Incident.model_validate_json)
_FOLDED: Final = select(INCIDENT.c.folded, INCIDENT.c.shape).where(
    INCIDENT.c.team == bindparam("of_team"), INCIDENT.c.incident == bindparam("of_incident")
)


@cache
def shape() -> str:
    """Return a digest of the incident model, by which a row of another release is recognised and folded again."""
    return digest(canonical(Incident.model_json_schema()))[:16]


def save(connection: Connection, incident: Incident, before: Incident | None = None) -> None:
    """Save a folded incident in its row, and whom it concerns; `before` is what was saved last, if that is known."""
    row = columns(incident)
    connection.execute(_upsert(connection.dialect.name), row)
    concerned_people.save(connection, incident, before)
    CACHE.put(incident.key, row["folded"], incident)


@cache
def _upsert(dialect: str) -> Any:
    row = insert_for(dialect)(INCIDENT)
    changed = {column.name: row.excluded[column.name] for column in INCIDENT.c if column.name not in _KEY}
    return row.on_conflict_do_update(index_elements=_KEY, set_=changed)


def columns(incident: Incident) -> dict[str, Any]:
    """Return the row of an incident."""
    return {
        "team": incident.key.team,
        "incident": incident.key.id,
        "n": incident.n,
        "number": incident.number,
        "state": incident.state.value,
        "service": incident.service,
        "priority": incident.priority.value if incident.priority else None,
        "channel": incident.own_channel,
        "declared_at": incident.times.logged_at or incident.last_entry_at,
        "is_over": incident.is_over,
        "major": incident.major,
        "drill": incident.drill,
        "restricted": incident.restricted,
        "title": incident.title,
        "position": position(incident),
        "masked": bool(incident.masks) and not incident.is_over,
        "adopted": incident.adopted,
        "ended_at": incident.states[-1].at if incident.is_over else None,
        "shape": shape(),
        "folded": incident.model_dump_json(),
    }


def load(connection: Connection, key: IncidentKey) -> Incident | None:
    """Return the folded incident; a row of another release is folded again from its entries."""
    found = connection.execute(_FOLDED, {"of_team": key.team, "of_incident": key.id}).one_or_none()
    return None if found is None else parse(connection, key, found.folded, found.shape)


def parse(connection: Connection, key: IncidentKey, folded: str, written_as: str) -> Incident | None:
    """Parse a folded incident from its row when this release wrote it, otherwise fold it from its entries."""
    return CACHE.parse(key, folded) if written_as == shape() else refold(connection, key)


def refold(connection: Connection, key: IncidentKey) -> Incident | None:
    """Fold a chain again from its entries; None for the workspace chain and for an empty one."""
    if key.id == WORKSPACE:
        return None
    entries = [to_entry(row) for row in rows_of_chain(connection, key)]
    return fold(entries) if entries else None
