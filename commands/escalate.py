"""`escalate`: pages a named person or the next level of the escalation policy, or records a call to an outside body."""

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

_HOW: Final = (("functional", "A person who can help"), ("hierarchical", "A person who can decide"))


class Escalate(Verb):
    """Page a person for help; leave the name out to page the next level of the service's escalation policy."""

    name = "escalate"
    aliases = ("page",)
    group = Group.ROLES

    how: Annotated[
        Literal["functional", "hierarchical"], FormField("Whom you need", Control.CHOICE, leading=True, choices=_HOW)
    ] = "functional"
    who: Annotated[
        PersonId | None,
        FormField("Person", Control.PERSON, "Left empty, the next level of the escalation policy", leading=True),
    ] = None
    to: Annotated[
        str | None, FormField("Or an outside body", Control.LINE, "A team or company without a Slack account here")
    ] = None
    reason: Annotated[
        str,
        FormField(
            "What you need", Control.TEXT, "The first thing they will read", rest=True, because=True, needed=True
        ),
    ] = ""

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Page one person, wait for an answer until the policy's timeout, and record who is paged next."""
        person = self._named(now)
        if person is None and self.to is not None:
            return (Escalated(how=self.how, to=self.to, person=None, reason=self.reason),)
        policy, levels = _service_levels(now)
        called = {escalation.person for escalation in now.open.escalations if escalation.person is not None}
        if person is None:
            others = levels_left(levels, {now.actor.id})
            person = next(iter(levels_left(others, called) or others), None)
        if person is None:
            raise Refusal(Code.MISSING_FIELDS, "escalate_nobody", "who", service=now.open.service)
        refuse_unless_person(now, person, "who")
        escalated = Escalated(how=self.how, to=self.to or person, person=person, reason=self.reason)
        if now.open.state not in RESPONDING:  # No deadline runs in this state, so no level follows.
            return (escalated,)
        answer = {"answer_by": _answer_by(now.at, policy), "ladder": _after(person, levels)}
        return (escalated.model_copy(update=answer),)

    def _named(self, now: DecisionContext) -> PersonId | None:
        if self.who is not None:
            return self.who
        known = now.reader.person(PersonId(self.to)) if self.to is not None else None
        return known.id if known else None


def _service_levels(now: DecisionContext) -> tuple[EscalationPolicy, Sequence[PersonId]]:
    """Return the escalation policy of the incident's service and its people in order; an empty one if it has none."""
    service = now.policy.services.get(now.open.service)
    policy = now.policy.ladders.get(service.ladder or "", EscalationPolicy()) if service else EscalationPolicy()
    people = [person_named(now.team, level) for level in policy.rungs]
    return policy, [person for person in people if person is not None]


def _answer_by(at: datetime, policy: EscalationPolicy) -> datetime:
    """Return when the page lapses without an answer (UTC)."""
    return at + timedelta(minutes=policy.timeout_minutes)


def _after(person: PersonId, levels: Sequence[PersonId]) -> tuple[PersonId, ...]:
    """Return who is paged next: the levels after the person, or all of them for a person on no level."""
    return tuple(levels[levels.index(person) + 1 :] if person in levels else levels)
