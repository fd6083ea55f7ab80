"""`review`: schedules the post-incident review. Closing a major incident needs it scheduled, not held."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from commands.core.fields.form_field import Control, FormField
from commands.core.preconditions import refuse_unless_person
from commands.core.verb import DecisionContext, Group, Verb
from incident.entries.closure import ReviewScheduled
from incident.entry import Fact
from incident.frozen import Utc
from incident.rules.business_days import after_business_days
from roles.person_ids import PersonId


@dataclass(frozen=True)
class ReviewView:
    """The policy's latest date for the review, if the review is set later."""

    latest: datetime | None
    days: int


class Review(Verb):
    """Schedule the post-incident review: who owns it, and when it is."""

    name = "review"
    aliases = ("pir",)
    group = Group.PROVE

    owner: Annotated[PersonId, FormField("Owner", Control.PERSON, leading=True, needed=True)]
    at: Annotated[Utc, FormField("When", Control.MOMENT, rest=True, needed=True, words=("at", "on"))]

    @property
    def intent(self) -> str:
        """Name the request as stored requests do."""
        return "pir"

    def view(self, now: DecisionContext) -> ReviewView:
        """Return the policy's latest date for the review, if it is earlier than the time set."""
        days = now.policy.review_business_days.get(now.open.priority) if now.open.priority else None
        if days is None:
            return ReviewView(latest=None, days=0)
        latest = after_business_days(now.open.times.resolved_at or now.at, days)
        return ReviewView(latest=latest if latest.date() < self.at.date() else None, days=days)

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Record the owner and the time; a second `review` moves it."""
        refuse_unless_person(now, self.owner, "owner")
        return (ReviewScheduled(owner=self.owner, at=self.at),)
