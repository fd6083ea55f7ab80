"""`agenda`: the agenda of the review, with a first draft from the record, what was written, and what is to be done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from commands.core.rules.after_incident.document_steps import empty_parts
from commands.core.verb import DecisionContext, Group, Verb
from incident.entry import Fact
from incident.model.response.after_incident import Aftermath
from incident.report.review_draft import DRAFT_KINDS, ReviewDraft, review_draft
from incident.states import Document, Part


@dataclass(frozen=True)
class AgendaView:
    """The draft, what people wrote and agreed after the incident, and the parts of the review that are empty."""

    draft: ReviewDraft
    after: Aftermath
    empty: tuple[Part, ...]


class Agenda(Verb):
    """Show the agenda of the review: a first draft from the record, with the numbers of the entries, and what is open."""

    name = "agenda"
    aliases = ("review draft", "draft review", "review agenda")
    group = Group.PROVE
    is_query = True

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Record nothing."""
        return ()

    def view(self, now: DecisionContext) -> AgendaView:
        """Return the draft as of now."""
        entries = now.reader.entries(now.open.key, kinds=DRAFT_KINDS)
        draft = review_draft(entries, now.open, timedelta(minutes=now.policy.scribe.gap_minutes))
        return AgendaView(draft, now.open.aftermath, empty_parts(now.open, Document.REVIEW))
