"""`notice`: what outsiders were informed of, otherwise than by a report to a regulator, when, and by which road."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field

from commands.core.fields.form_field import Control, FormField
from commands.core.rules.outside.own_time import dated
from commands.core.verb import Decided, DecisionContext, Group, Verb
from incident.entries.outside.outside_notices import OutsideNoticeGiven, Recipient, Road
from incident.frozen import Utc
from incident.refusal import Code, Refusal

MOST: Final = 10_000_000_000
_RECIPIENTS: Final = (
    ("data_subjects", "Data subjects"),
    ("customers", "Customers"),
    ("authority", "An authority"),
    ("csirt", "A CSIRT"),
    ("police", "The police"),
    ("partner", "A partner or supplier"),
    ("press", "The press"),
    ("other", "Someone else"),
)
_RECIPIENT_WORDS: Final = (
    ("people", "data_subjects"),
    ("subjects", "data_subjects"),
    ("data subjects", "data_subjects"),
    ("clients", "customers"),
    ("customer", "customers"),
    ("users", "customers"),
    ("regulator", "authority"),
    ("supplier", "partner"),
)
_ROADS: Final = (
    ("mail", "E-mail"),
    ("letter", "Letter"),
    ("phone", "Phone"),
    ("portal", "Portal"),
    ("website", "Website or status page"),
    ("in_app", "In the application"),
    ("in_person", "In person"),
    ("press", "Press release"),
    ("other", "Another way"),
)
_ROAD_WORDS: Final = (
    ("email", "mail"),
    ("e-mail", "mail"),
    ("call", "phone"),
    ("telephone", "phone"),
    ("post", "letter"),
    ("status page", "website"),
    ("app", "in_app"),
)


class Notice(Verb):
    """Record what outsiders were informed of: `notice data_subjects mail 1200 change your password, …`, `notice authority phone …`."""

    name = "notice"
    aliases = ("notices",)
    group = Group.INFORM

    to: Annotated[
        Recipient,
        FormField(
            "Who was informed",
            Control.CHOICE,
            leading=True,
            needed=True,
            choices=_RECIPIENTS,
            synonyms=_RECIPIENT_WORDS,
        ),
    ]
    road: Annotated[
        Road,
        FormField(
            "By which road",
            Control.CHOICE,
            leading=True,
            needed=True,
            choices=_ROADS,
            synonyms=_ROAD_WORDS,
            words=("by", "via"),
        ),
    ]
    count: Annotated[
        Annotated[int, Field(ge=0, le=MOST)] | None,
        FormField("How many", Control.WORD, "People or organisations", leading=True, pattern=r"\d{1,11}"),
    ] = None
    text: Annotated[str, FormField("What they were informed of", Control.TEXT, rest=True, needed=True)]
    at: Annotated[Utc | None, FormField("When they were informed", Control.MOMENT, "Left empty: now", past=True)] = None

    def decide(self, now: DecisionContext) -> tuple[Decided, ...]:
        """Record it in any state, by anyone, as of when they were informed. In a drill no one outside is informed."""
        if now.open.drill:
            raise Refusal(Code.DRILL_EXTERNAL_BLOCKED, "notice_in_drill", "to")
        fact = OutsideNoticeGiven(to=self.to, road=self.road, count=self.count, text=self.text)
        return (dated(now, fact, self.at, "at"),)
