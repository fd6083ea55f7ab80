"""Drafts of forms: fields that are too long for a button are stored, and found again when the button is pressed."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from bot.requests.draft_store import DraftStore
from bot.slack.blocks.action_context import ActionContext
from bot.slack.interaction import Interaction
from commands.core.request import Fields
from storage.errors import Unavailable


@dataclass(frozen=True)
class FormDrafts:
    """Stores and finds the drafts of one workspace."""

    store: DraftStore

    def store_if_long(self, interaction: Interaction, verb: str, fields: Fields) -> None:
        """Store fields that a button cannot carry, so that a refusal or a late form can offer all of them again."""
        if ActionContext(fields=fields, channel=interaction.context.channel).is_too_long:
            self.store.keep(interaction.key, interaction.person, verb, fields, at=interaction.at)

    def fields_of(self, interaction: Interaction) -> Fields:
        """Return the fields that a button was drawn with, and those that the same person's draft holds beside them."""
        context, stored = interaction.context, None
        with suppress(Unavailable):
            stored = self.store.fetch(context.draft) if context.draft else None
        is_own = stored is not None and stored.person == interaction.person
        return {**context.fields, **(stored.fields if stored and is_own else {})}
