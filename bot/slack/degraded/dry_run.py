"""What an incident will be that cannot be recorded yet: judged by its own verb, with nobody's record to look at.

The rules are those of `declare`; what they need of the record is taken to be empty.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from commands.core.fields.field_validation import read_form, read_verb
from commands.core.request import Request
from commands.core.verb import DatedFact, DecisionContext
from commands.declare import Declare
from commands.oncall import Oncall, OncallView, ServiceOnCall
from incident.entries.classification import PriorityChanged
from incident.entries.lifecycle import Declared
from incident.entry import Entry, IncidentKey
from incident.model.incident import Incident
from incident.policy import Policy
from incident.ports import Person, Reader
from roles.person_ids import PersonId


class EmptyReader:
    """The record as it reads while it cannot be read."""

    def unmasked(self) -> Reader:
        """Give itself: it shows no words."""
        return self

    def find(self, team: str, *, number: str | None = None, channel: str | None = None) -> IncidentKey | None:
        """Find nothing."""
        return None

    def peek(self, key: IncidentKey) -> Incident | None:
        """Give nothing."""
        return None

    def entries(
        self, key: IncidentKey, *, kinds: Sequence[str] = (), after: int = 0, until: int | None = None
    ) -> Sequence[Entry]:
        """Give nothing."""
        return ()

    def message(self, key: IncidentKey, channel: str, *ts: str) -> Sequence[Entry]:
        """Give nothing."""
        return ()

    def holders(self, team: str, channel: str, ts: str) -> Sequence[IncidentKey]:
        """Find nothing."""
        return ()

    def open_incidents(self, team: str) -> Sequence[Incident]:
        """Give nothing."""
        return ()

    def person(self, person: PersonId) -> Person | None:
        """Give nothing."""
        return None


@dataclass(frozen=True)
class Preview:
    """What can be said of an incident before it is recorded. `calls` says who answers for its service."""

    fact: Declared
    priority: PriorityChanged
    by: PersonId
    at: datetime
    calls: ServiceOnCall

    @property
    def people(self) -> tuple[PersonId, ...]:
        """Name who belongs in its channel: who declared it, who is on call, who is called next."""
        return tuple(dict.fromkeys((self.by, *self.calls.on_call, *self.calls.levels)))


def dry_run(request: Request, policy: Policy) -> Preview:
    """Say what a request to declare will come to; raise Refusal where the rules refuse it."""
    verb = read_form(read_verb(request.verb), request.fields)
    now = DecisionContext.of_request(request, incident=None, reader=EmptyReader(), policy=policy)
    facts = [decided.fact if isinstance(decided, DatedFact) else decided for decided in verb.decide(now)]
    declared = next(fact for fact in facts if isinstance(fact, Declared))
    judged = next(fact for fact in facts if isinstance(fact, PriorityChanged))
    on_call: OncallView = Oncall(service=declared.service).view(now)
    watch = on_call.services[0]
    after = tuple(person for person in watch.levels if person not in watch.on_call)
    return Preview(declared, judged, request.actor.id, request.at, replace(watch, levels=after))


def opens_now(verb: str) -> bool:
    """Tell whether a verb is one that opens a channel also while the database is absent."""
    return verb == Declare.name
