"""`unmask`: somebody who may redact decides that a masked text is shown again."""

from __future__ import annotations

from typing import Annotated

from commands.ask import Ask, Control
from commands.guards import refuse_without
from commands.source import named_message
from commands.verb import Group, Situation, Verb
from incident.entries.said import MaskLifted
from incident.entry import Fact
from incident.incident import Incident
from incident.refusal import Code, Refusal


class Unmask(Verb):
    """Show a text again that somebody masked because it should be redacted."""

    name = "unmask"
    group = Group.RECORD

    ref: Annotated[
        str | None, Ask("Message", Control.LINE, "Its link, or its number in the timeline", leading=True)
    ] = None

    def still_offered(self, incident: Incident, drawn_at: int) -> bool:
        """Tell whether the mask a button was drawn for still stands."""
        return any(self.ref == f"{mask.channel}:{mask.ts}" for mask in incident.masks)

    def decide(self, now: Situation) -> tuple[Fact, ...]:
        """Lift the mask of a message; only those who may redact it."""
        place = named_message(now, self.ref)
        mask = next((mask for mask in now.open.masks if (mask.channel, mask.ts) == place), None)
        if mask is None:
            raise Refusal(Code.STATE, "unmask_nothing", "ref")
        may = now.policy.authority.redact
        refuse_without(now, "unmask_not_yours", may, who=" or ".join(may))
        return (MaskLifted(channel=mask.channel, ts=mask.ts, entries=mask.entries),)
