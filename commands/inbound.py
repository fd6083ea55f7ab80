"""`inbound`: what came in from outside: customers who report, a regulator or the press who asks (S2-36)."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field

from commands.core.fields.form_field import Control, FormField
from commands.core.rules.outside.clock_review import clock_review, reviewer
from commands.core.verb import Decided, DecisionContext, Group, Verb
from incident.entries.restoration import InboundNoted
from roles.person_ids import PersonId

MOST: Final = 10_000_000
_FROM: Final = (
    ("customer", "Customers"),
    ("regulator", "A regulator"),
    ("press", "The press"),
    ("vendor", "A vendor"),
    ("researcher", "A security researcher"),
    ("other", "Someone else"),
)
_SYNONYMS: Final = (
    ("customers", "customer"),
    ("clients", "customer"),
    ("users", "customer"),
    ("regulators", "regulator"),
    ("journalist", "press"),
    ("journalists", "press"),
    ("media", "press"),
    ("supplier", "vendor"),
    ("provider", "vendor"),
)


class Inbound(Verb):
    """Record what came in from outside: `inbound customers 40 cannot pay since ten`, `inbound regulator …`, `inbound press …`."""

    name = "inbound"
    aliases = ("incoming",)
    group = Group.INFORM
    dated = True

    source: Annotated[
        Literal["customer", "regulator", "press", "vendor", "researcher", "other"],
        FormField("From whom", Control.CHOICE, leading=True, needed=True, choices=_FROM, synonyms=_SYNONYMS),
    ]
    count: Annotated[
        Annotated[int, Field(ge=1, le=MOST)] | None,
        FormField("How many", Control.WORD, "Reports, calls or mails so far", leading=True, pattern=r"\d{1,8}"),
    ] = None
    text: Annotated[str, FormField("What they say or ask", Control.TEXT, rest=True, needed=True)]

    def decide(self, now: DecisionContext) -> tuple[Decided, ...]:
        """Record it; it may be recorded later than it came, and once the incident is over. A notice opens a review of the clocks."""
        fact = InboundNoted(origin=self.source, count=self.count, text=self.text)
        return (fact, *clock_review(now, self.source))

    def view(self, now: DecisionContext) -> PersonId | None:
        """Return who reviews the legal clocks because of it, if someone does."""
        return reviewer(now, self.source)
