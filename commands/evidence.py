"""`evidence`: an item of evidence was secured, with its digest and its place; or it was handed to another custodian."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import StringConstraints

from commands.core.fields.field_types import Slug
from commands.core.fields.form_field import Control, FormField
from commands.core.preconditions import refuse_unless_person
from commands.core.rules.outside.own_time import dated
from commands.core.verb import Decided, DecisionContext, Group, Verb
from incident.entries.outside.evidence_items import CustodyPassed, EvidenceSecured
from incident.frozen import Utc
from incident.refusal import Code, Refusal
from incident.rules.short_ids import is_meant, next_id
from roles.person_ids import PersonId

Digest = Annotated[str, StringConstraints(pattern=r"^[\w.:+/=-]{1,128}$")]
_FORMS: Final = (("add", "An item was secured"), ("pass", "One was handed over"))
_SYNONYMS: Final = (("new", "add"), ("passed", "pass"), ("handed", "pass"), ("handover", "pass"))


class Evidence(Verb):
    """Secure an item of evidence: `evidence memory image of web-2 sha256=9f2c… location="safe 4"`; `evidence pass EV1 @eva because …` hands it on."""

    name = "evidence"
    group = Group.RECORD

    form: Annotated[
        Literal["add", "pass"] | None,
        FormField("What happened", Control.CHOICE, leading=True, choices=_FORMS, synonyms=_SYNONYMS),
    ] = None
    id: Annotated[
        Slug | None,
        FormField(
            "Its id", Control.WORD, "Such as EV1. Left empty, it gets the next one", leading=True, pattern=r"EV\d+"
        ),
    ] = None
    to: Annotated[PersonId | None, FormField("Who has it now", Control.PERSON, leading=True, only=("pass",))] = None
    receiver: Annotated[
        str | None, FormField("Or someone outside Slack", Control.LINE, "Police, a laboratory", only=("pass",))
    ] = None
    item: Annotated[
        str | None, FormField("What was secured", Control.TEXT, "Or why it changes hands", rest=True, because=True)
    ] = None
    sha256: Annotated[
        Digest | None,
        FormField(
            "Its SHA-256",
            Control.LINE,
            "Of a file. Take it before anyone opens the file",
            words=("hash", "sha"),
            only=("add",),
        ),
    ] = None
    location: Annotated[
        str | None,
        FormField("Where it is stored", Control.LINE, "Sealed store 4, case 26-118", words=("place", "stored")),
    ] = None
    collected_at: Annotated[
        Utc | None,
        FormField("When it was collected", Control.MOMENT, past=True, words=("collected",), only=("add",)),
    ] = None

    @property
    def intent(self) -> str:
        """Name the form as stored requests do."""
        return "evidence_pass" if self.form == "pass" else "evidence"

    def decide(self, now: DecisionContext) -> tuple[Decided, ...]:
        """Record the item, as of when it was collected, under any id, one that is used already too; or the change of hands."""
        if self.form == "pass":
            return (self._passed(now),)
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

    def _passed(self, now: DecisionContext) -> CustodyPassed:
        """Return the change of hands of the last item with the id, since ids may repeat."""
        found = next((one for one in reversed(now.open.evidence) if is_meant(self.id or "", one.id, "EV")), None)
        if found is None:
            raise Refusal(Code.STATE, "custody_which", "id", id=self.id or "")
        if self.to is None and not self.receiver:
            raise Refusal(Code.MISSING_FIELDS, "custody_to", "to", id=found.id)
        if not self.item:
            raise Refusal(Code.MISSING_FIELDS, "custody_why", "item", id=found.id)
        if self.to is not None:
            refuse_unless_person(now, self.to, "to")
        return CustodyPassed(
            id=found.id,
            evidence=found.n,
            to=self.to,
            receiver=None if self.to else self.receiver,
            location=self.location,
            reason=self.item,
        )
