"""`correct`: corrects what an entry says, or when it happened. The entry stays; the correction is shown beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from commands.core.fields.form_field import Control, FormField
from commands.core.verb import DatedFact, DecisionContext, Group, Verb
from incident.entries import TIMELINE_KINDS
from incident.entries.conversation import Corrected, MessageEdited, MessagePosted, TimeCorrected
from incident.entries.status_updates import StatusUpdatePosted
from incident.entry import Entry, Fact
from incident.frozen import Utc
from incident.model.incident import Incident
from incident.ports import Reader
from incident.record.amendments import update_sent_with
from incident.record.corrected_times import CORRECTABLE, KINDS, corrected_times
from incident.refusal import Code, Refusal
from incident.states import Audience


@dataclass(frozen=True)
class CorrectedUpdate:
    """A status update that was wrong: its entry, and the audiences that were sent it."""

    amendable: int
    audiences: tuple[Audience, ...]


class Correct(Verb):
    """Correct an entry of the timeline, or its time (`correct 23 happened=03:42`); the original stays visible."""

    name = "correct"
    group = Group.RECORD

    entry: Annotated[int, FormField("Entry", Control.ENTRY, "Its number on the timeline", leading=True, needed=True)]
    text: Annotated[
        str,
        FormField(
            "Correct text", Control.TEXT, "May stay empty where only the time was wrong", rest=True, after_to=True
        ),
    ] = ""
    happened: Annotated[
        Utc | None, FormField("It happened", Control.MOMENT, "Only where the entry's time is wrong", past=True)
    ] = None

    @classmethod
    def entries_offered(cls, incident: Incident, reader: Reader) -> Sequence[Entry]:
        """Offer what the timeline shows and no one has taken back."""
        entries = reader.entries(incident.key, kinds=TIMELINE_KINDS)
        return [entry for entry in reversed(entries) if entry.n not in incident.undone]

    def view(self, now: DecisionContext) -> CorrectedUpdate | None:
        """Return the update that is corrected, which readers may still have before them; None for any other entry."""
        entries = now.reader.entries(now.open.key, kinds=(StatusUpdatePosted.kind,))
        wrong = next((one for one in entries if one.n == self.entry), None)
        sent = update_sent_with(wrong, entries) if wrong and self.happened is None else ()
        facts = [one.fact for one in sent if isinstance(one.fact, StatusUpdatePosted)]
        return CorrectedUpdate(self.entry, tuple(fact.audience for fact in facts)) if facts else None

    def decide(self, now: DecisionContext) -> tuple[Fact | DatedFact, ...]:
        """Record the correction of an entry that exists. A time is corrected where nothing else is computed from it."""
        if not 1 <= self.entry <= now.open.n:
            raise Refusal(Code.STATE, "correct_unknown", "entry", entry=str(self.entry))
        if happened := self.happened or now.occurred_at:
            return (DatedFact(self._corrected_time(happened, now), occurred_at=now.at),)
        if not self.text:
            raise Refusal(Code.MISSING_FIELDS, "correct_what", "text", entry=str(self.entry))
        for entry in now.reader.entries(now.open.key, after=self.entry - 1, until=self.entry):
            if entry.fact.timeline is None and not isinstance(entry.fact, MessagePosted | MessageEdited):
                what = entry.fact.kind.replace("_", " ")
                raise Refusal(Code.STATE, "correct_nothing", "entry", entry=str(entry.n), what=what)
        return (Corrected(corrects=self.entry, text=self.text),)

    def _corrected_time(self, happened: datetime, now: DecisionContext) -> TimeCorrected:
        (entry,) = now.reader.entries(now.open.key, after=self.entry - 1, until=self.entry)
        if not isinstance(entry.fact, CORRECTABLE):
            what = (entry.fact.timeline or entry.fact.kind).replace("_", " ")
            raise Refusal(Code.STATE, "correct_time", "happened", entry=str(entry.n), what=what)
        if happened > now.at:
            raise Refusal(Code.BAD_VALUE, "not_yet", "happened")
        old = _time_of(entry, now)
        return TimeCorrected(corrects=entry.n, old=old, happened_at=happened, text=self.text or None)


def _time_of(entry: Entry, now: DecisionContext) -> datetime:
    earlier = now.reader.entries(now.open.key, kinds=KINDS, after=entry.n)
    return corrected_times(one for one in earlier if one.n not in now.open.undone).get(entry.n, entry.occurred_at)
