"""`escalate`: help or authority is called for: a named person, somebody outside in words, or the next of the ladder."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Final, Literal

from commands.core.fields.form_field import Control, FormField
from commands.core.preconditions import refuse_unless_person
from commands.core.verb import DecisionContext, Group, Verb
from incident.entries.role_holders import Escalated
from incident.entry import Fact
from incident.policy import EscalationPolicy
from incident.refusal import Code, Refusal
from incident.states import RESPONDING
from roles.escalation_policy import levels_left
from roles.person_ids import PersonId, person_named

_HOW: Final = (("functional", "Somebody who can help"), ("hierarchical", "Somebody who can decide"))


class Escalate(Verb):
    """Call for help: a person by name, or, when you name nobody, the next of the service's ladder."""

    name = "escalate"
    aliases = ("page",)
    group = Group.ROLES

    how: Annotated[
        Literal["functional", "hierarchical"], FormField("Whom you need", Control.CHOICE, leading=True, choices=_HOW)
    ] = "functional"
    who: Annotated[
        PersonId | None,
        FormField("Person", Control.PERSON, "The next of the ladder, when left empty", leading=True),
    ] = None
    to: Annotated[
        str | None, FormField("Or somebody outside", Control.LINE, "A team or a body that has no Slack account here")
    ] = None
    reason: Annotated[
        str,
        FormField(
            "What you need", Control.TEXT, "The first thing they will read", rest=True, because=True, needed=True
        ),
    ] = ""

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Call one person and wait for the answer until the policy's timeout, with whom to call after them."""
        person = self._named(now)
        if person is None and self.to is not None:
            return (Escalated(how=self.how, to=self.to, person=None, reason=self.reason),)
        ladder, rungs = service_ladder(now)
        called = {escalation.person for escalation in now.open.escalations if escalation.person is not None}
        if person is None:
            others = levels_left(rungs, {now.actor.id})
            person = next(iter(levels_left(others, called) or others), None)
        if person is None:
            raise Refusal(Code.MISSING_FIELDS, "escalate_nobody", "who", service=now.open.service)
        refuse_unless_person(now, person, "who")
        escalated = Escalated(how=self.how, to=self.to or person, person=person, reason=self.reason)
        if now.open.state not in RESPONDING:  # Nothing runs that could be waited for, so nobody is called after them.
            return (escalated,)
        waits = {"answer_by": answer_by(now.at, ladder), "ladder": _after(person, rungs)}
        return (escalated.model_copy(update=waits),)

    def _named(self, now: DecisionContext) -> PersonId | None:
        if self.who is not None:
            return self.who
        known = now.reader.person(PersonId(self.to)) if self.to is not None else None
        return known.id if known else None


def service_ladder(now: DecisionContext) -> tuple[EscalationPolicy, Sequence[PersonId]]:
    """Give the ladder of the incident's service and the people on it, in order; an empty one when it has none."""
    service = now.policy.services.get(now.open.service)
    ladder = now.policy.ladders.get(service.ladder or "", EscalationPolicy()) if service else EscalationPolicy()
    people = [person_named(now.team, rung) for rung in ladder.rungs]
    return ladder, [person for person in people if person is not None]


def answer_by(at: datetime, ladder: EscalationPolicy) -> datetime:
    """Give until when an answer is waited for."""
    return at + timedelta(minutes=ladder.timeout_minutes)


def _after(person: PersonId, rungs: Sequence[PersonId]) -> tuple[PersonId, ...]:
    """Give who is called next: those below the person on the ladder, or all of it for somebody not on it."""
    return tuple(rungs[rungs.index(person) + 1 :] if person in rungs else rungs)
