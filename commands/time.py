"""`time`: sets when the incident started, was detected, mitigated or restored, and how that is known."""

from __future__ import annotations

from typing import Annotated, Final, Literal, cast

from commands.core.fields.form_field import Control, FormField
from commands.core.verb import DecisionContext, Group, Verb
from incident.entries.lifecycle import TimeSet
from incident.entry import Fact
from incident.frozen import Utc
from incident.refusal import Code, Refusal

Settable = Literal["started_at", "detected_at", "mitigated_at", "restored_at"]
_FIELDS: Final = (
    ("started_at", "It started"),
    ("detected_at", "It was detected"),
    ("mitigated_at", "It was mitigated"),
    ("restored_at", "It was restored"),
)
_SYNONYMS: Final = (
    ("start", "started_at"),
    ("began", "started_at"),
    ("begin", "started_at"),
    ("detection", "detected_at"),
    ("mitigation", "mitigated_at"),
    ("restoration", "restored_at"),
)


class Time(Verb):
    """Set when it started, was detected, mitigated or restored: `time started_at 17:42 from the request log`."""

    name = "time"
    group = Group.CLASSIFY

    field: Annotated[
        str, FormField("Which time", Control.CHOICE, leading=True, needed=True, choices=_FIELDS, synonyms=_SYNONYMS)
    ]
    at: Annotated[Utc, FormField("When", Control.MOMENT, leading=True, needed=True, past=True)]
    basis: Annotated[
        str,
        FormField("How you know", Control.TEXT, "A log, a graph, a witness", rest=True, because=True, needed=True),
    ] = ""

    @property
    def intent(self) -> str:
        """Name the request as stored requests do."""
        return "set_time"

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Set one of the four times, none of them to come; a mitigated or restored time needs that state to have been reached.

        Times that disagree are recorded, since they are corrected one after the other: the reply asks at once which is wrong.
        """
        if self.field not in dict(_FIELDS):
            raise Refusal(Code.STATE, "time_other", "field")
        reached = getattr(now.open.times, self.field) is not None
        if self.field in ("mitigated_at", "restored_at") and not reached:
            raise Refusal(Code.STATE, "time_not_reached", "field", state=self.field.removesuffix("_at"))
        if self.at > now.at:
            raise Refusal(Code.BAD_VALUE, "time_ahead", "at")
        return (TimeSet(field=cast(Settable, self.field), at=self.at, basis=self.basis),)
