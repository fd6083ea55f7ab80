"""`link`: relates a record elsewhere to this incident, or states that there is none and why."""

from __future__ import annotations

from typing import Annotated, Final

from commands.core.fields.field_types import Slug
from commands.core.fields.form_field import Control, FormField
from commands.core.verb import DecisionContext, Group, Verb
from incident.entries.restoration import Linked, LinkNone
from incident.entry import Fact
from incident.refusal import Code, Refusal

NONE: Final = "none"
_KINDS: Final = (
    ("problem", "Problem"),
    ("change", "Change"),
    ("known_error", "Known error"),
    ("duplicate", "Duplicate"),
    ("related", "Related incident"),
    ("request", "Service request"),
    ("vulnerability", "Vulnerability"),
    (NONE, "None, because …"),
)


class Link(Verb):
    """Link a record elsewhere (`link problem PRB-1`), or say why there is none (`link none because …`)."""

    name = "link"
    group = Group.RESTORE

    kind: Annotated[Slug, FormField("What", Control.CHOICE, leading=True, needed=True, choices=_KINDS)] = NONE
    ref: Annotated[str | None, FormField("Its number or address", Control.LINE, "PRB-102", rest=True)] = None
    reason: Annotated[str | None, FormField("Why none", Control.TEXT, "Only when there is none", because=True)] = None

    @property
    def intent(self) -> str:
        """Name the form as stored requests do."""
        return "link_none" if self.kind == NONE else "link"

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Record the link, or the reason why there is none."""
        if self.kind == NONE:
            reason = self.reason or self.ref
            if not reason:
                raise Refusal(Code.MISSING_FIELDS, "link_none_why", "reason")
            return (LinkNone(reason=reason),)
        if not self.ref:
            raise Refusal(Code.MISSING_FIELDS, "link_what", "ref")
        return (Linked(link=self.kind, ref=self.ref),)
