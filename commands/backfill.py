"""`backfill`: declares an incident of an existing channel and records the channel's history.

The channel is adopted and its messages are captured with their own times; from then on it is an incident channel like
any other. Commands that report something earlier carry the time at which it happened.
"""

from __future__ import annotations

from typing import Annotated

from commands.core.fields.form_field import Control, FormField
from commands.core.pre_declaration_scope import is_direct
from commands.core.rules.declaration import Declaration
from commands.core.verb import DecisionContext
from incident.entries.lifecycle import Declared
from incident.entry import Fact
from incident.frozen import Utc
from incident.refusal import Code, Refusal


class Backfill(Declaration):
    """Turn this channel and its history into the record of an incident that was not declared in time."""

    name = "backfill"

    started_at: Annotated[
        Utc | None, FormField("Began", Control.MOMENT, words=("started",), needed=True, past=True)
    ] = None

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Declare an incident of this channel, which must have none; the time it started is required."""
        channel = now.place.channel
        if channel is None or is_direct(channel):
            raise Refusal(Code.STATE, "backfill_where")
        existing = now.incident or next((i for i in now.reader.open_incidents(now.team) if i.adopted == channel), None)
        if existing is not None:
            raise Refusal(Code.STATE, "already_declared", number=existing.number)
        if self.started_at is None:
            raise Refusal(Code.MISSING_FIELDS, "backfill_when", "started_at")
        return super().decide(now)

    def with_conversation(self, declared: Declared, now: DecisionContext) -> Declared:
        """Adopt the whole channel."""
        adopted = {"adopted_channel": now.place.channel, "detected_at": self.detected_at or self.started_at}
        return declared.model_copy(update=adopted)
