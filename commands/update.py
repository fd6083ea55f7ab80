"""`update`: a status update to one or more audiences, refused or posted as a whole.

Where the policy asks for a second person, the update to that audience waits as a draft until `approve`. What is doubtful
about an update is asked about before it is posted, and never refused.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Final, Literal

from commands.core.fields.field_types import AUDIENCES_CHOICES, AUDIENCES_WORDS, AudienceWords
from commands.core.fields.form_field import Control, FormField
from commands.core.request import Fields
from commands.core.rules.updates import update_drafts, update_posts, update_warnings
from commands.core.rules.updates.update_posts import UpdateText
from commands.core.verb import DecisionContext, Doubt, Group, Verb
from incident.entry import Fact
from incident.frozen import Utc
from incident.model.incident import Incident
from incident.ports import Reader
from incident.refusal import Code, Refusal
from incident.states import Audience

# What an update is marked with that does not say what it means for the business.
NO_IMPACT: Final = "update_no_impact"
_USUAL: Final = "default"
_OWN: Final = (Audience.EXEC, Audience.CUSTOMER, Audience.REGULATOR)
_NEXT: Final = ((_USUAL, "Default"), ("15", "In 15 min"), ("30", "In 30 min"), ("60", "In 60 min"))


def _own_text(audience: str) -> FormField:
    return FormField(f"Update to {audience}", Control.TEXT, "Empty: the text above", on_request=True)


class Update(Verb):
    """Post a status update to one or more audiences, and say when the next one comes."""

    name = "update"
    aliases = ("post", "status update")
    group = Group.INFORM

    audience: Annotated[
        AudienceWords,
        FormField(
            "To whom", Control.AUDIENCES, leading=True, needed=True, choices=AUDIENCES_CHOICES, synonyms=AUDIENCES_WORDS
        ),
    ]
    final: Annotated[bool, FormField("This is the final update", Control.CHECK, leading=True, words=("last",))] = False
    text: Annotated[
        str, FormField("Update", Control.TEXT, "What users see, what we do, what comes next", rest=True, needed=True)
    ]
    business_impact: Annotated[
        str | None,
        FormField(
            "What it means for the business",
            Control.TEXT,
            "Who cannot do what, and what it costs; responders and executives read it",
            on_request=True,
        ),
    ] = None
    exec_text: Annotated[str | None, _own_text("executives")] = None
    customer_text: Annotated[str | None, _own_text("customers")] = None
    regulator_text: Annotated[str | None, _own_text("the regulator")] = None
    next_in: Annotated[
        Literal["default", "15", "30", "60"] | None,
        FormField("Next update", Control.CHOICE, choices=_NEXT, form_only=True),
    ] = None
    next_update_at: Annotated[
        Utc | None, FormField("Next update at", Control.MOMENT, "If it is none of these", words=("next",))
    ] = None
    anyway: Annotated[bool, FormField("Send it anyway", Control.CHECK, on_request=True)] = False
    draft: Annotated[int | None, FormField("Draft it replaces", Control.ENTRY, hidden=True)] = None

    @classmethod
    def proposal(cls, fields: Fields, incident: Incident, reader: Reader) -> Fields:
        """Ask of a major incident what it means for the business, with what the last update has of that."""
        return {"business_impact": update_posts.last_impact(incident, reader)} if incident.major else {}

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Post to every audience in the order named, or to none; a draft that this one replaces ends."""
        promised = self._promised(now)
        texts = self._texts(now)
        update_posts.refuse(now, tuple(texts), promised)
        update_warnings.refuse_contradiction(now, texts.values())
        lacks_impact = update_warnings.lacks_impact(now, self.business_impact)
        replaced = (update_drafts.closed(now, self.draft, "changed"),) if self.draft is not None else ()
        warned = tuple(doubt.reason for doubt in update_warnings.doubts(now, texts, self.draft))
        warned += (NO_IMPACT,) if lacks_impact else ()
        impact = (self.business_impact or "").strip() or None
        update = UpdateText(final=self.final, next_update_at=promised, warned=warned, impact=impact)
        return (*replaced, *(update_posts.recorded(now, one, text, update) for one, text in texts.items()))

    def doubts(self, now: DecisionContext) -> tuple[Doubt, ...]:
        """Return what to ask before it is posted, unless it is meant."""
        return () if self.anyway else update_warnings.doubts(now, self._texts(now), self.draft)

    def _texts(self, now: DecisionContext) -> dict[Audience, str]:
        """Return the text for each audience, in the order named."""
        own = (self.exec_text, self.customer_text, self.regulator_text)
        named = update_posts.addressed(self.audience, now.open)
        return update_posts.texts_for(named, self.text, dict(zip(_OWN, own, strict=True)))

    def _promised(self, now: DecisionContext) -> datetime | None:
        """Return the time that is promised for the next update."""
        if self.next_in in (None, _USUAL):
            return self.next_update_at
        if self.next_update_at is not None:
            raise Refusal(Code.BAD_VALUE, "update_next_twice", "next_update_at")
        return now.happened_at + timedelta(minutes=int(self.next_in or 0))
