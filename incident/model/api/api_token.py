"""A token of the API: for whom it acts, what it may do, until when. The secret itself is stored nowhere, only its digest."""

from __future__ import annotations

from datetime import datetime

from incident.frozen import Frozen, Utc
from incident.model.api.scope import Scope
from roles.person_ids import PersonId

PREFIX = "mus_"


class ApiToken(Frozen):
    """One token. `owner` acts by it: a person, or a service that is named `rest:…`.

    `services` are the only ones whose incidents it reaches, none for all. `restricted` are the numbers of the restricted
    incidents that it may see; it sees no other.
    """

    id: str
    name: str
    owner: PersonId
    scopes: tuple[Scope, ...]
    services: tuple[str, ...] = ()
    restricted: tuple[str, ...] = ()
    per_minute: int
    created_at: Utc
    created_by: PersonId
    expires_at: Utc
    revoked_at: Utc | None = None
    last_used_at: Utc | None = None

    def is_valid(self, at: datetime) -> bool:
        """True if it is neither revoked nor expired."""
        return self.revoked_at is None and at < self.expires_at

    def allows(self, scope: str) -> bool:
        """True if it has a scope; `act` is every group of verbs."""
        return scope in self.scopes or (scope != Scope.READ and Scope.ACT in self.scopes)
