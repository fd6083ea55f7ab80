"""Rules of the review and the root cause analysis: who writes, submits, returns, approves and waives them, and when."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from commands.core.preconditions import not_authorised, refuse_short
from commands.core.rules.after_incident.part_fields import PARTS_OF
from commands.core.verb import DecisionContext
from incident.entries.aftermath.reviews import DocumentMoved, PartWritten
from incident.frozen import REDACTED
from incident.model.incident import Incident
from incident.model.response.after_incident import WrittenDocument
from incident.record.masked_view import MASKED
from incident.refusal import Code, Refusal
from incident.states import Document, DocumentState, Part
from roles.authority import may
from roles.role_intervals import roles_of

_REFUSED: Final[Mapping[DocumentState, str]] = {
    DocumentState.DRAFT: "document_draft",
    DocumentState.IN_REVIEW: "document_in_review",
    DocumentState.APPROVED: "document_approved",
    DocumentState.WAIVED: "document_waived",
}
# A form proposes a part as its reader may see it; sent back, it says nothing.
_NO_TEXT: Final = frozenset({"", MASKED, REDACTED})
_LEAST: Final = 15
_OPTIONAL: Final = frozenset({Part.LUCKY})


def document_of(incident: Incident, document: Document) -> WrittenDocument:
    """Return a document as it is now, empty before its first part."""
    after = incident.aftermath
    return after.review if document is Document.REVIEW else after.rca or WrittenDocument()


def empty_parts(incident: Incident, document: Document) -> tuple[Part, ...]:
    """Return the parts that a document needs and no one wrote; the attack vector is one of a security incident only."""
    now = document_of(incident, document)
    is_security = incident.type == "security"
    needed = (
        part for part in PARTS_OF[document] if part not in _OPTIONAL and (is_security or part is not Part.ATTACK_VECTOR)
    )
    return tuple(part for part in needed if now.part(part) is None)


def next_step(incident: Incident, document: Document) -> str:
    """Return the step that a form without a choice is about."""
    is_review = document is Document.REVIEW
    if is_review and incident.review is None:
        return "schedule"
    if document_of(incident, document).state is DocumentState.IN_REVIEW:
        return "approve"
    if is_review and incident.aftermath.meeting is None:
        return "held"
    return "write" if empty_parts(incident, document) else "submit"


def written(document: Document, texts: Mapping[Part, str | None], now: DecisionContext) -> tuple[PartWritten, ...]:
    """Return the parts that say something else than before. Refuses a document that waits for approval or has it."""
    _refuse_unless(document, now, DocumentState.DRAFT)
    present = document_of(now.open, document)
    given = [(part, text.strip()) for part, text in texts.items() if text and text.strip() not in _NO_TEXT]
    if not given:
        raise Refusal(Code.MISSING_FIELDS, "document_nothing", *(str(part) for part in texts))
    changed = [(part, text) for part, text in given if (old := present.part(part)) is None or old.text != text]
    if not changed:
        raise Refusal(Code.STATE, "document_same")
    return tuple(PartWritten(document=document, part=part, text=text) for part, text in changed)


def refuse_decided(document: Document, now: DecisionContext) -> None:
    """Refuse to change what belongs to a document that is approved, or found not applicable."""
    _refuse_unless(document, now, DocumentState.DRAFT, DocumentState.IN_REVIEW)


def submitted(document: Document, now: DecisionContext) -> DocumentMoved:
    """Return that a draft waits for approval. Refuses one with empty parts, which it names."""
    _refuse_unless(document, now, DocumentState.DRAFT)
    empty = empty_parts(now.open, document)
    if empty:
        raise Refusal(Code.MISSING_FIELDS, "document_parts", *(str(part) for part in empty), parts=" ".join(empty))
    return DocumentMoved(document=document, state=DocumentState.IN_REVIEW)


def returned(document: Document, reason: str | None, now: DecisionContext) -> DocumentMoved:
    """Return that a document that waits for approval goes back, with what is to be changed; an author or one who approves does it."""
    _refuse_unless(document, now, DocumentState.IN_REVIEW)
    if not (reason or "").strip():
        raise Refusal(Code.MISSING_FIELDS, "document_reason", "text")
    if now.actor.id not in document_of(now.open, document).authors:
        _refuse_without_authority(now)
    return DocumentMoved(document=document, state=DocumentState.DRAFT, reason=reason)


def approved(document: Document, now: DecisionContext) -> DocumentMoved:
    """Return the approval, by one who may and is no author. A review is approved after its meeting."""
    _refuse_unless(document, now, DocumentState.IN_REVIEW)
    if document is Document.REVIEW and now.open.aftermath.meeting is None:
        raise Refusal(Code.STATE, "review_not_held")
    if now.actor.id in document_of(now.open, document).authors:
        raise Refusal(Code.NOT_AUTHORISED, "document_own", missing=(), also=(), who=", ".join(approvers(now)))
    _refuse_without_authority(now)
    return DocumentMoved(document=document, state=DocumentState.APPROVED)


def waived(reason: str | None, now: DecisionContext) -> DocumentMoved:
    """Return that no root cause analysis is made, and why."""
    _refuse_unless(Document.RCA, now, DocumentState.DRAFT, DocumentState.IN_REVIEW)
    refuse_short(reason, _LEAST, "rca_waive_why", "text")
    _refuse_without_authority(now)
    return DocumentMoved(document=Document.RCA, state=DocumentState.WAIVED, reason=reason)


def approvers(now: DecisionContext) -> tuple[str, ...]:
    """Return who approves, waives and returns a document: the owner of the service, and those whom the policy names."""
    return ("service_owner", *now.policy.authority.approve_review)


def _refuse_without_authority(now: DecisionContext) -> None:
    allowed = now.policy.authority.approve_review
    is_owner = now.actor.id == now.open.service_owner
    if not (is_owner or may(allowed, groups=now.actor.groups, holds=roles_of(now.open.roles, now.actor.id))):
        raise not_authorised("document_not_yours", approvers(now))


def _refuse_unless(document: Document, now: DecisionContext, *states: DocumentState) -> None:
    state = document_of(now.open, document).state
    if state not in states:
        raise Refusal(Code.STATE, _REFUSED[state], document=document)
