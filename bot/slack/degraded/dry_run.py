"""A dry run of a declaration while the database is absent: the verb decides against an empty record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from commands.core.fields.field_validation import read_form, read_verb
from commands.core.preconditions import refuse_account
from commands.core.request import Request
from commands.core.verb import DatedFact, DecisionContext
from commands.declare import Declare
from commands.oncall import Oncall, OncallView, ServiceOnCall
from incident.aggregate import AnyAggregate, Foldable
from incident.entries.classification import PriorityChanged
from incident.entries.lifecycle import Declared
from incident.entry import Entry, IncidentKey
from incident.medium import PlannedMethod
from incident.model.api.webhook import WebhookChoice
from incident.model.incident import Incident
from incident.model.incident_search import IncidentSearch
from incident.model.subscription import Subscription
from incident.policy import Policy
from incident.ports import OpenPage, Person, Reader
from roles.person_ids import PersonId
from roles.schedules.feed_copy import FeedCopy


class EmptyReader:
    """A reader of an empty record."""

    def unmasked(self) -> Reader:
        """Return itself: there is nothing to mask."""
        return self

    def find(
        self, team: str, *, number: str | None = None, channel: str | None = None, adopted: str | None = None
    ) -> IncidentKey | None:
        """Return None or nothing."""
        return None

    def peek(self, key: IncidentKey) -> Incident | None:
        """Return None or nothing."""
        return None

    def peek_aggregate(self, of: Foldable[AnyAggregate], key: IncidentKey) -> AnyAggregate | None:
        """Return None or nothing."""
        return None

    def entries(
        self, key: IncidentKey, *, kinds: Sequence[str] = (), after: int = 0, until: int | None = None
    ) -> Sequence[Entry]:
        """Return None or nothing."""
        return ()

    def message(self, key: IncidentKey, channel: str, *ts: str) -> Sequence[Entry]:
        """Return None or nothing."""
        return ()

    def holders(self, team: str, channel: str, ts: str) -> Sequence[IncidentKey]:
        """Return None or nothing."""
        return ()

    def open_page(self, team: str, person: PersonId, *, after: IncidentKey | None = None, limit: int = 20) -> OpenPage:
        """Return None or nothing."""
        return OpenPage()

    def own_incidents(
        self, team: str, person: PersonId, *, with_masks: bool = False, limit: int = 30
    ) -> Sequence[Incident]:
        """Return None or nothing."""
        return ()

    def over_incidents(self, team: str, person: PersonId, *, since: datetime, limit: int = 30) -> Sequence[Incident]:
        """Return None or nothing."""
        return ()

    def open_of_service(self, team: str, service: str, since: datetime, *, drill: bool) -> Sequence[Incident]:
        """Return None or nothing."""
        return ()

    def in_channels(
        self, team: str, *, ended_since: datetime, after: IncidentKey | None = None, limit: int = 100
    ) -> Sequence[Incident]:
        """Return None or nothing."""
        return ()

    def newest(
        self, team: str, search: IncidentSearch, *, after: IncidentKey | None = None, limit: int = 20
    ) -> Sequence[Incident]:
        """Return None or nothing."""
        return ()

    def person(self, person: PersonId) -> Person | None:
        """Return None or nothing."""
        return None

    def page_methods(self, team: str, person: PersonId) -> Sequence[PlannedMethod]:
        """Return None or nothing."""
        return ()

    def webhooks(self, team: str) -> Sequence[WebhookChoice]:
        """Return nothing."""
        return ()

    def has_shift_notices(self, team: str, person: PersonId) -> bool:
        """Return True: no one switched them off."""
        return True

    def feed_copies(self, team: str) -> Sequence[FeedCopy]:
        """Return nothing."""
        return ()

    def subscriptions(self, team: str, person: PersonId | None = None) -> Sequence[Subscription]:
        """Return None or nothing."""
        return ()


@dataclass(frozen=True)
class Preview:
    """An incident that is not recorded yet. `calls` is the on-call schedule and escalation policy of its service."""

    fact: Declared
    priority: PriorityChanged
    by: PersonId
    at: datetime
    calls: ServiceOnCall

    @property
    def people(self) -> tuple[PersonId, ...]:
        """The people to invite: the declarer, who is on call, and the next levels of escalation."""
        return tuple(dict.fromkeys((self.by, *self.calls.on_call, *self.calls.levels)))


def dry_run(request: Request, policy: Policy) -> Preview:
    """Return the incident that a declaration will become. Raises Refusal where the rules refuse it."""
    kind = read_verb(request.verb)
    refuse_account(request.actor, kind)
    verb = read_form(kind, request.fields)
    now = DecisionContext.of_request(request, incident=None, reader=EmptyReader(), policy=policy)
    facts = [decided.fact if isinstance(decided, DatedFact) else decided for decided in verb.decide(now)]
    declared = next(fact for fact in facts if isinstance(fact, Declared))
    judged = next(fact for fact in facts if isinstance(fact, PriorityChanged))
    on_call: OncallView = Oncall(service=declared.service).view(now)
    watch = on_call.services[0]
    after = tuple(person for person in watch.levels if person not in watch.on_call)
    return Preview(declared, judged, request.actor.id, request.at, replace(watch, levels=after))


def opens_now(verb: str) -> bool:
    """True for the verb that opens a channel also while the database is absent."""
    return verb == Declare.name
