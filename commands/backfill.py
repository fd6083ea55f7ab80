"""`backfill`: a channel that exists, and what was said in it, become the record of an incident that nobody declared.

Nothing is made anew: the channel is adopted, its history is captured with its own times, and from then on it is an
incident channel as any other. What is told late about it is told with the time at which it happened.
"""

from __future__ import annotations

from typing import Annotated

from commands.core.fields.form_field import Control, FormField
from commands.core.pre_declaration_scope import is_direct
from commands.core.verb import DecisionContext
from commands.declare import Declare
from incident.entries.lifecycle import Declared
from incident.entry import Fact
from incident.frozen import Utc
from incident.refusal import Code, Refusal


class Backfill(Declare):
    """Make this channel and its history the record of an incident that was not declared at the time."""

    name = "backfill"
    aliases = ()

    started_at: Annotated[
        Utc | None, FormField("Began", Control.MOMENT, words=("started",), needed=True, past=True)
    ] = None

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Declare it as of now, of this channel; only what is said to have happened earlier is dated earlier."""
        channel = now.place.channel
        if channel is None or is_direct(channel):
            raise Refusal(Code.STATE, "backfill_where")
        known = now.incident or next((i for i in now.reader.open_incidents(now.team) if i.adopted == channel), None)
        if known is not None:
            raise Refusal(Code.STATE, "already_declared", number=known.number)
        if self.started_at is None:
            raise Refusal(Code.MISSING_FIELDS, "backfill_when", "started_at")
        return super().decide(now)

    def _placed(self, declared: Declared, now: DecisionContext) -> Declared:
        """Say which conversation belongs to it: the whole channel."""
        here = {"adopted_channel": now.place.channel, "detected_at": self.detected_at or self.started_at}
        return declared.model_copy(update=here)
