"""`tempfix`: a temporary fix is added, gets an owner and a date, and is removed."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from commands.core.fields.field_types import Slug
from commands.core.fields.form_field import Control, FormField
from commands.core.preconditions import refuse_unless_person
from commands.core.verb import DecisionContext, Group, Verb
from incident.entries.restoration import TempFixAdded, TempFixRemoved, TempFixSet
from incident.entry import Fact
from incident.frozen import Utc
from incident.model.components import TempFix
from incident.refusal import Code, Refusal
from incident.rules.short_ids import is_meant, next_id
from roles.person_ids import PersonId

Form = Literal["add", "set", "removed"]
_FORMS: Final = (
    ("add", "A new one"),
    ("set", "Set its owner and date"),
    ("removed", "It was removed"),
)
_SYNONYMS: Final = (
    ("new", "add"),
    ("remove", "removed"),
    ("removing", "removed"),
    ("done", "removed"),
    ("gone", "removed"),
    ("end", "removed"),
    ("ended", "removed"),
    ("undone", "removed"),
)


class Tempfix(Verb):
    """Record a temporary fix; `tempfix set TF1 …` sets owner and date, `tempfix removed TF1 …` ends it."""

    name = "tempfix"
    aliases = ("temp fix", "temporary fix")
    group = Group.RESTORE
    asserts = True

    form: Annotated[
        Form | None, FormField("What to do", Control.CHOICE, leading=True, choices=_FORMS, synonyms=_SYNONYMS)
    ] = None
    id: Annotated[
        Slug | None,
        FormField(
            "Which one",
            Control.WORD,
            "Only for one in place, such as TF1. A new one gets its own id",
            leading=True,
            only=("set", "removed"),
        ),
    ] = None
    text: Annotated[str | None, FormField("What was put in place", Control.TEXT, rest=True, only=("add",))] = None
    owner: Annotated[PersonId | None, FormField("Owner", Control.PERSON, "Who removes it", only=("add", "set"))] = None
    remove_by: Annotated[
        Utc | None, FormField("Remove by", Control.MOMENT, words=("by", "until"), only=("add", "set"))
    ] = None
    evidence: Annotated[str | None, FormField("How you know it is removed", Control.TEXT, only=("removed",))] = None

    @property
    def kind(self) -> Form:
        """The form: as typed, else by which fields are filled."""
        if self.form is not None:
            return self.form
        if self.evidence:
            return "removed"
        return "add" if self.text else "set"

    @property
    def intent(self) -> str:
        """Name the form as stored requests do."""
        return "tempfix" if self.kind == "add" else f"tempfix_{self.kind}"

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Add a fix under a new id, or set or end one that is in place."""
        fixes = {fix.id.upper(): fix for fix in now.open.temp_fixes}
        if self.kind == "add":
            return (self._added(now, fixes),)
        fix = next((one for one in now.open.temp_fixes if is_meant(self.id or "", one.id, "TF")), None)
        if fix is None:
            raise Refusal(Code.STATE, "tempfix_unknown", "id", id=self.id or "")
        if fix.removed_at is not None:
            raise Refusal(Code.STATE, "tempfix_removed_already", "id", id=fix.id)
        return (self._removed(fix) if self.kind == "removed" else self._set(now, fix),)

    def _added(self, now: DecisionContext, fixes: dict[str, TempFix]) -> Fact:
        if self.id and self.id.upper() in fixes:
            raise Refusal(Code.STATE, "tempfix_id_used", "id", id=self.id)
        if not self.text:
            raise Refusal(Code.MISSING_FIELDS, "tempfix_what", "text")
        if self.owner is not None:
            refuse_unless_person(now, self.owner, "owner")
        name = self.id or next_id("TF", (*fixes, *now.open.spent_ids))
        return TempFixAdded(id=name, text=self.text, owner=self.owner, remove_by=self.remove_by)

    def _set(self, now: DecisionContext, fix: TempFix) -> Fact:
        owner, remove_by = self.owner or fix.owner, self.remove_by or fix.remove_by
        if owner is None or remove_by is None:
            raise Refusal(Code.MISSING_FIELDS, "tempfix_owner_and_date", "owner", "remove_by", id=fix.id)
        refuse_unless_person(now, owner, "owner")
        return TempFixSet(id=fix.id, owner=owner, remove_by=remove_by)

    def _removed(self, fix: TempFix) -> Fact:
        evidence = self.evidence or self.text
        if not evidence:
            raise Refusal(Code.MISSING_FIELDS, "tempfix_evidence", "evidence", id=fix.id)
        return TempFixRemoved(id=fix.id, evidence=evidence)
