"""`pin`: adds a message to the timeline as it reads now, by 📌, Slack's own pin or "Add to timeline" in its menu.

Only the first pin adds an entry. A message that is not in the record is recorded from the text that came with the pin.
"""

from __future__ import annotations

from typing import Annotated

from commands.core.fields.form_field import Control, FormField
from commands.core.verb import DatedFact, DecisionContext, Group, Verb
from incident.entries.conversation import MessagePinned
from incident.record.message_history import author, files_now, text_now
from incident.record.message_time import posted_at
from incident.refusal import Code, Refusal
from roles.person_ids import PersonId

_HIDDEN = FormField("", Control.WORD, hidden=True)
_ATTESTED = FormField("", Control.WORD, hidden=True, attested=True)


class Pin(Verb):
    """Add a message to the timeline: react with 📌, pin it, or choose "Add to timeline" in its menu."""

    name = "pin"
    group = Group.RECORD
    for_guests = True

    channel: Annotated[str | None, _HIDDEN] = None
    ts: Annotated[str | None, _HIDDEN] = None
    text: Annotated[str | None, _ATTESTED] = None
    author: Annotated[PersonId | None, _ATTESTED] = None

    def decide(self, now: DecisionContext) -> tuple[DatedFact, ...]:
        """Record the present text, by its author, at the time it was posted; a second pin adds nothing."""
        channel, ts = self.channel or now.place.channel, self.ts or now.place.message
        when = posted_at(ts) if ts else None
        if channel is None or ts is None or when is None:
            raise Refusal(Code.BAD_VALUE, "pin_no_message")
        channel = now.open.places.recorded_as(channel)
        known = now.reader.unmasked().message(now.open.key, channel, ts)
        if any(isinstance(entry.fact, MessagePinned) for entry in known):
            return ()
        writer = author(known) or self.author or now.actor.id
        text = text_now(known) or files_now(known) or self.text or ""
        fact = MessagePinned(channel=channel, ts=ts, author=writer, text=text)
        return (DatedFact(fact, occurred_at=min(when, now.at)),)
