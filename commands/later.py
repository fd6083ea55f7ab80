"""`later`: snoozes a prompt. It comes again after the minutes given, or the policy's; the snooze is recorded."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Final

from pydantic import Field

from commands.core.fields.form_field import Control, FormField
from commands.core.verb import DecisionContext, Group, Verb
from incident.deadlines import due_deadlines
from incident.entries.delivery import PromptPutOff
from incident.entry import Fact
from incident.model.incident import Incident
from incident.refusal import Code, Refusal

# What is asked may be needed by others: it does not wait longer without an answer.
MOST_MINUTES: Final = 240


class Later(Verb):
    """Snooze what Muster asks you; it asks again later (`later 20m`)."""

    name = "later"
    aliases = ("snooze",)
    group = Group.OTHER

    minutes: Annotated[
        Annotated[int, Field(gt=0)] | None,
        FormField("For how long", Control.MINUTES, "20m, 1h; the policy's time, when empty", leading=True),
    ] = None
    due: Annotated[str | None, FormField("Which prompt", Control.WORD, hidden=True)] = None

    def still_offered(self, incident: Incident, drawn_at: int) -> bool:
        """Return whether the prompt is unanswered."""
        return any(p.due == self.due and p.until is None for p in incident.prompted)

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Snooze one prompt, or every prompt to this person, by the minutes given or those of the policy."""
        minutes = self.minutes or now.policy.prompt_put_off_minutes
        if self.minutes and minutes > MOST_MINUTES:
            raise Refusal(Code.BAD_VALUE, "later_too_long", "minutes", most=str(MOST_MINUTES))
        until = now.at + timedelta(minutes=minutes)
        owed = {thing.key for thing in due_deadlines.due(now.open, now.policy)}
        asked = [p for p in now.open.prompted if p.due in owed and p.until is None]
        chosen = [p for p in asked if (p.due == self.due if self.due else now.actor.id in p.asked)]
        if not chosen:
            raise Refusal(Code.STATE, "later_nothing")
        return tuple(PromptPutOff(due=prompted.due, until=until) for prompted in chosen)
