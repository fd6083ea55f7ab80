"""`dismiss`: a message that reads like a decision is none, and `check` lists it no more."""

from __future__ import annotations

from typing import Annotated

from commands.core.fields.form_field import Control, FormField
from commands.core.verb import DecisionContext, Group, Verb
from incident.entries.conversation import CandidatePassed
from incident.entry import Fact
from incident.record.message_history import is_message
from incident.refusal import Code, Refusal

_HIDDEN = FormField("", Control.WORD, hidden=True)


class Dismiss(Verb):
    """Say that a message is no decision: by its button in `check`."""

    name = "dismiss"
    group = Group.RECORD

    channel: Annotated[str | None, _HIDDEN] = None
    ts: Annotated[str | None, _HIDDEN] = None

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Record it once for each message."""
        channel, ts = self.channel or now.place.channel, self.ts or now.place.message
        known = now.reader.message(now.open.key, channel, ts) if channel and ts else ()
        if channel is None or ts is None or not is_message(known):
            raise Refusal(Code.BAD_VALUE, "dismiss_no_message")
        before = now.reader.entries(now.open.key, kinds=(CandidatePassed.kind,))
        if any(isinstance(e.fact, CandidatePassed) and (e.fact.channel, e.fact.ts) == (channel, ts) for e in before):
            return ()
        return (CandidatePassed(channel=channel, ts=ts),)
