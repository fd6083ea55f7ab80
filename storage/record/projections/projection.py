"""The projections: the row of an incident with its lookup columns, and that of the organisation. By key, either of them."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection

from incident.aggregate import Aggregate, AnyAggregate, Foldable
from incident.entry import WORKSPACE, IncidentKey
from incident.fold.fold import INCIDENT as FOLDED_INCIDENT
from incident.model.incident import Incident
from incident.rules.open_list import position
from organisation.fold.organisation_fold import ORGANISATION as FOLDED_ORGANISATION
from organisation.model.organisation import Organisation
from storage.record.open_list import concerned_people
from storage.record.projections.aggregate_rows import AggregateRows
from storage.record.projections.organisation_table import ORGANISATION
from storage.tables import INCIDENT


def _lookup(incident: Incident) -> dict[str, Any]:
    """Return the columns by which incidents are found."""
    return {
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
    }


INCIDENTS: Final[AggregateRows[Incident]] = AggregateRows(FOLDED_INCIDENT, INCIDENT, _lookup)
ORGANISATIONS: Final[AggregateRows[Organisation]] = AggregateRows(FOLDED_ORGANISATION, ORGANISATION, lambda state: {})

load = INCIDENTS.load
parse = INCIDENTS.parse
columns = INCIDENTS.columns


def of_key(key: IncidentKey) -> AggregateRows[Any]:
    """Return the rows of the aggregate that a chain holds."""
    return ORGANISATIONS if key.id == WORKSPACE else INCIDENTS


def load_as(connection: Connection, of: Foldable[AnyAggregate], key: IncidentKey) -> AnyAggregate | None:
    """Return the folded state of a chain if it is of that kind of aggregate."""
    found = of_key(key).load(connection, key)
    return found if isinstance(found, of.model) else None


def refold(connection: Connection, key: IncidentKey) -> Any:
    """Fold a chain again from its entries; None where none of them is folded."""
    return of_key(key).refold(connection, key)


def save(connection: Connection, state: Aggregate, before: Aggregate | None = None) -> None:
    """Save a folded state, and whom an incident concerns; `before` is what was saved last, if that is known."""
    of_key(state.key).save(connection, state)
    if isinstance(state, Incident):
        concerned_people.save(connection, state, before if isinstance(before, Incident) else None)


def clear_caches() -> None:
    """Drop every parsed projection, so that redacted text does not stay in memory."""
    INCIDENTS.cache.clear()
    ORGANISATIONS.cache.clear()
