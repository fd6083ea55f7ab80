"""`redact`: removes the text of a message from the record, in every entry that quotes it. Author and time stay.

A person without the authority is refused, and the text is masked: it is hidden until a person with the authority decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from commands.core.fields.form_field import Control, FormField
from commands.core.message_reference import MessageRef, named_message
from commands.core.preconditions import has_authority, not_authorised
from commands.core.verb import DecisionContext, Group, Verb
from incident.entries import conversation
from incident.entries.delivery import Exported
from incident.entries.lifecycle import Declared
from incident.entry import Entry, Fact
from incident.record import masked_view
from incident.record.message_history import is_message
from incident.refusal import Code, Refusal

_COPIES: Final = (
    conversation.MessagePosted,
    conversation.MessageEdited,
    conversation.MessageDeleted,
    conversation.MessagePinned,
    conversation.DecisionMade,
    conversation.ActionOpened,
    Declared,
)


@dataclass(frozen=True)
class RedactionLimits:
    """What a redaction cannot reach: the message in Slack unless it is deleted there, and earlier exports."""

    channel: str
    ts: str
    is_deleted: bool
    exports: tuple[Entry, ...]


class Redact(Verb):
    """Remove the text of a message from the record; its author and time stay."""

    name = "redact"
    group = Group.RECORD

    ref: MessageRef = None
    reason: Annotated[str, FormField("Because", Control.TEXT, rest=True, because=True, needed=True)]

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Name every entry that quotes the message; an actor without authority is refused, and the text is masked."""
        channel, ts = named_message(now, self.ref)
        entries = now.reader.message(now.open.key, channel, ts)
        if not is_message(entries) and not any(isinstance(entry.fact, Declared) for entry in entries):
            raise Refusal(Code.STATE, "redact_no_message", "ref")
        if not has_authority(now, now.policy.authority.redact):
            raise self._refused(now, (channel, ts))
        quoting = {entry.n for entry in entries if isinstance(entry.fact, _COPIES)}
        hidden = tuple(sorted({*quoting, *_masked(now, (channel, ts))}))
        return (conversation.Redacted(channel=channel, ts=ts, entries=hidden, reason=self.reason),)

    def view(self, now: DecisionContext) -> RedactionLimits:
        """Return whether the message is deleted in Slack, and the exports that may contain it."""
        channel, ts = named_message(now, self.ref)
        entries = now.reader.message(now.open.key, channel, ts)
        first = min((entry.n for entry in entries), default=0)
        last = max((entry.n for entry in entries if isinstance(entry.fact, conversation.Redacted)), default=now.open.n)
        all_exports = now.reader.entries(now.open.key, kinds=(Exported.kind,), until=last)
        exports = tuple(entry for entry in all_exports if isinstance(entry.fact, Exported) and entry.fact.upto >= first)
        return RedactionLimits(
            channel, ts, any(isinstance(entry.fact, conversation.MessageDeleted) for entry in entries), exports
        )

    def _refused(self, now: DecisionContext, place: tuple[str, str]) -> Refusal:
        """Return the refusal, with a mask for entries that quote the message and are not masked yet."""
        quoting = masked_view.quoting(now.reader.unmasked().entries(now.open.key), place)
        new = conversation.Masked(channel=place[0], ts=place[1], entries=quoting, reason=self.reason)
        also = (new,) if {*quoting} - _masked(now, place) else ()
        reason = "redact_masked" if quoting else "redact_not_yours"
        return not_authorised(reason, now.policy.authority.redact, also=also)


def _masked(now: DecisionContext, place: tuple[str, str]) -> frozenset[int]:
    """Return the numbers of the entries that the message's mask hides."""
    mask = masked_view.mask_of(now.open.masks, place)
    return frozenset(mask.entries if mask else ())
