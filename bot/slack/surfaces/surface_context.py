"""The context of a surface's templates: the incident, its status and the time. Reads; decides nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from commands.core.rules.status_view import StatusView, status_view
from commands.core.verb import DecisionContext
from incident.model.incident import Incident
from incident.policy import Policy
from incident.ports import Reader
from roles.person_ids import MUSTER, PersonId


@dataclass(frozen=True)
class SurfaceContext:
    """The context of a surface's templates: `i` is the incident, `v` its status, `now` the present (UTC)."""

    i: Incident
    v: StatusView
    now: datetime


def viewer_context(
    incident: Incident, policy: Policy, reader: Reader, at: datetime, person: PersonId = MUSTER
) -> DecisionContext:
    """Return the decision context of a person who only looks at an incident."""
    return DecisionContext.of_viewer(person, incident, reader=reader, policy=policy, at=at)


def surface_context(incident: Incident, policy: Policy, reader: Reader, at: datetime) -> SurfaceContext:
    """Return the context of an incident's surfaces."""
    return SurfaceContext(incident, status_view(viewer_context(incident, policy, reader, at)), at)
