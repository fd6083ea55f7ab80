"""`event`: what was seen and may be an incident: recorded, and judged by a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final, Literal

from commands.core.fields.form_field import Control, FormField
from commands.core.preconditions import refuse_short
from commands.core.rules.organisation import event_choices
from commands.core.rules.organisation import event_triage as rules
from commands.core.rules.organisation.event_declaration import BY_HAND
from commands.core.verb import DecisionContext, Group, Verb
from incident.entry import Fact
from incident.refusal import Code, Refusal
from organisation.entries.event_changes import EventJudged, EventKind, EventReceived
from organisation.model.event_state import Event as EventState
from organisation.model.event_state import next_event_id

PAGE: Final = 20
_TEXT_LENGTH: Final = 500


@dataclass(frozen=True)
class EventsView:
    """The first events that await a judgement, oldest first, and how many follow."""

    events: tuple[EventState, ...]
    more: int


class Event(Verb):
    """Record what was seen and may be an incident: `event log …`; `event yes EV-…` declares it, `event no EV-… because …` ends it."""

    name = "event"
    aliases = ("events",)
    group = Group.OPEN
    needs_incident = False
    of_organisation = True

    what: Annotated[
        Literal["log", "attach", "no", "list", "redact"],
        FormField(
            "What to do",
            Control.CHOICE,
            leading=True,
            needed=True,
            choices=event_choices.WHAT,
            synonyms=event_choices.SYNONYMS,
        ),
    ]
    id: Annotated[
        str | None,
        FormField(
            "Which event",
            Control.WORD,
            "Its number, such as EV-2026-0007",
            leading=True,
            pattern=event_choices.PATTERN,
            only=event_choices.OF_ONE,
        ),
    ] = None
    number: Annotated[
        str | None,
        FormField(
            "Which incident", Control.INCIDENT, "Default: this channel's", leading=True, words=("to",), only=("attach",)
        ),
    ] = None
    text: Annotated[
        str | None,
        FormField("What was seen?", Control.LINE, rest=True, max_length=_TEXT_LENGTH, only=("log",)),
    ] = None
    service: Annotated[str | None, FormField("Service", Control.SERVICE, only=("log",))] = None
    reason: Annotated[str | None, FormField("Why", Control.TEXT, because=True, only=("attach", "no", "redact"))] = None

    @property
    def intent(self) -> str:
        """Name the request as stored requests do."""
        return f"event_{self.what}"

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Record an event under the next number, or the judgement of one."""
        if self.what == "list":
            return ()
        if self.what == "log":
            return (self._received(now),)
        if self.what == "redact":
            return (rules.event_redaction(self.id, self.reason or self.text, now),)
        event = rules.event_to_judge(self.id, now)
        why = self.reason or self.text
        if self.what == "attach":
            number = rules.open_incident(self.number, now).number
            return (EventJudged(event=event.id, is_incident=True, number=number, reason=why),)
        refuse_short(why, rules.SHORTEST_REASON, "event_why", "reason")
        return (EventJudged(event=event.id, is_incident=False, reason=why),)

    def view(self, now: DecisionContext) -> EventsView:
        """Return the events that await a judgement."""
        found = now.organisation.events
        return EventsView(found[:PAGE], len(found[PAGE:]))

    def _received(self, now: DecisionContext) -> Fact:
        if self.text is None:
            raise Refusal(Code.MISSING_FIELDS, "event_text", "text")
        if self.service is not None and self.service not in now.policy.services:
            raise Refusal(Code.UNKNOWN_SERVICE, "unknown_service", "service", services=", ".join(now.policy.services))
        return EventReceived(
            id=next_event_id(now.organisation.last_event, now.at.year),
            source=BY_HAND,
            event_kind=EventKind.REPORT,
            text=self.text,
            service=self.service,
        )
