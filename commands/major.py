"""`major`: declares a major incident. A P1 is one automatically."""

from __future__ import annotations

from typing import Annotated

from commands.core.fields.form_field import Control, FormField
from commands.core.preconditions import refuse_by_state, refuse_without
from commands.core.verb import DecisionContext, Group, Verb
from incident.entries.lifecycle import MajorDeclared
from incident.entry import Fact


class Major(Verb):
    """Declare a major incident; executives and customers get updates from now on."""

    name = "major"
    aliases = ("major incident",)
    group = Group.OPEN
    asserts = True
    dated = True

    reason: Annotated[
        str | None, FormField("Why", Control.TEXT, "What makes it a major one", rest=True, because=True, needed=True)
    ] = None

    @property
    def intent(self) -> str:
        """Name the request as stored requests do."""
        return "declare_major"

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Declare the incident major once, with the authority the policy names."""
        refuse_by_state(now, self.intent)
        refuse_without(now, "declare_major", now.policy.authority.declare_major)
        return (MajorDeclared(reason=self.reason, automatic=False),)
