"""One request inside its transaction: its incident is found, its verb decides, and facts or a refusal are recorded."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from commands.core import verb_registry
from commands.core.fields.field_validation import read_form, read_verb
from commands.core.fields.value_bounds import refuse_time
from commands.core.pre_declaration_scope import incident_at
from commands.core.preconditions import refuse_account
from commands.core.request import Request
from commands.core.request_terms import again, declared_before, no_incident, refuse_changed, unconfirmed
from commands.core.sessions.aggregate_session import AggregateSession
from commands.core.sessions.incident_session import IncidentSession
from commands.core.sessions.organisation_session import OrganisationSession, session_of
from commands.core.verb import (
    Choice,
    DatedFact,
    Decided,
    DecisionContext,
    JudgesEvent,
    OpensTask,
    OtherIncidentFact,
    ShiftNoticeChange,
    SubscriptionChange,
    TestPages,
    Verb,
)
from incident.effects.affected_surfaces import home_refreshes
from incident.effects.page_jobs import test_page_jobs
from incident.entries.closure import ClosureRefused, Refused
from incident.entries.delivery import ChannelMade
from incident.entries.lifecycle import Declared
from incident.entry import Entry, Fact, IncidentKey, NewEntry, workspace_chain
from incident.model.incident import Incident
from incident.policy import Policy
from incident.ports import Outcome, UnitOfWork
from incident.refusal import Code, Refusal
from incident.rules.visibility import may_reach
from organisation.fold.organisation_fold import ORGANISATION
from roles.accounts import refusal_to_act


@dataclass
class RequestHandler:
    """Handles one request. `session` is what it changes, once there is that: its incident, or the organisation.

    `channel` is the channel that the incident has already; `incident` the one that a verb of the organisation was typed in.
    """

    unit: UnitOfWork
    request: Request
    policy: Policy
    policy_hash: str
    channel: ChannelMade | None = None
    session: IncidentSession | OrganisationSession | None = None
    verb: Verb | None = None
    incident: Incident | None = None

    def outcome(self) -> Outcome:
        """Return the outcome of the request, or the stored one when its key was seen before.

        What an account asks that may not act at all is not recorded.
        """
        reason = refusal_to_act(self.request.actor.account)
        if reason is not None:
            return self._turned_away(reason)
        known = self.unit.remembered(self.request.key)
        if known is not None:
            return again(known, self.request, _name_of(self.request.verb))
        self._find()
        try:
            outcome = self._run()
        except Refusal as refusal:
            outcome = self._refuse(refusal)
        if self.session is not None:
            self.session.flush()
        outcome = outcome.model_copy(update={"digest": self.request.digest})
        self.unit.remember(self.request.key, outcome)
        return outcome

    def _find(self) -> None:
        """Find the incident. One that the actor may not reach does not exist for them."""
        key, actor, place = find_incident(self.unit, self.request), self.request.actor, self.request.place
        session: IncidentSession | OrganisationSession | None
        session = IncidentSession(self.unit, key, self.policy, self.request.at) if key else None
        found = session.before if session else None
        verb = verb_registry.find(self.request.verb)
        is_reached = found is not None and may_reach(
            found,
            actor.id,
            is_guest=actor.is_guest,
            channel=place.channel,
            is_claimed=place.is_claimed,
            is_answer=verb is not None and verb.is_answer and not actor.is_guest,
        )
        if found is not None and not (is_reached if actor.limits is None else actor.may_see(found)):
            found = session = None
        if verb is not None and verb.of_organisation:
            key = workspace_chain(self.request.team)
            self.incident, session = found, OrganisationSession(self.unit, key, self.policy, self.request.at)
        if session is not None:
            self.session = session
            session.record_overdue()

    def _turned_away(self, reason: str) -> Outcome:
        """Return the refusal of an account that may not act."""
        verb = _name_of(self.request.verb)
        return Outcome(verb=verb, code=Code.NOT_AUTHORISED, reason=reason, at=self.request.at)

    def _run(self) -> Outcome:
        verb = self.verb = self._read()
        context = self._context(verb)
        decided = verb.decide(context)
        if self.request.can_ask and (doubts := verb.doubts(context)):
            raise unconfirmed(doubts)
        if existing := declared_before(self.unit, self.request, verb):
            return existing
        if verb.opens_incident:
            decided = self._open(decided)
        self._choose(decided)
        if self.session is None:
            return Outcome(verb=verb.name, at=self.request.at)
        own = [
            self._entry(one)
            for one in decided
            if not isinstance(one, OtherIncidentFact | OpensTask | JudgesEvent | Choice)
        ]
        added = self.session.apply(own)
        if verb.opens_incident and self.channel is not None:
            self.session.apply([self.session.by_muster(self.channel, self.request.source)])
        for fact in decided:
            if isinstance(fact, OtherIncidentFact):
                self._record_elsewhere(fact)
        self._record_in_organisation([one for one in decided if isinstance(one, OpensTask | JudgesEvent)])
        return outcome_of(verb.name, self.session, added)

    def _open(self, decided: Sequence[Decided]) -> Sequence[Decided]:
        """Start the chain of a new incident, and return its facts with its number."""
        key, number = self.unit.new_incident(self.request.team, self.request.at)
        self.session = IncidentSession(self.unit, key, self.policy, self.request.at)
        self.session.gives_way = self.request.gives_way
        if self.request.dedup_key is not None:
            self.unit.declare_as(self.request.team, self.request.dedup_key, key)
        return [_numbered(fact, number) for fact in decided]

    def _choose(self, decided: Sequence[Decided]) -> None:
        """Store what the actor chose for themselves."""
        team, person = self.request.team, self.request.actor.id
        for change in decided:
            if isinstance(change, SubscriptionChange):
                self.unit.subscribe(team, person, change.subscription)
                self.unit.enqueue(home_refreshes(team, (person,)), self.request.at)
            elif isinstance(change, ShiftNoticeChange):
                self.unit.set_shift_notices(team, person, on=change.on)
            elif isinstance(change, TestPages):
                self.unit.enqueue(test_page_jobs(team, person, change.methods), self.request.at)

    def _read(self) -> Verb:
        """Return the verb with its fields. Refuses when its incident is missing, or when its button is outdated."""
        request = self.request
        kind = read_verb(request.verb)
        incident = self._incident
        refuse_account(request.actor, kind)
        if kind.needs_incident and incident is None:
            # The refusal records the verb's intent, if the fields can be read.
            with suppress(Refusal):
                self.verb = read_form(kind, request.fields)
            raise no_incident(request)
        verb = self.verb = read_form(kind, request.fields)
        refuse_time(request.occurred_at, "occurred_at")
        if request.occurred_at is not None and request.occurred_at > request.at:
            raise Refusal(Code.BAD_VALUE, "not_yet", "occurred_at")
        refuse_changed(self.session.before if isinstance(self.session, IncidentSession) else None, request)
        if request.drawn_at is not None and incident and not verb.still_offered(incident, request.drawn_at):
            raise Refusal(Code.STALE, "stale")
        return verb

    def _context(self, verb: Verb) -> DecisionContext:
        context = DecisionContext.of_request(
            self.request,
            incident=self._incident,
            reader=self.unit,
            policy=self.policy,
            policy_hash=self.policy_hash,
            # A new incident begins now, also where the incident of its channel has entries that are later.
            at=self.request.at if verb.opens_incident else self._at,
        )
        if isinstance(self.session, OrganisationSession):
            return replace(context, folded=self.session.state)
        if verb.judges_event:
            return replace(context, folded=self.unit.load_aggregate(ORGANISATION, workspace_chain(self.request.team)))
        return context

    @property
    def _incident(self) -> Incident | None:
        return self.session.incident if isinstance(self.session, IncidentSession) else self.incident

    @property
    def _at(self) -> datetime:
        return self.session.at if self.session else self.request.at

    def _entry(self, decided: Fact | DatedFact) -> NewEntry:
        dated = decided if isinstance(decided, DatedFact) else DatedFact(decided)
        happened_at = dated.occurred_at or self.request.occurred_at or self._at
        return NewEntry(
            fact=dated.fact, by=dated.by or self.request.actor.id, occurred_at=happened_at, source=self.request.source
        )

    def _record_elsewhere(self, other: OtherIncidentFact) -> None:
        session = session_of(self.unit, other.key, self.policy, self.request.at)
        session.record_overdue()
        session.apply([self._entry(other.fact)])
        session.flush()

    def _record_in_organisation(self, decided: Sequence[OpensTask | JudgesEvent]) -> None:
        """Record the tasks that are opened and the events that this incident is in the workspace chain."""
        if not decided:
            return
        number, team = self.session.number if self.session else None, self.request.team
        session = OrganisationSession(self.unit, workspace_chain(team), self.policy, self.request.at)
        session.declared = {number: self.session.key} if self.session and number else {}
        session.record_overdue()
        for one in decided:
            session.apply([self._entry(one.recorded(session.state, number))])
        session.flush()

    def _refuse(self, refusal: Refusal) -> Outcome:
        """Record a refusal in its incident, or in the workspace chain when there is none; a question is not recorded."""
        verb = self.verb.name if self.verb else _name_of(self.request.verb)
        if refusal.code is not Code.UNCONFIRMED:
            self._record_refusal(refusal, verb)
        return Outcome(
            verb=verb,
            key=self.session.key if self.session else None,
            number=self.session.number if self.session else None,
            code=refusal.code,
            reason=refusal.reason,
            fields=refusal.fields,
            missing=refusal.missing,
            facts=tuple(refusal.facts.items()),
            at=self._at,
        )

    def _record_refusal(self, refusal: Refusal, verb: str) -> None:
        intent = self.verb.intent if self.verb else verb
        facts: list[Fact] = [ClosureRefused(missing=refusal.missing)] if refusal.code == Code.CLOSE_INCOMPLETE else []
        facts += [Refused(verb=verb, intent=intent, code=refusal.code, fields=refusal.fields), *refusal.also]
        entries = [self._entry(DatedFact(fact, self._at)) for fact in facts]
        if self.session is None:
            self.unit.append(workspace_chain(self.request.team), entries, self._at)
        else:
            self.session.apply(entries)


def _name_of(word: str) -> str:
    """Return the name of a verb. Any other word is personal text, which data may not hold."""
    kind = verb_registry.find(word)
    return kind.name if kind else "unknown"


def _numbered(decided: Decided, number: str) -> Decided:
    """Put the display number into the declaration, which is decided before there is one."""
    return decided.model_copy(update={"number": number}) if isinstance(decided, Declared) else decided


def find_incident(unit: UnitOfWork, request: Request) -> IncidentKey | None:
    """Return the incident that a request names, or else that of its channel.

    A declaration from a message is another incident, also in the channel of one.
    """
    place = request.place
    if place.number is not None:
        return unit.find(request.team, number=place.number)
    kind = verb_registry.find(request.verb)
    is_another = kind is not None and kind.opens_incident and place.message is not None
    if place.channel is None or is_another:
        return None
    return incident_at(unit, request.team, place.channel, place.message)


def outcome_of(verb: str, session: AggregateSession[Any], added: Sequence[Entry]) -> Outcome:
    """Return the outcome of a verb that added these entries."""
    return Outcome(
        verb=verb,
        key=session.key,
        number=session.number,
        first=added[0].n if added else None,
        last=added[-1].n if added else None,
        at=session.at,
    )
