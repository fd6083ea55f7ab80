"""Answers to calls from outside Slack: each becomes the verb `answer` of the person called, as their button in Slack does.

Knows no medium's words and no HTTP. A page that offers an answer no more takes none: what was answered twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Final

from bot.notify.answers.answer_address import CallReference
from bot.notify.answers.answer_words import Answer
from bot.requests.request_path import RequestPath, retry_once
from commands.core.request import Acknowledger, Actor, Place, Request
from incident.effects.page_jobs import outcome_job
from incident.entry import EntryPoint, Source
from incident.frozen import clean
from incident.medium import Medium
from incident.model.components import Escalation
from incident.model.incident import Incident
from incident.ports import Outcome, Reader
from incident.rules.responders.call_pages import is_settled, page_of_call
from incident.rules.responders.open_calls import can_be_answered, offered_answers, taken_by
from incident.rules.visibility import is_restricted
from roles.person_ids import PersonId

_MOST_CALLS: Final = 30


class CallState(StrEnum):
    """What a call is to the person called. The slugs name sentences in templates/notify/answer.j2."""

    OPEN = "open"
    LATE = "late"
    MINE = "mine"
    DECLINED = "declined"
    TAKEN = "taken"
    OVER = "over"


@dataclass(frozen=True)
class CallView:
    """A call as it is now. `taken_by` is who has it."""

    incident: Incident
    call: Escalation

    @property
    def state(self) -> CallState:
        """What the call is to the person called."""
        if self.call.answer == "accepted":
            return CallState.MINE if self.call.taker in (None, self.call.person) else CallState.TAKEN
        if self.call.answer == "declined":
            return CallState.DECLINED
        if not self.offered:
            return CallState.OVER if self.taken_by is None else CallState.TAKEN
        return CallState.LATE if self.call.answer == "lapsed" else CallState.OPEN

    @property
    def reference(self) -> CallReference:
        """The call by its number and its entry."""
        return CallReference(self.incident.number, self.call.n)

    @property
    def is_waiting(self) -> bool:
        """True if the person can still answer."""
        return can_be_answered(self.incident, self.call)

    @property
    def offered(self) -> tuple[Answer, ...]:
        """The answers that the page still offers."""
        return offered_answers(self.incident, self.call)

    @property
    def taken_by(self) -> PersonId | None:
        """Who has the call, or another for the same need."""
        return taken_by(self.incident, self.call)

    @property
    def is_open(self) -> bool:
        """True if more than the number may leave Slack."""
        return not is_restricted(self.incident)


@dataclass(frozen=True)
class ProviderEvent:
    """What a provider says of an answer: an id that is the same in each repetition, when it was given, and by whom.

    `by` is None where that is the person called, or unknown.
    """

    id: str = ""
    at: datetime | None = None
    by: Acknowledger | None = None


@dataclass(frozen=True)
class Taken:
    """What became of an answer: the call as it is now, None for one that was taken back. `outcome` is None if nothing was run."""

    view: CallView | None
    outcome: Outcome | None = None

    @property
    def is_recorded(self) -> bool:
        """True if the answer is on the record, by this request or an earlier one."""
        return self.outcome is not None and not self.outcome.is_refused


@dataclass(frozen=True)
class CallAnswers:
    """Looks calls of one workspace up and answers them. `actor` returns a person as the one who acts."""

    path: RequestPath
    team: str
    actor: Callable[[PersonId], Actor]

    def view(self, call: CallReference) -> CallView | None:
        """Return a call, None for one that does not exist or was taken back. Raise Unavailable without the database."""
        return self.path.record.read(lambda reader: self._view(reader, call))

    def calls_of(self, people: Sequence[PersonId]) -> tuple[CallView, ...]:
        """Return the calls of people in open incidents, those of the gravest incident first."""

        def read(reader: Reader) -> tuple[CallView, ...]:
            found = {one.key: one for who in people for one in reader.own_incidents(self.team, who, limit=_MOST_CALLS)}
            return tuple(
                CallView(one, call) for one in found.values() for call in one.escalations if call.person in people
            )

        return self.path.record.read(read)

    def answer(
        self, call: CallReference, answer: Answer, medium: Medium, event: ProviderEvent = ProviderEvent()
    ) -> Taken:
        """Answer a call as the person called, or as who else did at the provider. Raise Unavailable when nothing could be recorded."""
        before = self.view(call)
        person = before.call.person if before else None
        if before is None or person is None or answer not in before.offered:
            return Taken(before)
        request = self._request(before, answer, medium, event, person)
        outcome = retry_once(lambda: self.path.run(request))
        return Taken(self.view(call), outcome)

    def ended(self, call: CallReference, medium: Medium, ref: str) -> bool:
        """Ask at once what became of a page of this reference; False while its attempt is not on record."""
        view = self.view(call)
        page = page_of_call(view.incident, call.n) if view else None
        if view is None or page is None or is_settled(view.incident, view.call):
            return True
        found = [one for one in page.attempts if (one.medium, one.ref) == (medium, ref)]
        jobs, at = [outcome_job(view.incident, view.call, one) for one in found], self.path.record.clock.now()
        if jobs:
            self.path.record.recorder.transact(lambda unit: unit.enqueue(jobs, at))
        return bool(jobs)

    def _request(
        self, view: CallView, answer: Answer, medium: Medium, event: ProviderEvent, person: PersonId
    ) -> Request:
        now, call = self.path.record.clock.now(), view.call
        # Two replicas that get the same answer, and the same press twice, make one request.
        same = clean(event.id) or f"{call.answer}:{len(view.incident.undone)}"
        digest = sha256(f"{view.incident.number}:{call.n}:{answer}:{person}:{same}".encode()).hexdigest()[:32]
        happened_at = event.at if event.at is not None and call.at <= event.at <= now else None
        return Request(
            verb="answer",
            fields={"answer": answer, "escalation": call.n},
            actor=self.actor(person),
            team=self.team,
            place=Place(number=view.incident.number),
            source=Source(surface=EntryPoint.WEB, event=digest),
            key=f"{self.team}:answer:{medium.value}:{digest}",
            at=now,
            occurred_at=happened_at,
            medium=medium,
            acknowledger=event.by,
        )

    def _view(self, reader: Reader, call: CallReference) -> CallView | None:
        key = reader.find(self.team, number=call.number)
        incident = reader.peek(key) if key else None
        found = next((one for one in incident.escalations if one.n == call.n), None) if incident else None
        return CallView(incident, found) if incident and found and found.person else None
