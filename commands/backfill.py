"""`backfill`: declares an incident of an existing channel and records the channel's history.

The channel is adopted and its messages are captured with their own times; from then on it is an incident channel like
any other, until the incident is void. Channels that serve more than one incident are refused. Commands that report something earlier carry the time at which it happened.
"""

from __future__ import annotations

from typing import Annotated

from commands.core.fields.form_field import Control, FormField
from commands.core.pre_declaration_scope import is_direct
from commands.core.rules.adoption import refusal_to_adopt
from commands.core.rules.declaration import Declaration
from commands.core.verb import Decided, DecisionContext
from incident.entries.lifecycle import Declared
from incident.frozen import Utc
from incident.model.incident import Incident
from incident.refusal import Code, Refusal


class Backfill(Declaration):
    """Turn this channel and its history into the record of an incident that was not declared in time."""

    name = "backfill"
    is_confirmed = True

    started_at: Annotated[
        Utc | None, FormField("Began", Control.MOMENT, words=("started",), needed=True, past=True)
    ] = None

    def decide(self, now: DecisionContext) -> tuple[Decided, ...]:
        """Declare an incident of this channel, which must have none; the time it started is required."""
        channel = now.place.channel
        if channel is None or is_direct(channel):
            raise Refusal(Code.STATE, "backfill_where")
        if reason := refusal_to_adopt(now.policy, channel):
            raise Refusal(Code.STATE, reason)
        existing = now.incident or _being_adopted(channel, now)
        if existing is not None:
            raise Refusal(Code.STATE, "already_declared", number=existing.number)
        if self.started_at is None:
            raise Refusal(Code.MISSING_FIELDS, "backfill_when", "started_at")
        return super().decide(now)

    def with_conversation(self, declared: Declared, now: DecisionContext) -> Declared:
        """Adopt the whole channel."""
        adopted = {"adopted_channel": now.place.channel, "detected_at": self.detected_at or self.started_at}
        return declared.model_copy(update=adopted)


def _being_adopted(channel: str, now: DecisionContext) -> Incident | None:
    """Return the open incident that adopts a channel and does not have it yet."""
    key = now.reader.find(now.team, adopted=channel)
    adopting = now.reader.peek(key) if key else None
    return None if adopting is None or adopting.is_over else adopting
