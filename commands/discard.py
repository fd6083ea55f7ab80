"""`discard`: a status update that waits as a draft is not posted."""

from __future__ import annotations

from typing import Annotated

from commands.core.fields.form_field import Control, FormField
from commands.core.rules.updates import update_drafts
from commands.core.verb import DecisionContext, Group, Verb
from incident.entry import Fact


class Discard(Verb):
    """Discard a status update that waits for approval; nothing is posted."""

    name = "discard"
    group = Group.INFORM

    draft: Annotated[
        int | None, FormField("Draft", Control.ENTRY, "Its entry; leave empty if one waits", leading=True)
    ] = None
    reason: Annotated[str | None, FormField("Because", Control.TEXT, rest=True, because=True)] = None

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """End a draft. The update it was written for is still owed."""
        draft = update_drafts.draft_named(now, self.draft)
        update_drafts.refuse_discarding(now, draft)
        return (update_drafts.closed(now, draft.n, "discarded", self.reason),)
