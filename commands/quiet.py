"""`quiet`: Muster posts in one thread of its own, so that the channel is for people; `quiet off` ends it."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from commands.core.fields.form_field import Control, FormField
from commands.core.preconditions import refuse_by_state
from commands.core.verb import DecisionContext, Group, Verb
from incident.entries.delivery import QuietSet
from incident.entry import Fact
from incident.refusal import Code, Refusal

Mode = Literal["on", "off"]
_MODES: Final = (("on", "In a thread of its own"), ("off", "In the channel"))


class Quiet(Verb):
    """Have Muster post in a thread under the card: `quiet on`; `quiet off` brings its posts back to the channel."""

    name = "quiet"
    group = Group.INFORM

    mode: Annotated[Mode, FormField("Where Muster posts", Control.CHOICE, leading=True, needed=True, choices=_MODES)]

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Change where Muster posts, until the incident is over."""
        refuse_by_state(now, self.intent)
        on = self.mode == "on"
        if bool(now.open.quiet) == on:
            raise Refusal(Code.STATE, "quiet_already" if on else "quiet_none", "mode")
        return (QuietSet(on=on),)
