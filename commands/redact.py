"""`redact`: removes the text of a message or an entry from the record, in every entry that quotes it. Author and time stay.

A person without the authority is refused, and the text is masked: it is hidden until a person with the authority decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final

from commands.core.fields.form_field import Control, FormField
from commands.core.message_reference import TextRef, entry_named, named_subject
from commands.core.preconditions import asked_to_redact, has_authority, not_authorised
from commands.core.rules.redaction_limits import RedactionLimits, redaction_limits
from commands.core.verb import DecisionContext, Group, Verb
from incident.entries import conversation
from incident.entry import Entry, Fact
from incident.model.slack_references import Mask
from incident.record import masked_view
from incident.record.masked_view import Subject
from incident.record.message_history import place_of
from incident.refusal import Code, Refusal

HIDDEN: Final = "redact_masked"


class Redact(Verb):
    """Remove the text of a message or an entry from the record; its author and time stay."""

    name = "redact"
    group = Group.RECORD
    drastic = True

    ref: TextRef = None
    reason: Annotated[str, FormField("Because", Control.TEXT, rest=True, because=True, needed=True)]

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Name every entry that quotes the text; an actor without authority is refused, and the text is masked."""
        subject, entries = _subject(now, self.ref), now.reader.unmasked().entries(now.open.key)
        quoting = masked_view.quoting(entries, subject)
        if not quoting:
            raise _nothing_left(now, subject, entries)
        whole = [entry for entry in entries if entry.n in {*quoting, *_masked(now, subject)} and not entry.redacted]
        if masked_view.is_repeated(whole, self.reason):
            raise Refusal(Code.BAD_VALUE, "redact_reason", "reason")
        if not has_authority(now, now.policy.authority.redact):
            raise self._refused(now, subject, quoting)
        numbers = tuple(sorted(entry.n for entry in whole))
        channel, ts, entry = _fields(subject)
        return (conversation.Redacted(channel=channel, ts=ts, entry=entry, entries=numbers, reason=self.reason),)

    def view(self, now: DecisionContext) -> RedactionLimits:
        """Return what holds the words still: messages in Slack, other incidents, and the exports that may contain them."""
        return redaction_limits(now, _subject(now, self.ref))

    def _refused(self, now: DecisionContext, subject: Subject, quoting: Sequence[int]) -> Refusal:
        """Return the refusal, with a mask for entries that quote the text and are not masked yet."""
        channel, ts, entry = _fields(subject)
        new = conversation.Masked(channel=channel, ts=ts, entry=entry, entries=tuple(quoting), reason=self.reason)
        also = (new,) if {*quoting} - _masked(now, subject) else ()
        return not_authorised(HIDDEN, now.policy.authority.redact, also=also, asked=asked_to_redact(now))


def _subject(now: DecisionContext, ref: str | None) -> Subject:
    """Return what the reference names: a message the record knows, or an entry with text. Raises Refusal."""
    subject, n = named_subject(now, ref), entry_named(ref or "")
    if subject is None:
        reason = "redact_no_message" if n is None else "redact_no_entry"
        raise Refusal(Code.STATE, reason, "ref", number=now.open.number, entry=str(n), last=str(now.open.n))
    if n is not None:
        (named,) = now.reader.unmasked().entries(now.open.key, after=n - 1, until=n)
        if not masked_view.has_text(named):
            what = named.fact.kind.replace("_", " ")
            raise Refusal(Code.STATE, "redact_no_text", "ref", entry=str(n), what=what)
    return subject


def _nothing_left(now: DecisionContext, subject: Subject, entries: Sequence[Entry]) -> Refusal:
    """Return the refusal of a message the record does not know, or of a text that is gone already."""
    if any(entry.n == subject or place_of(entry.fact) == subject for entry in entries):
        return Refusal(Code.STATE, "redact_done", "ref")
    return Refusal(Code.STATE, "redact_no_message", "ref", number=now.open.number)


def _fields(subject: Subject) -> tuple[str | None, str | None, int | None]:
    """Return channel, ts and entry as a fact names its subject."""
    return (None, None, subject) if isinstance(subject, int) else (*subject, None)


def _masked(now: DecisionContext, subject: Subject) -> frozenset[int]:
    """Return the numbers of the entries that the mask of the text hides."""
    mask: Mask | None = masked_view.mask_of(now.open.masks, subject)
    return frozenset(mask.entries if mask else ())
