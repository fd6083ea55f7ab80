"""A request from the command line. `muster incident` makes it of a typed line, the replay of a scenario's intent."""

from __future__ import annotations

from datetime import datetime

from ulid import ULID

from commands.core.request import Actor, Fields, Place, Request
from incident.entry import EntryPoint, Source


def command_line_request(
    verb: str,
    fields: Fields,
    *,
    actor: Actor,
    team: str,
    number: str | None,
    at: datetime,
    occurred_at: datetime | None,
) -> Request:
    """Build a request about the incident with this number. Every call makes another request: its key is new."""
    return Request(
        verb=verb,
        fields=fields,
        actor=actor,
        team=team,
        place=Place(number=number.upper() if number else None),
        source=Source(surface=EntryPoint.CLI),
        key=f"{team}:cli:{ULID()}",
        at=at,
        occurred_at=occurred_at,
    )
