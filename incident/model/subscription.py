"""What a person subscribes to: the incidents of which they get direct messages, or the digest only.

It is the person's own data: it lies in the erasable directory, and no entry holds it.
"""

from __future__ import annotations

from incident.frozen import Frozen, Utc
from incident.model.incident import Incident
from incident.states import Priority
from roles.person_ids import PersonId


class Subscription(Frozen):
    """The choice of one person. No priorities means every one, no services every one; the `digest` covers all incidents."""

    person: PersonId
    since: Utc
    digest: bool = False
    priorities: tuple[Priority, ...] = ()
    services: tuple[str, ...] = ()

    def covers_priority(self, priority: Priority | None) -> bool:
        """True if incidents of a priority are meant; one without a priority yet is only among all of them."""
        return not self.priorities or priority in self.priorities

    def covers(self, incident: Incident) -> bool:
        """True if the incident is meant as it is now."""
        return self._covers_service(incident) and self.covers_priority(incident.priority)

    def has_covered(self, incident: Incident) -> bool:
        """True if the incident is meant as it is now or once was, so that who read of its start reads of its end."""
        had = (item.priority for item in incident.priorities)
        return self._covers_service(incident) and (not self.priorities or any(map(self.covers_priority, had)))

    def _covers_service(self, incident: Incident) -> bool:
        return not self.digest and (not self.services or incident.service in self.services)
