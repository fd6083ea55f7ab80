"""`amend`: puts the text of a status update right wherever it was sent.

What Muster posted is edited and marked as corrected, and a reply below it says so. The first text stays in the record.
Where the policy asks for a second person, the correction waits as a draft until `approve`, as the update did.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final

from commands.core.fields.form_field import Control, FormField
from commands.core.request import Fields
from commands.core.rules.outside_speakers import refuse_held, refuse_speaker
from commands.core.rules.updates import update_drafts
from commands.core.verb import DecisionContext, Group, Verb
from incident.entries.status_updates import StatusUpdatePosted, UpdateCorrected, UpdateDrafted
from incident.entry import Entry, Fact
from incident.frozen import REDACTED
from incident.model.incident import Incident
from incident.model.update_draft import UpdateDraft
from incident.ports import Reader
from incident.record import amendments
from incident.record.masked_view import MASKED
from incident.refusal import Code, Refusal
from incident.rules.updates.update_approval import approval_of

_KINDS: Final = (StatusUpdatePosted.kind, UpdateCorrected.kind)


class Amend(Verb):
    """Correct the text of a status update wherever it was sent: `amend 23` opens the form with the text it has."""

    name = "amend"
    group = Group.INFORM
    is_confirmed = True

    entry: Annotated[int, FormField("Update", Control.ENTRY, "Its number in the timeline", leading=True, needed=True)]
    text: Annotated[
        str,
        FormField(
            "Its right text",
            Control.TEXT,
            "Replaces the wrong one for everyone who got it",
            rest=True,
            needed=True,
            after_to=True,
        ),
    ]
    draft: Annotated[int | None, FormField("Draft it replaces", Control.ENTRY, hidden=True)] = None

    @classmethod
    def proposal(cls, fields: Fields, incident: Incident, reader: Reader) -> Fields:
        """Propose the text of the draft that is changed, or else what the update has now."""
        number = fields.get("entry")
        for draft in incident.update_drafts:
            if draft.n == fields.get("draft") and draft.outcome is None:
                return {"text": draft.text} if draft.text != REDACTED else {}
        entries = reader.entries(incident.key, kinds=_KINDS)
        sent = [one.fact for one in amendments.as_amended(entries) if one.n == number]
        texts = [fact.text for fact in sent if isinstance(fact, StatusUpdatePosted)]
        return {"text": texts[0]} if texts and texts[0] not in (MASKED, REDACTED) else {}

    @classmethod
    def entries_offered(cls, incident: Incident, reader: Reader) -> Sequence[Entry]:
        """Offer each update that was sent, once for all its audiences."""
        sent = reader.entries(incident.key, kinds=_KINDS)
        first = {
            amendments.update_sent_with(one, sent)[0].n for one in sent if isinstance(one.fact, StatusUpdatePosted)
        }
        return [one for one in reversed(amendments.as_amended(sent)) if one.n in first]

    @classmethod
    def refusal_to_open(cls, incident: Incident) -> str | None:
        """Return that no update was sent, if so."""
        return None if any(one.posts for one in incident.audiences) else "amend_none"

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Correct the update for every audience that was sent it by the same act, or for none."""
        entries = now.reader.unmasked().entries(now.open.key, kinds=_KINDS)
        wrong = next((one for one in entries if one.n == self.entry), None)
        sent = amendments.update_sent_with(wrong, entries) if wrong else ()
        if wrong is None or not sent:
            raise Refusal(Code.STATE, "amend_no_update", "entry", entry=str(self.entry))
        posted = [one.fact for one in sent if isinstance(one.fact, StatusUpdatePosted)]
        audiences = [fact.audience for fact in posted]
        refuse_speaker(audiences, now)
        refuse_held(audiences, now)
        if self.text == _text_now(wrong, entries):
            raise Refusal(Code.STATE, "amend_same", "text", entry=str(self.entry))
        if self.draft is not None:
            return self._in_place_of(update_drafts.draft_named(now, self.draft), now)
        return tuple(self._correction(one.n, fact, now) for one, fact in zip(sent, posted, strict=True))

    def _correction(self, n: int, wrong: StatusUpdatePosted, now: DecisionContext) -> UpdateCorrected | UpdateDrafted:
        """Return the correction of one update; a draft of it where a second person approves what goes to its audience."""
        rule = approval_of(now.open, wrong.audience, now.policy)
        if rule is not None:
            return UpdateDrafted(audience=wrong.audience, text=self.text, approval_by=rule.by, corrects=n)
        return UpdateCorrected(
            update=n,
            audience=wrong.audience,
            text=self.text,
            has_channel=wrong.has_channel,
            recipients=wrong.recipients,
        )

    def _in_place_of(self, draft: UpdateDraft, now: DecisionContext) -> tuple[Fact, ...]:
        """Replace a correction that waits, for its audience alone."""
        (entry,) = now.reader.entries(now.open.key, after=(draft.corrects or 0) - 1, until=draft.corrects)
        if not isinstance(entry.fact, StatusUpdatePosted):
            raise Refusal(Code.STATE, "draft_closed", "draft")
        return (update_drafts.closed(now, draft.n, "changed"), self._correction(entry.n, entry.fact, now))


def _text_now(wrong: Entry, entries: Sequence[Entry]) -> str:
    (now,) = amendments.as_amended((wrong, *amendments.amendments_of([wrong], entries)))
    return now.fact.text if isinstance(now.fact, StatusUpdatePosted) else ""
