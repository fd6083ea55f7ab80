"""`escalate`: pages a named person, the next level of the escalation policy or who decides; or records a call outside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final, Literal

from commands.core.fields.form_field import Control, FormField
from commands.core.preconditions import refuse_unless_person
from commands.core.rules.escalation_levels import is_present, levels_before, levels_for, newly_gone, next_level
from commands.core.verb import DatedFact, DecisionContext, Group, Verb
from incident.entries.role_holders import Escalated
from incident.entry import Fact
from incident.refusal import Code, Refusal
from incident.rules.responders.escalation_rounds import in_rounds
from incident.rules.responders.open_calls import open_call_to
from incident.rules.service_contacts import answer_by, empty_levels
from incident.states import RESPONDING
from roles.escalation_policy import levels_after, levels_left
from roles.person_ids import PersonId

_HOW: Final = (("functional", "A person who can help"), ("hierarchical", "A person who can decide"))


@dataclass(frozen=True)
class EscalateView:
    """The levels of the escalation policy that were skipped: people who cannot be reached, schedules with no one on call."""

    unreachable: tuple[PersonId, ...]
    empty: tuple[str, ...]


class Escalate(Verb):
    """Page a person for help or a decision; without a name, the escalation policy's next level or the service owner."""

    name = "escalate"
    aliases = ("page",)
    group = Group.ROLES

    how: Annotated[
        Literal["functional", "hierarchical"], FormField("Help or decision", Control.CHOICE, leading=True, choices=_HOW)
    ] = "functional"
    who: Annotated[
        PersonId | None,
        FormField(
            "Person",
            Control.PERSON,
            "Default: for help the next level of the escalation policy, for a decision the service owner",
            leading=True,
        ),
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

    def decide(self, now: DecisionContext) -> Sequence[Fact | DatedFact]:
        """Page one person, wait for an answer until the policy's timeout, and record who is paged next.

        A person who is still to answer a call is not paged a second time. A level that cannot be reached is skipped.
        """
        person = self._named(now)
        if person is None and self.to is not None:
            return (Escalated(how=self.how, to=self.to, person=None, reason=self.reason),)
        levels = levels_for(self.how, now)
        called = person or next_level(self.how, now)
        refuse_unless_person(now, called, "who")
        self._refuse_repetition(now, called)
        escalated = Escalated(how=self.how, to=self.to or called, person=called, reason=self.reason)
        gone = () if person else newly_gone(now, levels_before(levels, called))
        # No deadline runs in other states, and none of a call that was made before; so no level follows.
        if now.open.state not in RESPONDING or now.happened_at < now.at:
            return (escalated, *gone)
        actor = now.actor.id
        after = levels_left(levels_after(levels, called), {actor}) if self.how == "functional" else ()
        answer = {"answer_by": answer_by(now.at, now.open.service, now.policy), "ladder": after}
        waiting = escalated.model_copy(update=answer)
        others = levels_left(levels, {actor})
        return (in_rounds(waiting, now.open, others, now.policy, now.at, caller=actor), *gone)

    def view(self, now: DecisionContext) -> EscalateView:
        """Return the levels that were skipped."""
        person = now.open.escalations[-1].person if now.open.escalations else None
        if person is None or self._named(now) is not None:
            return EscalateView((), ())
        before = levels_before(levels_for(self.how, now), person)
        gone = tuple(who for who in before if who != now.actor.id and not is_present(now, who))
        empty = empty_levels(now.open.service, now.policy, now.team, now.at) if self.how == "functional" else ()
        return EscalateView(gone, empty)

    def _refuse_repetition(self, now: DecisionContext, person: PersonId) -> None:
        waiting = open_call_to(now.open, person, now.at)
        if waiting is not None and waiting.answer_by is not None:
            left = str(max(round((waiting.answer_by - now.at).total_seconds()), 1))
            raise Refusal(Code.STATE, "escalate_open", "who", who=person, left=left)

    def _named(self, now: DecisionContext) -> PersonId | None:
        if self.who is not None:
            return self.who
        known = now.reader.person(PersonId(self.to)) if self.to is not None else None
        return known.id if known else None
