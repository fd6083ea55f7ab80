"""`approve`: a second person approves a status update that waits as a draft, and it is posted."""

from __future__ import annotations

from typing import Annotated

from commands.core.fields.form_field import Control, FormField
from commands.core.rules.updates import update_drafts, update_posts, update_warnings
from commands.core.verb import DecisionContext, Doubt, Group, Verb
from incident.entry import Fact


class Approve(Verb):
    """Approve a status update that waits for a second person; it is posted at once."""

    name = "approve"
    group = Group.INFORM

    draft: Annotated[
        int | None, FormField("Draft", Control.ENTRY, "Its entry; leave empty if one waits", leading=True)
    ] = None
    anyway: Annotated[bool, FormField("Send it anyway", Control.CHECK, on_request=True)] = False

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Post a draft in the name of its author. The update meets its slot now; a correction meets none."""
        draft = update_drafts.draft_named(now, self.draft)
        update_drafts.refuse_approval(now, draft)
        update_posts.refuse_blocked(now, (draft.audience,))
        if draft.corrects is not None:
            return (update_drafts.closed(now, draft.n, "approved"), update_posts.approved_correction(now, draft))
        update_warnings.refuse_contradiction(now, (draft.text,))
        warned = tuple(doubt.reason for doubt in update_warnings.contradictions(now, draft.text))
        return (update_drafts.closed(now, draft.n, "approved"), update_posts.approved(now, draft, warned))

    def doubts(self, now: DecisionContext) -> tuple[Doubt, ...]:
        """Return what has become doubtful since the draft was written."""
        draft = update_drafts.draft_named(now, self.draft)
        return () if self.anyway or draft.corrects is not None else update_warnings.contradictions(now, draft.text)
