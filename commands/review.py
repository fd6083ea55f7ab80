"""`review`: the post-incident review is scheduled, held, written in parts, submitted, and approved by another person.

Closing a major incident needs it scheduled, not held.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from commands.core.preconditions import refuse_unless_person
from commands.core.request import Fields
from commands.core.rules.after_incident import document_steps, part_fields
from commands.core.rules.after_incident import review_fields as fields
from commands.core.verb import DecisionContext, Group, Verb
from incident.entries.aftermath.reviews import ReviewHeld
from incident.entries.closure import ReviewScheduled
from incident.entry import Fact
from incident.frozen import Utc
from incident.model.incident import Incident
from incident.ports import Reader
from incident.refusal import Code, Refusal
from incident.rules.business_days import after_business_days
from incident.states import Document, Part
from roles.person_ids import PersonId


@dataclass(frozen=True)
class ReviewView:
    """The policy's latest date for the review, if the review is set later, the parts that are still empty, and who approves."""

    latest: datetime | None
    days: int
    empty: tuple[Part, ...] = ()
    approvers: tuple[str, ...] = ()


class Review(Verb):
    """Schedule the review, `review @eva friday 10:00`; then `review held`, `review write`, `review submit`, `review approve`."""

    name = "review"
    aliases = ("pir",)
    group = Group.PROVE

    what: Annotated[fields.ReviewStep | None, fields.REVIEW_STEP] = None
    owner: Annotated[PersonId | None, fields.REVIEW_OWNER] = None
    at: Annotated[Utc | None, fields.REVIEW_AT] = None
    attendees: Annotated[str | None, fields.ATTENDEES] = None
    what_happened: Annotated[str | None, part_fields.WHAT_HAPPENED] = None
    went_well: Annotated[str | None, part_fields.WENT_WELL] = None
    went_badly: Annotated[str | None, part_fields.WENT_BADLY] = None
    lucky: Annotated[str | None, part_fields.LUCKY] = None
    text: Annotated[str | None, fields.REVIEW_TEXT] = None

    @property
    def kind(self) -> fields.ReviewStep | None:
        """What to do: as chosen, else to schedule it where an owner or a time is given."""
        return self.what or ("schedule" if self.owner or self.at else None)

    @property
    def intent(self) -> str:
        """Name the request as stored requests do."""
        return "pir" if self.kind in (None, "schedule") else f"review_{self.what}"

    @classmethod
    def is_whole(cls, given: Fields) -> bool:
        """False for what is written: that opens its form."""
        return bool(given) and (given.get("what") not in ("held", "write", "return") or len(given) > 1)

    @classmethod
    def proposal(cls, given: Fields, incident: Incident, reader: Reader) -> Fields:
        """Propose the next step, and the parts as they are."""
        what = given.get("what") or document_steps.next_step(incident, Document.REVIEW)
        parts = incident.aftermath.review.parts if what == "write" else ()
        return {"what": what, **{str(one.part): one.text for one in parts}}

    def view(self, now: DecisionContext) -> ReviewView:
        """Return the policy's latest date for the review, if it is earlier than the time set, and the empty parts."""
        empty = document_steps.empty_parts(now.open, Document.REVIEW)
        days = now.policy.review_business_days.get(now.open.priority) if now.open.priority else None
        if days is None or self.at is None:
            return ReviewView(None, 0, empty, document_steps.approvers(now))
        latest = after_business_days(now.open.times.resolved_at or now.at, days, now.policy.work_hours)
        return ReviewView(latest if latest.date() < self.at.date() else None, days, empty)

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Record the step; a second `review @owner time` moves the meeting."""
        match self.kind:
            case "held":
                return (self._held(now),)
            case "write":
                return document_steps.written(Document.REVIEW, self._parts, now)
            case "submit":
                return (document_steps.submitted(Document.REVIEW, now),)
            case "return":
                return (document_steps.returned(Document.REVIEW, self.text, now),)
            case "approve":
                return (document_steps.approved(Document.REVIEW, now),)
        return (self._scheduled(now),)

    @property
    def _parts(self) -> dict[Part, str | None]:
        return {part: getattr(self, part) for part in part_fields.PARTS_OF[Document.REVIEW]}

    def _scheduled(self, now: DecisionContext) -> Fact:
        if self.owner is None or self.at is None:
            empty = ("owner",) * (self.owner is None) + ("at",) * (self.at is None)
            raise Refusal(Code.MISSING_FIELDS, "review_owner_and_at", *empty)
        refuse_unless_person(now, self.owner, "owner")
        return ReviewScheduled(owner=self.owner, at=self.at)

    def _held(self, now: DecisionContext) -> Fact:
        document_steps.refuse_decided(Document.REVIEW, now)
        at = self.at or now.happened_at
        if at > now.at:
            raise Refusal(Code.BAD_VALUE, "review_held_future", "at")
        return ReviewHeld(at=at, attendees=self.attendees, text=self.text)
