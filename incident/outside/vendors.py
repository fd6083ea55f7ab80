"""What the policy says of a vendor: who answers for it, how its cases are opened, and how long it may be silent."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from incident.frozen import Frozen
from incident.states import Priority

ChaseMinutes = Annotated[int, Field(gt=0, le=366 * 24 * 60)]


class Vendor(Frozen):
    """A vendor of services: its owner here, and who passes on its news (S1-60, S1-102).

    `chase_minutes` is how long it may say nothing about an open case, by the priority of the incident. Portal and contacts
    are shown where people act, and never recorded.
    """

    owner: str = ""
    comms_owner: str = ""
    contacts: tuple[str, ...] = ()
    portal: str = ""
    hours: str = ""
    severities: tuple[str, ...] = ()
    how_to_open: str = ""
    chase_minutes: dict[Priority, ChaseMinutes] = {
        Priority.P1: 60,
        Priority.P2: 120,
        Priority.P3: 480,
        Priority.P4: 1440,
        Priority.P5: 1440,
    }
