"""The base of every verb: its fields and its `decide`. Slack form, line grammar, command line and help are made of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, NamedTuple

from commands.core.request import Acknowledger, Actor, Fields, Place, Request
from commands.core.sessions.staffed_policy import staffed
from incident.entry import Entry, Fact, IncidentKey, workspace_chain
from incident.frozen import Frozen
from incident.medium import Medium, PlannedMethod
from incident.model.incident import Incident
from incident.model.subscription import Subscription
from incident.policy import Policy
from incident.ports import Reader
from organisation.entries.event_changes import EventJudged
from organisation.entries.task_changes import TaskOpened
from organisation.fold.organisation_fold import ORGANISATION
from organisation.model.organisation import Organisation
from organisation.model.task_state import TASK_PREFIX
from roles.person_ids import PersonId


class Group(StrEnum):
    """The groups in which help and the manual list the verbs."""

    OPEN = "open"
    CLASSIFY = "classify"
    ROLES = "roles"
    RECORD = "record"
    INFORM = "inform"
    RESTORE = "restore"
    PROVE = "prove"
    OTHER = "other"


class Doubt(NamedTuple):
    """Something to ask before a request is recorded: the name of its sentence, and the data of that."""

    reason: str
    facts: dict[str, str]


@dataclass(frozen=True)
class DatedFact:
    """A fact with a time of its own, or by another person than the actor."""

    fact: Fact
    occurred_at: datetime | None = None
    by: PersonId | None = None


@dataclass(frozen=True)
class OtherIncidentFact:
    """A fact about another incident than the verb's. It is recorded there in the same transaction."""

    key: IncidentKey
    fact: Fact


@dataclass(frozen=True)
class OpensTask:
    """A task that a verb of an incident opens in the workspace chain, in the same transaction; it gets the next id there."""

    fact: TaskOpened

    def recorded(self, state: Organisation | None, number: str | None) -> TaskOpened:
        """Return the fact with the next id of the organisation."""
        opened = state.opened_tasks if state else 0
        return self.fact.model_copy(update={"id": f"{TASK_PREFIX}{opened + 1}"})


@dataclass(frozen=True)
class JudgesEvent:
    """The judgement that an event is the incident being declared, recorded in the workspace chain with its number."""

    fact: EventJudged

    def recorded(self, state: Organisation | None, number: str | None) -> EventJudged:
        """Return the fact with the number of the incident."""
        return self.fact.model_copy(update={"number": number})


@dataclass(frozen=True)
class SubscriptionChange:
    """What the actor subscribes to from now on, None for nothing. It is stored in the directory, never as an entry."""

    subscription: Subscription | None


@dataclass(frozen=True)
class ShiftNoticeChange:
    """Whether the actor gets messages at the start and end of their shifts. It is stored in the directory, never as an entry."""

    on: bool


@dataclass(frozen=True)
class TestPages:
    """The contact methods by which the actor is paged to try them. It is done by jobs, and is never an entry."""

    __test__ = False

    methods: tuple[PlannedMethod, ...]


Choice = SubscriptionChange | ShiftNoticeChange | TestPages
Decided = Fact | DatedFact | OtherIncidentFact | OpensTask | JudgesEvent | Choice


@dataclass(frozen=True)
class DecisionContext:
    """Everything that `decide` may read. `at` is now; `occurred_at` is earlier when something is recorded late.

    `medium` is the one that the answer to a page came by, None for Slack; `acknowledger` is who gave it for the person called.
    The policy comes with the overrides of its schedules.
    """

    incident: Incident | None
    policy: Policy
    policy_hash: str
    reader: Reader
    at: datetime
    occurred_at: datetime | None
    actor: Actor
    team: str
    place: Place
    medium: Medium | None = None
    acknowledger: Acknowledger | None = None
    folded: Organisation | None = None

    @classmethod
    def of_request(
        cls,
        request: Request,
        *,
        incident: Incident | None,
        reader: Reader,
        policy: Policy,
        policy_hash: str = "",
        at: datetime | None = None,
    ) -> DecisionContext:
        """Return the context of a request about an incident, at the request's own time unless `at` is later."""
        return cls(
            incident=incident,
            policy=staffed(policy, reader, request.team),
            policy_hash=policy_hash,
            reader=reader,
            at=at or request.at,
            occurred_at=request.occurred_at,
            actor=request.actor,
            team=request.team,
            place=request.place,
            medium=request.medium,
            acknowledger=request.acknowledger,
        )

    @classmethod
    def of_viewer(
        cls, person: PersonId, incident: Incident, *, reader: Reader, policy: Policy, at: datetime
    ) -> DecisionContext:
        """Return the context of a person who looks at an incident in its channel without a request."""
        return cls(
            incident=incident,
            policy=staffed(policy, reader, incident.key.team),
            policy_hash=incident.policy_hash,
            reader=reader,
            at=at,
            occurred_at=None,
            actor=Actor(id=person),
            team=incident.key.team,
            place=Place(channel=incident.places.channel),
        )

    @property
    def happened_at(self) -> datetime:
        """The time at which it happened: `occurred_at` if it is recorded late, otherwise now."""
        return self.occurred_at or self.at

    @property
    def open(self) -> Incident:
        """The verb's incident. A verb that needs one is refused before it decides without one."""
        if self.incident is None:
            raise RuntimeError("a verb that needs an incident was run without one")
        return self.incident

    @property
    def organisation(self) -> Organisation:
        """What belongs to no single incident, as it is now: as folded in this transaction, or as it was saved."""
        key = workspace_chain(self.team)
        return self.folded or self.reader.peek_aggregate(ORGANISATION, key) or Organisation(key=key)


