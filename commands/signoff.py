"""`signoff`: management signs off the outcome of an incident that is closed."""

from __future__ import annotations

from typing import Annotated

from commands.core.fields.form_field import Control, FormField
from commands.core.preconditions import refuse_without
from commands.core.verb import DecisionContext, Group, Verb
from incident.entries.aftermath.lessons import OutcomeSigned
from incident.entry import Fact
from incident.refusal import Code, Refusal
from incident.states import State


class Signoff(Verb):
    """Sign off the outcome of a closed incident, with what you add."""

    name = "signoff"
    aliases = ("sign off", "sign-off")
    group = Group.PROVE
    asserts = True

    text: Annotated[str | None, FormField("What you add", Control.TEXT, "Resources granted, questions", rest=True)] = (
        None
    )

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Sign once per closing, with the authority that the policy names."""
        if now.open.state is not State.CLOSED:
            raise Refusal(Code.STATE, "signoff_not_closed")
        signed_at, closed_at = now.open.aftermath.sign_off.at, now.open.times.closed_at
        if signed_at is not None and (closed_at is None or signed_at >= closed_at):
            raise Refusal(Code.STATE, "signoff_twice")
        refuse_without(now, "signoff_not_yours", now.policy.authority.sign_off)
        return (OutcomeSigned(text=self.text),)
