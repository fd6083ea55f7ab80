"""`note`: a line for the timeline, or several dated lines at once. A note is never refused for the state of the incident.

Several lines come as a published timeline does: each becomes an entry at its own time. One that is there already is left out, so
that the same paste adds nothing twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Final

from pydantic import BeforeValidator

from commands.core.fields.field_types import several
from commands.core.fields.form_field import Control, FormField
from commands.core.fields.value_bounds import refuse_time
from commands.core.verb import DatedFact, DecisionContext, Group, Verb
from incident.entries.conversation import DecisionApproved, Noted
from incident.entry import Fact
from incident.refusal import Code, Refusal
from incident.rules.seen_length import seen_length

LONGEST_NOTE: Final = 3000
_LONGEST_PASTE: Final = 12_000


class Note(Verb):
    """Add a note to the timeline, or paste several lines that start with a time: each is added at its own."""

    name = "note"
    group = Group.RECORD
    for_guests = True

    text: Annotated[
        str,
        FormField(
            "Note",
            Control.TEXT,
            "What happened, or several lines that start with a time",
            rest=True,
            needed=True,
            max_length=_LONGEST_PASTE,
        ),
    ] = ""
    day: Annotated[
        str | None,
        FormField(
            "Day of lines without a date",
            Control.LINE,
            "2018-10-21; the latest, when empty",
            words=("date",),
            above_lines=True,
        ),
    ] = None
    zone: Annotated[
        str | None,
        FormField("Their time zone", Control.LINE, "UTC, CET, Europe/Berlin; yours, when empty", above_lines=True),
    ] = None
    approves: Annotated[int | None, FormField("Decision", Control.ENTRY, hidden=True)] = None
    lines: Annotated[tuple[str, ...], BeforeValidator(several), FormField("", Control.TEXT, hidden=True)] = ()

    def decide(self, now: DecisionContext) -> tuple[Fact | DatedFact, ...]:
        """Record the note; of several lines each one that is not in the timeline yet, or none at all.

        The answer of an approver who is asked is recorded as such, without words.
        """
        asked = [one for one in now.open.approval_questions if (one.n, one.who) == (self.approves, now.actor.id)]
        if asked:
            return (DecisionApproved(decision=asked[0].n, id=asked[0].id),)
        if not self.lines:
            self._refuse_defaults()
            return (Noted(text=_fitting(self.text)),)
        notes = _dated(self.lines, now)
        known = frozenset(_noted(now))
        new = [note for note in notes if note not in known]
        if not new:
            raise Refusal(Code.STATE, "note_known", "text", count=str(len(notes)))
        return tuple(DatedFact(Noted(text=text), occurred_at=at) for at, text in new)

    def _refuse_defaults(self) -> None:
        """Refuse a day or a zone for a note without lines, since they would say nothing about it."""
        given = tuple(name for name in ("day", "zone") if getattr(self, name))
        if given:
            raise Refusal(Code.BAD_VALUE, "note_no_lines", *given)

    def view(self, now: DecisionContext) -> int:
        """Return how many lines were given."""
        return len(_dated(self.lines, now))


def _dated(lines: Sequence[str], now: DecisionContext) -> tuple[tuple[datetime, str], ...]:
    """Return the time and the text of each line, each pair once."""
    found: dict[tuple[datetime, str], None] = {}
    for line in lines:
        stamp, _, text = line.partition(" ")
        try:
            at = datetime.fromisoformat(stamp)
        except ValueError:
            raise Refusal(Code.BAD_VALUE, "bad_value", "text") from None
        if at.tzinfo is None or at > now.at:
            raise Refusal(Code.BAD_VALUE, "not_yet", "text")
        refuse_time(at, "text")
        found[at, _fitting(text)] = None
    return tuple(found)


def _noted(now: DecisionContext) -> Sequence[tuple[datetime, str]]:
    entries = now.reader.unmasked().entries(now.open.key, kinds=(Noted.kind,))
    return [(entry.occurred_at, entry.fact.text) for entry in entries if isinstance(entry.fact, Noted)]


def _fitting(text: str) -> str:
    """Return the text of one note. Refuses none, and one that is too long."""
    if not text.strip():
        raise Refusal(Code.MISSING_FIELDS, "missing_fields", "text")
    if (length := seen_length(text)) > LONGEST_NOTE:
        raise Refusal(Code.TOO_LONG, "too_long", "text", limit=str(LONGEST_NOTE), length=str(length))
    return text
