"""`escalate`: pages a named person or the next level of the escalation policy, or records a call to an outside body."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Final, Literal

from commands.core.fields.form_field import Control, FormField
from commands.core.preconditions import refuse_unless_person
from commands.core.verb import DecisionContext, Group, Verb
from incident.entries.role_holders import Escalated
from incident.entry import Fact
from incident.policy import EscalationPolicy, Policy
from incident.refusal import Code, Refusal
from incident.rules.service_contacts import escalation_policy_of, levels_of
from incident.states import RESPONDING
from roles.escalation_policy import levels_after, levels_left
from roles.person_ids import PersonId

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
        levels = levels_of(now.open.service, now.policy, now.team)
        called = {escalation.person for escalation in now.open.escalations if escalation.person is not None}
        if person is None:
            others = levels_left(levels, {now.actor.id})
            person = next(iter(levels_left(others, called) or others), None)
        if person is None:
            raise Refusal(Code.MISSING_FIELDS, "escalate_nobody", "who", service=now.open.service)
        refuse_unless_person(now, person, "who")
        escalated = Escalated(how=self.how, to=self.to or person, person=person, reason=self.reason)
        # No deadline runs in other states, and none of a call that was made before; so no level follows.
        if now.open.state not in RESPONDING or now.happened_at < now.at:
            return (escalated,)
        answer = {
            "answer_by": _answer_by(now.at, now.open.service, now.policy),
            "ladder": levels_after(levels, person),
        }
        return (escalated.model_copy(update=answer),)

    def _named(self, now: DecisionContext) -> PersonId | None:
        if self.who is not None:
            return self.who
        known = now.reader.person(PersonId(self.to)) if self.to is not None else None
        return known.id if known else None


def _answer_by(at: datetime, service: str, policy: Policy) -> datetime:
    """Return when the page lapses without an answer (UTC)."""
    found = escalation_policy_of(service, policy) or EscalationPolicy()
    return at + timedelta(minutes=found.timeout_minutes)
