"""How meetings, parts and states of the review and of the root cause analysis change the incident."""

from __future__ import annotations

from incident.entries.aftermath.reviews import DocumentMoved, PartWritten, RcaOpened, RecurrenceSeen, ReviewHeld
from incident.entry import Entry
from incident.fold.change import Change
from incident.model.incident import Incident
from incident.model.response.after_incident import MeetingHeld, Recurrence, WrittenDocument, WrittenPart
from incident.states import Document, Part
from roles.person_ids import PersonId

_ORDER = {part: place for place, part in enumerate(Part)}


def review_held(incident: Incident, entry: Entry, fact: ReviewHeld) -> Change:
    """Set the meeting, in place of an earlier one; who writes its minutes is an author of the review."""
    meeting = MeetingHeld(n=entry.n, by=entry.by, recorded_at=entry.recorded_at, **fact.model_dump())
    review = incident.aftermath.review
    if fact.text:
        review = review.model_copy(update={"authors": _authors(review, entry.by)})
    return _with(incident, meeting=meeting, review=review)


def part_written(incident: Incident, entry: Entry, fact: PartWritten) -> Change:
    """Put the part in the place of its earlier text; who writes is an author from then on."""
    document = _document(incident, fact.document)
    part = WrittenPart(part=fact.part, n=entry.n, by=entry.by, at=entry.recorded_at, text=fact.text)
    others = (one for one in document.parts if one.part != fact.part)
    parts = sorted((*others, part), key=lambda one: _ORDER[one.part])
    return _set(incident, fact.document, document, parts=tuple(parts), authors=_authors(document, entry.by))


def document_moved(incident: Incident, entry: Entry, fact: DocumentMoved) -> Change:
    """Set the state of the document, and who set it."""
    document = _document(incident, fact.document)
    is_submission = fact.state == "in_review"
    change: dict[str, object] = {"state": fact.state, "moved_by": entry.by, "moved_at": entry.recorded_at}
    change |= {"moved_n": entry.n, "reason": fact.reason}
    change |= {"authors": _authors(document, entry.by)} if is_submission else {}
    return _set(incident, fact.document, document, **change)


def rca_opened(incident: Incident, entry: Entry, fact: RcaOpened) -> Change:
    """Ask for a root cause analysis; one with parts keeps them and gets the date."""
    document = _document(incident, Document.RCA)
    change = {"opened_at": entry.recorded_at, "due_at": fact.due_at, "why": fact.why}
    return _set(incident, Document.RCA, document, **change)


def recurrence_seen(incident: Incident, entry: Entry, fact: RecurrenceSeen) -> Change:
    """Set the earlier incidents that are alike."""
    return _with(incident, recurrence=Recurrence(n=entry.n, numbers=fact.numbers, days=fact.days))


def _document(incident: Incident, document: Document) -> WrittenDocument:
    after = incident.aftermath
    return after.review if document is Document.REVIEW else after.rca or WrittenDocument()


def _set(incident: Incident, document: Document, now: WrittenDocument, **change: object) -> Change:
    return _with(incident, **{document.value: now.model_copy(update=change)})


def _authors(document: WrittenDocument, by: PersonId) -> tuple[PersonId, ...]:
    return document.authors if by in document.authors else (*document.authors, by)


def _with(incident: Incident, **change: object) -> Change:
    return {"aftermath": incident.aftermath.model_copy(update=change)}
