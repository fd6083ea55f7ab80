"""`declare`: opens an incident. Title and service are enough; impact and urgency are provisional until judged."""

from __future__ import annotations

from typing import Annotated, ClassVar

from commands.core.fields.form_field import Control, FormField
from commands.core.rules.declaration import Declaration
from commands.core.rules.organisation.event_declaration import EVENT_FORM, filled_in
from commands.core.verb import Decided, DecisionContext, JudgesEvent
from organisation.entries.event_changes import EventJudged
from roles.person_ids import MUSTER


class Declare(Declaration):
    """Declare an incident: a title and the service are enough, the rest can follow."""

    name = "declare"
    aliases: ClassVar[tuple[str, ...]] = ("new", "open", "start", "create", "event yes")

    event: Annotated[
        str | None,
        FormField("From event", Control.WORD, "Its number", leading=True, on_request=True, pattern=EVENT_FORM),
    ] = None

    @property
    def judges_event(self) -> bool:
        """True if it is declared from an event."""
        return self.event is not None

    def decide(self, now: DecisionContext) -> tuple[Decided, ...]:
        """Declare the incident, by an event with what is known of that."""
        if self.event is None:
            return super().decide(now)
        event, fields = filled_in(self.event, self, now)
        rule = event.declares if now.actor.id == MUSTER else None
        judged = EventJudged(event=event.id, is_incident=True, rule=rule)
        return (*Declaration.decide(self.model_copy(update=fields), now), JudgesEvent(judged))
