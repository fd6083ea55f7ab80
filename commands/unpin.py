"""`unpin`: the pin was taken off a message. Its entry in the timeline stays; the removal is recorded."""

from __future__ import annotations

from typing import Annotated

from commands.core.fields.form_field import Control, FormField
from commands.core.verb import DecisionContext, Group, Verb
from incident.entries.conversation import MessagePinned, PinRemoved
from incident.entry import Fact
from incident.refusal import Code, Refusal

_HIDDEN = FormField("", Control.WORD, hidden=True)
_MARKS = (MessagePinned, PinRemoved)


class Unpin(Verb):
    """Take the 📌 or the pin off a message; its entry on the timeline stays."""

    name = "unpin"
    group = Group.RECORD
    for_guests = True

    channel: Annotated[str | None, _HIDDEN] = None
    ts: Annotated[str | None, _HIDDEN] = None

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Record, once, that the pin is gone from a pinned message."""
        channel, ts = self.channel or now.place.channel, self.ts or now.place.message
        if channel is None or ts is None:
            raise Refusal(Code.BAD_VALUE, "unpin_no_message")
        channel = now.open.places.recorded_as(channel)
        marks = [e.fact for e in now.reader.message(now.open.key, channel, ts) if isinstance(e.fact, _MARKS)]
        is_marked = bool(marks) and isinstance(marks[-1], MessagePinned)
        return (PinRemoved(channel=channel, ts=ts),) if is_marked else ()
