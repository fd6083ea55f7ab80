"""`hold`: stops updates to one audience for legal or privacy reasons; `hold release` ends the hold."""

from __future__ import annotations

from typing import Annotated, Final

from commands.core.fields.field_types import AUDIENCE_CHOICES, AUDIENCE_WORDS, AudienceWord
from commands.core.fields.form_field import Control, FormField
from commands.core.preconditions import refuse_without
from commands.core.verb import DecisionContext, Group, Verb
from incident.entries.status_updates import UpdatesHeld, UpdatesReleased
from incident.entry import Fact
from incident.refusal import Code, Refusal

_RELEASE: Final = (
    "released",
    "lift",
    "lifted",
    "end",
    "ended",
    "off",
    "stop",
    "resume",
    "remove",
    "undo",
    "unlock",
    "cancel",
)


class Hold(Verb):
    """Stop updates to an audience for legal reasons; `hold release …` resumes them."""

    name = "hold"
    group = Group.INFORM
    asserts = True
    drastic = True

    release: Annotated[bool, FormField("Release the hold", Control.CHECK, leading=True, words=_RELEASE)] = False
    audience: Annotated[
        AudienceWord,
        FormField(
            "Updates to", Control.CHOICE, leading=True, needed=True, choices=AUDIENCE_CHOICES, synonyms=AUDIENCE_WORDS
        ),
    ]
    reason: Annotated[str, FormField("Because", Control.TEXT, rest=True, because=True, needed=True)]

    @property
    def intent(self) -> str:
        """Name the form as stored requests do."""
        return "unhold" if self.release else "hold"

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Hold an audience that is not on hold, or release one that is, with the authority the policy names."""
        held = now.open.audience(self.audience).held
        if held != self.release:
            reason = "hold_already" if held else "hold_none"
            raise Refusal(Code.STATE, reason, "audience", audience=self.audience)
        refuse_without(now, "hold_not_yours", now.policy.authority.hold)
        if self.release:
            return (UpdatesReleased(audience=self.audience, reason=self.reason),)
        return (UpdatesHeld(audience=self.audience, reason=self.reason),)
