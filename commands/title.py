"""`title`: gives the incident another title. Card, topic, announcement, Home tabs and the channel's name follow."""

from __future__ import annotations

from typing import Annotated

from commands.core.fields.form_field import Control, FormField
from commands.core.rules.declaration import TITLE_LENGTH
from commands.core.verb import DecisionContext, Group, Verb
from incident.entries.lifecycle import TitleChanged
from incident.entry import Fact
from incident.refusal import Code, Refusal


class Title(Verb):
    """Change the title of the incident; the first one stays in the record."""

    name = "title"
    aliases = ("rename", "retitle")
    group = Group.CLASSIFY

    title: Annotated[
        str,
        FormField(
            "Title", Control.LINE, "What is wrong, in a few words", rest=True, needed=True, max_length=TITLE_LENGTH
        ),
    ]

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Change the title, unless it reads so already."""
        if self.title == now.open.title:
            raise Refusal(Code.STATE, "title_same", "title")
        return (TitleChanged(title=self.title),)
