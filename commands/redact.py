"""`redact`: the words of a message leave the record, in every entry that quotes it. Who wrote it and when stay.

Who may not redact is refused, and masks the text all the same: it is shown to nobody until somebody who may decides.
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
class Beyond:
    """What a redaction cannot reach: the message in Slack unless it is deleted there, and the exports that held it."""

    channel: str
    ts: str
    is_deleted: bool
    exports: tuple[Entry, ...]


class Redact(Verb):
    """Remove the words of a message from the record; who wrote it, and when, stay."""

    name = "redact"
    group = Group.RECORD

    ref: MessageRef = None
    reason: Annotated[str, FormField("Because", Control.TEXT, rest=True, because=True, needed=True)]

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Name every entry that quotes the message; whom the policy does not name is refused, and masks it."""
        channel, ts = named_message(now, self.ref)
        entries = now.reader.message(now.open.key, channel, ts)
        if not is_message(entries) and not any(isinstance(entry.fact, Declared) for entry in entries):
            raise Refusal(Code.STATE, "redact_no_message", "ref")
        if not has_authority(now, now.policy.authority.redact):
            raise self._refused(now, (channel, ts))
        quoting = {entry.n for entry in entries if isinstance(entry.fact, _COPIES)}
        named = tuple(sorted({*quoting, *_masked(now, (channel, ts))}))
        return (conversation.Redacted(channel=channel, ts=ts, entries=named, reason=self.reason),)

    def view(self, now: DecisionContext) -> Beyond:
        """Look for the message in Slack and for the exports made since it was first said or quoted."""
        channel, ts = named_message(now, self.ref)
        about = now.reader.message(now.open.key, channel, ts)
        first = min((entry.n for entry in about), default=0)
        last = max((entry.n for entry in about if isinstance(entry.fact, conversation.Redacted)), default=now.open.n)
        made = now.reader.entries(now.open.key, kinds=(Exported.kind,), until=last)
        held = tuple(entry for entry in made if isinstance(entry.fact, Exported) and entry.fact.upto >= first)
        return Beyond(channel, ts, any(isinstance(entry.fact, conversation.MessageDeleted) for entry in about), held)

    def _refused(self, now: DecisionContext, place: tuple[str, str]) -> Refusal:
        """Refuse, and mask what quotes the message and is not masked yet; words that are gone need no mask."""
        whole = masked_view.quoting(now.reader.bare().entries(now.open.key), place)
        new = conversation.Masked(channel=place[0], ts=place[1], entries=whole, reason=self.reason)
        also = (new,) if {*whole} - _masked(now, place) else ()
        reason = "redact_masked" if whole else "redact_not_yours"
        return not_authorised(reason, now.policy.authority.redact, also=also)


def _masked(now: DecisionContext, place: tuple[str, str]) -> frozenset[int]:
    """Name the entries that the mask of this message hides."""
    mask = masked_view.mask_of(now.open.masks, place)
    return frozenset(mask.entries if mask else ())
