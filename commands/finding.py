"""`finding`: what the analysis found, on which source; later confirmed or refuted. Without a source it is unverified."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from commands.core.fields.field_types import Slug
from commands.core.fields.form_field import Control, FormField
from commands.core.preconditions import refuse_unless_person
from commands.core.rules.outside.named_source import NamedSource, named_source
from commands.core.verb import DecisionContext, Group, Verb
from incident.entries.outside.findings import FindingConfirmed, FindingMade, FindingRefuted
from incident.entry import Fact
from incident.model.response.analysis import Finding as Found
from incident.refusal import Code, Refusal
from incident.rules.short_ids import is_meant, next_id
from roles.person_ids import PersonId

Form = Literal["add", "confirm", "refute"]
_FORMS: Final = (("add", "A new one"), ("confirm", "One is confirmed"), ("refute", "One is refuted"))
_SYNONYMS: Final = (
    ("new", "add"),
    ("confirmed", "confirm"),
    ("verified", "confirm"),
    ("refuted", "refute"),
    ("wrong", "refute"),
)


class Finding(Verb):
    """Record what you found and where (`finding the key was used at 02:10 source=EV1`); confirm or refute it later."""

    name = "finding"
    group = Group.RECORD
    asserts = ("confirm",)

    form: Annotated[
        Form | None, FormField("What to do", Control.CHOICE, leading=True, choices=_FORMS, synonyms=_SYNONYMS)
    ] = None
    id: Annotated[
        Slug | None,
        FormField(
            "Which one", Control.WORD, "Such as F1", leading=True, pattern=r"[Ff]-?\d+", only=("confirm", "refute")
        ),
    ] = None
    text: Annotated[
        str | None, FormField("What was found", Control.TEXT, "Or what confirms or refutes it", rest=True)
    ] = None
    source: Annotated[
        str | None,
        FormField("Source", Control.LINE, "An item of evidence (EV1), an entry (#17), or words. Empty: unverified"),
    ] = None
    witness: Annotated[PersonId | None, FormField("Who saw it", Control.PERSON)] = None

    @property
    def kind(self) -> Form:
        """The form: as typed, else a new one."""
        return self.form or ("confirm" if self.id else "add")

    @property
    def intent(self) -> str:
        """Name the form as stored requests do."""
        return "finding" if self.kind == "add" else f"finding_{self.kind}"

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Record a finding under a new id, verified if it has a source; or that one is confirmed or refuted."""
        source = named_source(now, self.source, "source")
        if self.witness is not None:
            refuse_unless_person(now, self.witness, "witness", may_have_left=True)
        if self.kind == "add":
            return (self._made(now, source),)
        return (self._judged(_known(self.id, now.open.findings), source),)

    def _made(self, now: DecisionContext, source: NamedSource) -> Fact:
        if not self.text:
            raise Refusal(Code.MISSING_FIELDS, "finding_what", "text")
        return FindingMade(
            id=next_id("F", (*(one.id for one in now.open.findings), *now.open.spent_ids)),
            text=self.text,
            source=source.words,
            evidence=source.evidence,
            entry=source.entry,
            witness=self.witness,
            verified=source.is_named or self.witness is not None,
        )

    def _judged(self, found: Found, source: NamedSource) -> Fact:
        named: dict[str, Any] = {
            "id": found.id,
            "finding": found.n,
            "source": source.words,
            "evidence": source.evidence,
            "entry": source.entry,
            "witness": self.witness,
        }
        if self.kind == "refute":
            if found.status == "refuted":
                raise Refusal(Code.STATE, "finding_judged", "id", id=found.id, status="refuted")
            if not self.text:
                raise Refusal(Code.MISSING_FIELDS, "finding_why", "text", id=found.id)
            return FindingRefuted(text=self.text, **named)
        if found.status == "confirmed":
            raise Refusal(Code.STATE, "finding_judged", "id", id=found.id, status="confirmed")
        if not source.is_named and self.witness is None:
            raise Refusal(Code.MISSING_FIELDS, "finding_source", "source", id=found.id)
        return FindingConfirmed(text=self.text or None, **named)


def _known(id: str | None, findings: tuple[Found, ...]) -> Found:
    """Return the finding that is meant; without an id the only one."""
    if not id and len(findings) == 1:
        return findings[0]
    found = next((one for one in findings if is_meant(id or "", one.id, "F")), None)
    if found is None:
        raise Refusal(Code.STATE, "finding_unknown", "id", id=id or "")
    return found
