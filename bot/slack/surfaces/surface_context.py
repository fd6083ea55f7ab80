"""What surfaces are drawn from: the incident, what stands and is open in it, and the moment. Reads; decides nothing."""

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
    """What the templates of surfaces see: `i` the incident, `v` what stands and is open, `now` the moment."""

    i: Incident
    v: StatusView
    now: datetime


def viewer_context(
    incident: Incident, policy: Policy, reader: Reader, at: datetime, person: PersonId = MUSTER
) -> DecisionContext:
    """Put somebody before an incident, as a verb that only asks would see it."""
    return DecisionContext.of_viewer(person, incident, reader=reader, policy=policy, at=at)


def surface_context(incident: Incident, policy: Policy, reader: Reader, at: datetime) -> SurfaceContext:
    """Gather what the surfaces of an incident show."""
    return SurfaceContext(incident, status_view(viewer_context(incident, policy, reader, at)), at)
