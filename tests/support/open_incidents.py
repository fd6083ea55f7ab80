"""Every open incident of a team, read page by page as lists are."""

from __future__ import annotations

from incident.model.incident import Incident
from incident.ports import Reader
from roles.person_ids import MUSTER


def open_incidents(reader: Reader, team: str) -> list[Incident]:
    """Return the open incidents of a team, oldest first."""
    page = reader.open_page(team, MUSTER, limit=10_000)
    found = [reader.peek(one.key) for one in page.incidents]
    return sorted((one for one in found if one is not None), key=lambda one: one.key)
