"""`update`: a status update to one or more audiences, refused or posted as a whole.

Knows who may post to whom, how far ahead a promise may be and what blocks a post. incident/deadlines/update_slots.py knows
which slot a post meets.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Final, Literal

from pydantic import BeforeValidator

from commands.core.fields.field_types import AUDIENCE_WORDS, several
from commands.core.fields.form_field import Control, FormField
from commands.core.rules.outside_speakers import refuse_held, refuse_speaker
from commands.core.verb import DecisionContext, Group, Verb
from incident.deadlines import update_slots
from incident.entries.status_updates import StatusUpdatePosted
from incident.entry import Fact
from incident.frozen import Utc
from incident.model.incident import Incident
from incident.refusal import Code, Refusal
from incident.states import Audience

ALL: Final = "all"
_OUTSIDE: Final = frozenset({Audience.CUSTOMER, Audience.REGULATOR})
_CHOICES: Final = (
    ("internal", "Responders"),
    ("exec", "Executives"),
    ("customer", "Customers"),
    ("regulator", "The regulator"),
    (ALL, "Everyone who is owed updates"),
)
_SYNONYMS: Final = (*AUDIENCE_WORDS, ("everyone", ALL), ("everybody", ALL), ("all audiences", ALL))


class Update(Verb):
    """Post a status update to one or more audiences, and say when the next one comes."""

    name = "update"
    aliases = ("post", "status update")
    group = Group.INFORM

    audience: Annotated[
        tuple[Audience | Literal["all"], ...],
        BeforeValidator(several),
        FormField("To whom", Control.AUDIENCES, leading=True, needed=True, choices=_CHOICES, synonyms=_SYNONYMS),
    ]
    final: Annotated[bool, FormField("This is the final update", Control.CHECK, leading=True, words=("last",))] = False
    text: Annotated[
        str, FormField("Update", Control.TEXT, "What users see, what we do, what comes next", rest=True, needed=True)
    ]
    next_update_at: Annotated[
        Utc | None, FormField("Next update", Control.MOMENT, "Left out, the usual interval holds", words=("next",))
    ] = None

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Post to every audience in the order named, or to none."""
        incident = now.open
        audiences = addressed(self.audience, incident)
        refuse_speaker(audiences, now)
        self._refuse_promise(now)
        refuse_held(audiences, now)
        outside = [one for one in audiences if one in _OUTSIDE]
        if incident.drill and outside:
            raise Refusal(Code.DRILL_EXTERNAL_BLOCKED, "update_in_drill", "audience", audience=outside[0])
        return tuple(self._posted(one, now) for one in audiences)

    def _refuse_promise(self, now: DecisionContext) -> None:
        priority = now.open.priority
        longest = now.policy.update_rules.promise_max_minutes.get(priority) if priority else None
        if self.next_update_at is None or longest is None:
            return
        latest = now.happened_at + timedelta(minutes=longest)
        if self.next_update_at > latest:
            raise Refusal(
                Code.PROMISE_TOO_LONG,
                "update_promise_too_long",
                "next_update_at",
                priority=str(priority),
                longest=str(longest),
                latest=latest.isoformat(),
            )

    def _posted(self, audience: Audience, now: DecisionContext) -> Fact:
        # What is recorded later than it was sent needs no channel: it is posted nowhere now.
        is_late = now.happened_at < now.at
        return StatusUpdatePosted(
            audience=audience,
            text=self.text,
            final=self.final,
            next_update_at=self.next_update_at,
            has_channel=is_late or audience is Audience.INTERNAL or bool(now.policy.audiences.get(audience)),
            **update_slots.match_post(now.open, audience, final=self.final, happened_at=now.happened_at, at=now.at),
        )


def addressed(given: tuple[str, ...], incident: Incident) -> tuple[Audience, ...]:
    """Return the audiences, each once; `all` is internal and every audience ever owed updates and not on hold."""
    if ALL not in given:
        return tuple(dict.fromkeys(Audience(one) for one in given))
    owed = [a.audience for a in incident.audiences if a.ever_owed and not a.held]
    return tuple(one for one in Audience if one in {Audience.INTERNAL, *owed})
