"""`review`: the post-incident review gets an owner and a time. Closing a major incident needs it scheduled, not held."""

from __future__ import annotations

from typing import Annotated

from commands.ask import Ask, Control
from commands.guards import refuse_unless_person
from commands.verb import Group, Situation, Verb
from incident.entries.proved import ReviewScheduled
from incident.entry import Fact
from incident.frozen import Utc
from roles.people import PersonId


class Review(Verb):
    """Schedule the post-incident review: who owns it, and when it is."""

    name = "review"
    aliases = ("pir",)
    group = Group.PROVE

    owner: Annotated[PersonId, Ask("Owner", Control.PERSON, leading=True, needed=True)]
    at: Annotated[Utc, Ask("When", Control.MOMENT, rest=True, needed=True, words=("at", "on"))]

    @property
    def intent(self) -> str:
        """Name it as the scenarios do."""
        return "pir"

    def decide(self, now: Situation) -> tuple[Fact, ...]:
        """Record the owner and the time; said again, it moves the review."""
        refuse_unless_person(now, self.owner, "owner")
        return (ReviewScheduled(owner=self.owner, at=self.at),)
