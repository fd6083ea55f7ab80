"""`next`: which updates are owed, to whom and when. A promise is moved by posting an update, never by itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from commands.core.fields.form_field import Control, FormField
from commands.core.verb import DecisionContext, Group, Verb
from incident.entry import Fact
from incident.refusal import Code, Refusal
from incident.states import Audience
from roles.person_ids import PersonId
from roles.role_names import Role


@dataclass(frozen=True)
class Owed:
    """An update that is owed."""

    audience: Audience
    due_at: datetime
    final: bool
    is_late: bool


@dataclass(frozen=True)
class NextView:
    """What is owed, earliest first, and who speaks."""

    owed: tuple[Owed, ...]
    held: tuple[Audience, ...]
    speaker: PersonId | None


class Next(Verb):
    """Show which updates are owed, to whom and by when."""

    name = "next"
    group = Group.INFORM
    asks = True

    words: Annotated[
        str | None, FormField("When", Control.LINE, "Only an update can promise another time", rest=True)
    ] = None

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Answer; a time is refused, since only an update can promise the next one."""
        if self.words:
            raise Refusal(Code.BAD_VALUE, "next_needs_update", "words")
        return ()

    def view(self, now: DecisionContext) -> NextView:
        """Gather what is owed."""
        return owed(now)


def owed(now: DecisionContext) -> NextView:
    """Gather the open slots, earliest first, with who is to speak."""
    incident = now.open
    found = [
        Owed(a.audience, a.open.due_at, a.open.final, a.open.due_at < now.at) for a in incident.audiences if a.open
    ]
    return NextView(
        owed=tuple(sorted(found, key=lambda one: one.due_at)),
        held=tuple(a.audience for a in incident.audiences if a.held),
        speaker=incident.holder(Role.COMMS_LEAD) or incident.holder(Role.COMMANDER),
    )
