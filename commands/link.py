"""`link`: relates a record elsewhere to this incident, or states that there is none and why."""

from __future__ import annotations

import re
from typing import Annotated, Final

from commands.core.fields.field_types import Slug
from commands.core.fields.form_field import Control, FormField
from commands.core.rules.incident_by_number import seen_by_actor
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
    ("knowledge", "Knowledge article"),
    ("configuration_item", "Configuration item"),
    (NONE, "None, because …"),
)
_SYNONYMS: Final = (
    ("no", NONE),
    ("nothing", NONE),
    ("dup", "duplicate"),
    ("dupe", "duplicate"),
    ("cve", "vulnerability"),
    ("article", "knowledge"),
    ("kb", "knowledge"),
    ("runbook", "knowledge"),
    ("ci", "configuration_item"),
    ("asset", "configuration_item"),
)
# Kinds whose record is an incident of ours, as a rule.
_INCIDENTS: Final = frozenset({"duplicate", "related"})
_REFERENCE: Final = re.compile(
    r"#?(?:INC-)?(?:\d{4}-)?\d{1,6}|<#[CG][A-Z0-9]+(?:\|[^<>]*)?>|<?https?://\S+/archives/\S+", re.IGNORECASE
)


class Link(Verb):
    """Link a record elsewhere (`link problem PRB-1`), or say why there is none (`link none because …`)."""

    name = "link"
    group = Group.RESTORE

    kind: Annotated[
        Slug, FormField("What", Control.CHOICE, leading=True, needed=True, choices=_KINDS, synonyms=_SYNONYMS)
    ] = NONE
    ref: Annotated[str | None, FormField("Its number or address", Control.LINE, "PRB-102", rest=True)] = None
    reason: Annotated[
        str | None,
        FormField("Why there is none", Control.TEXT, "Only if there is nothing to link", because=True, only=(NONE,)),
    ] = None

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
        return (Linked(link=self.kind, ref=_number(self.ref, now) if self.kind in _INCIDENTS else self.ref),)


def _number(ref: str, now: DecisionContext) -> str:
    """Return the number of the incident that a reference names, if the actor may see it; any other text as it is."""
    other = seen_by_actor(ref, now) if _REFERENCE.fullmatch(ref.strip()) else None
    return other.number if other else ref
