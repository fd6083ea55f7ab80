"""`inbound`: what came in from outside: customers who report, a regulator or the press who asks (S2-36)."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field

from commands.core.fields.form_field import Control, FormField
from commands.core.verb import DecisionContext, Group, Verb
from incident.entries.restoration import InboundNoted
from incident.entry import Fact

MOST: Final = 10_000_000
_FROM: Final = (
    ("customer", "Customers"),
    ("regulator", "A regulator"),
    ("press", "The press"),
    ("vendor", "A vendor"),
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
        Literal["customer", "regulator", "press", "vendor", "other"],
        FormField("From whom", Control.CHOICE, leading=True, needed=True, choices=_FROM, synonyms=_SYNONYMS),
    ]
    count: Annotated[
        Annotated[int, Field(ge=1, le=MOST)] | None,
        FormField("How many", Control.WORD, "Reports, calls or mails so far", leading=True, pattern=r"\d{1,8}"),
    ] = None
    text: Annotated[str, FormField("What they say or ask", Control.TEXT, rest=True, needed=True)]

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Record it; it may be recorded later than it came, and once the incident is over."""
        return (InboundNoted(origin=self.source, count=self.count, text=self.text),)