class Verb(Frozen):
    """One command that people have. Line 1 of a verb's docstring is its help."""

    name: ClassVar[str]
    aliases: ClassVar[tuple[str, ...]] = ()
    group: ClassVar[Group]
    opens_incident: ClassVar[bool] = False
    is_query: ClassVar[bool] = False
    # It sets what its person gets and records nothing: alone it opens its form with the present choice.
    is_setting: ClassVar[bool] = False
    needs_incident: ClassVar[bool] = True
    # What it records belongs to no single incident and goes into the workspace chain, wherever it was typed.
    of_organisation: ClassVar[bool] = False
    # A typed line opens the form, which says what will happen; its submission confirms it.
    is_confirmed: ClassVar[bool] = False
    # A typed line with fixed words alone opens the form, which asks for the text; with False it runs.
    needs_text: ClassVar[bool] = True
    # It deletes, ends, restricts or releases: no misspelt word leads to it, and it never runs with words left over.
    drastic: ClassVar[bool] = False
    # Its moment is measured, so that a time at the end of its text may be that moment.
    dated: ClassVar[bool] = False
    # It says that something is so, or does with these of its leading choices: a text that begins with a negation
    # (`restored not yet`) is asked about.
    asserts: ClassVar[bool | tuple[str | None, ...]] = False
    # Guests have what reads and what adds to the record of their channels; nothing that decides, pages or publishes.
    for_guests: ClassVar[bool] = False
    # It answers a call, so it reaches a restricted incident that shows the person no more than its number.
    is_answer: ClassVar[bool] = False

    @property
    def intent(self) -> str:
        """The intent that the lifecycle judges, where one verb has several (`tempfix` and `tempfix_removed`)."""
        return self.name

    @property
    def judges_event(self) -> bool:
        """True if it judges an event of the workspace chain, which is locked before it decides."""
        return False

    @classmethod
    def proposal(cls, fields: Fields, incident: Incident, reader: Reader) -> Fields:
        """Return values that a form proposes beside the given ones, from the record of its incident; none for most verbs."""
        return {}

    @classmethod
    def is_whole(cls, fields: Fields) -> bool:
        """True if a typed line with these fields runs at once; with False it opens the form. Rarely False."""
        return True

    @classmethod
    def entries_offered(cls, incident: Incident, reader: Reader) -> Sequence[Entry]:
        """Return the entries, newest first, one of which a form without a number asks for; none for most verbs."""
        return ()

    @classmethod
    def refusal_to_open(cls, incident: Incident) -> str | None:
        """Return the reason why a form would be filled in for nothing, since there is nothing to act on; rarely one."""
        return None

    @classmethod
    def present_choice(cls, team: str, person: PersonId, reader: Reader) -> Fields:
        """Return the values that the form of a setting opens with: what the person chose before."""
        return {}

    @classmethod
    def only_answers(cls) -> bool:
        """True if the answer is all that people see of the verb, since it records nothing: a question or a setting."""
        return cls.is_query or cls.is_setting

    @classmethod
    def is_awaited(cls, incident: Incident, person: PersonId) -> bool:
        """True if the incident waits for this act from a person, who may then type it outside its channel; rarely so."""
        return False

    def still_offered(self, incident: Incident, drawn_at: int) -> bool:
        """True if a button that was drawn at entry `drawn_at` still applies."""
        return True

    def view(self, now: DecisionContext) -> object | None:
        """Return what the reply shows beside the incident, as a frozen dataclass; None for most verbs."""
        return None

    def doubts(self, now: DecisionContext) -> tuple[Doubt, ...]:
        """Return what to ask before an allowed request is recorded; a verb with doubts has a field that confirms them."""
        return ()

    def decide(self, now: DecisionContext) -> Sequence[Decided]:
        """Return the facts to record, or raise Refusal. Pure: reads only the context."""
        raise RuntimeError(f"{self.name} decides nothing")
