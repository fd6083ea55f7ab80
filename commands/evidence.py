"""`evidence`: an item of evidence was secured, with its digest and its place."""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints

from commands.core.fields.field_types import Slug
from commands.core.fields.form_field import Control, FormField
from commands.core.rules.outside.own_time import dated
from commands.core.verb import Decided, DecisionContext, Group, Verb
from incident.entries.outside.evidence_items import EvidenceSecured
from incident.frozen import Utc
from incident.refusal import Code, Refusal
from incident.rules.short_ids import next_id

Digest = Annotated[str, StringConstraints(pattern=r"^[\w.:+/=-]{1,128}$")]


class Evidence(Verb):
    """Secure an item of evidence: `evidence memory image of web-2 sha256=9f2c… location="safe 4"`."""

    name = "evidence"
    group = Group.RECORD

    id: Annotated[
        Slug | None,
        FormField(
            "Its id",
            Control.WORD,
            "Such as EV1. Left empty, it gets the next one",
            leading=True,
            pattern=r"EV-?\d{1,6}",
        ),
    ] = None
    item: Annotated[str | None, FormField("What was secured", Control.TEXT, rest=True, needed=True)] = None
    sha256: Annotated[
        Digest | None,
        FormField(
            "Its SHA-256", Control.LINE, "Of a file. Take it before anyone opens the file", words=("hash", "sha")
        ),
    ] = None
    location: Annotated[
        str | None,
        FormField("Where it is stored", Control.LINE, "Sealed store 4, case 26-118", words=("place", "stored")),
    ] = None
    collected_at: Annotated[
        Utc | None, FormField("When it was collected", Control.MOMENT, past=True, words=("collected",))
    ] = None

    def decide(self, now: DecisionContext) -> tuple[Decided, ...]:
        """Record the item, as of when it was collected. Any id is taken, one that is used already too."""
        if not self.item:
            raise Refusal(Code.MISSING_FIELDS, "evidence_what", "item")
        taken = [one.id for one in now.open.evidence]
        fact = EvidenceSecured(
            id=self.id or next_id("EV", (*taken, *now.open.spent_ids)),
            item=self.item,
            sha256=self.sha256,
            location=self.location,
        )
        return (dated(now, fact, self.collected_at, "collected_at"),)
