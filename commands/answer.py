"""`answer`: the person paged accepts or declines. A decline pages the next level at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from commands.core.fields.form_field import Control, FormField
from commands.core.verb import DatedFact, DecisionContext, Group, Verb
from incident.deadlines.missed_deadlines import next_page
from incident.entries.role_holders import EscalationAnswered
from incident.entry import Fact
from incident.model.components import Escalation
from incident.model.incident import Incident
from incident.refusal import Code, Refusal
from incident.rules.responders.open_calls import can_be_answered, taken_by
from incident.states import RESPONDING
from roles.person_ids import MUSTER, PersonId


@dataclass(frozen=True)
class AnswerView:
    """Who has accepted the call, or another for the same need; None while no one has."""

    taken_by: PersonId | None


class Answer(Verb):
    """Answer a page: `answer accepted` if you can help, `answer declined` if you cannot."""

    name = "answer"
    group = Group.ROLES
    is_answer = True

    answer: Annotated[
        Literal["accepted", "declined"],
        FormField(
            "Your answer",
            Control.CHOICE,
            leading=True,
            needed=True,
            choices=(("accepted", "I have it"), ("declined", "I cannot")),
            synonyms=(("accept", "accepted"), ("yes", "accepted"), ("decline", "declined"), ("no", "declined")),
        ),
    ]
    escalation: Annotated[int | None, FormField("Which call", Control.ENTRY, hidden=True)] = None

    @classmethod
    def is_awaited(cls, incident: Incident, person: PersonId) -> bool:
        """True if a call to the person can be answered."""
        return any(e.person == person and can_be_answered(incident, e) for e in incident.escalations)

    def still_offered(self, incident: Incident, drawn_at: int) -> bool:
        """Return whether the escalation is unanswered, or lapsed and may still be accepted."""
        return any(e.n == self.escalation and self._answers(e) for e in incident.escalations)

    def decide(self, now: DecisionContext) -> Sequence[Fact | DatedFact]:
        """Record the answer of the person paged, or of who gave it at the provider; after a decline, page the next level."""
        call = self._call(now)
        answered = _answer(EscalationAnswered(escalation=call.n, answer=self.answer, medium=now.medium), now)
        return (answered,) if self.answer == "accepted" else (answered, *_next_call(now, call))

    def view(self, now: DecisionContext) -> AnswerView:
        """Return who has accepted a call for the same need."""
        call = _named(now.open, now.actor.id, self.escalation)
        return AnswerView(taken_by(now.open, call) if call else None)

    def _call(self, now: DecisionContext) -> Escalation:
        named = [e for e in now.open.escalations if self.escalation in (None, e.n)]
        mine = [e for e in named if e.person == now.actor.id]
        waiting = [e for e in mine if self._answers(e)]
        if waiting:
            return waiting[-1]
        if named and not mine:
            raise Refusal(Code.NOT_AUTHORISED, "answer_not_yours")
        raise Refusal(Code.STATE, "answer_nothing")

    def _answers(self, call: Escalation) -> bool:
        return call.answer is None or (call.answer == "lapsed" and self.answer == "accepted")


def _answer(fact: EscalationAnswered, now: DecisionContext) -> Fact | DatedFact:
    """Return the answer as that of who gave it: a person, or one whom only the provider knows."""
    other, at = now.acknowledger, now.occurred_at or now.at
    if other is None or other.person == now.actor.id:
        return fact
    if other.person is not None:
        return DatedFact(fact.model_copy(update={"taker": other.person}), occurred_at=at, by=other.person)
    return DatedFact(fact.model_copy(update={"taker_name": other.name}), occurred_at=at, by=MUSTER)


def _named(incident: Incident, who: PersonId, n: int | None) -> Escalation | None:
    return next((e for e in reversed(incident.escalations) if e.person == who and n in (None, e.n)), None)


def _next_call(now: DecisionContext, call: Escalation) -> tuple[DatedFact, ...]:
    if call.answer_by is None or now.open.state not in RESPONDING:
        return ()
    page = next_page(now.open, call, now.at)
    # The answer may have come earlier, by the clock of a provider; the next person is paged now.
    return () if page is None else (DatedFact(page, occurred_at=now.at, by=MUSTER),)
