"""`report`: tells those on call that something is wrong, in a short form for everyone. They judge whether it is an incident."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from commands.core.fields.form_field import Control, FormField
from commands.core.rules.declaration import REPORTER_LENGTH, TITLE_LENGTH
from commands.core.verb import DecisionContext, Group, Verb
from incident.entry import Fact
from incident.refusal import Code, Refusal
from organisation.entries.event_changes import EventKind, EventReceived
from organisation.model.event_state import next_event_id

BY_USER: Final = "user"
BY_PHONE: Final = "phone"
_WORK: Final = (("yes", "Yes"), ("partly", "Partly, or slowly"), ("no", "No"))
_CALLBACK_LENGTH: Final = 80


class Report(Verb):
    """Report that something is wrong: what, and whether you can still work. Who is on call decides whether it is an incident."""

    name = "report"
    aliases = ("report a problem",)
    group = Group.OPEN
    needs_incident = False
    of_organisation = True
    for_guests = True

    title: Annotated[
        str | None,
        FormField("What is wrong?", Control.LINE, "In a few words", rest=True, needed=True, max_length=TITLE_LENGTH),
    ] = None
    service: Annotated[str | None, FormField("Service", Control.SERVICE, "Leave it empty if you do not know")] = None
    can_work: Annotated[
        Literal["yes", "partly", "no"] | None,
        FormField("Can you still work?", Control.CHOICE, choices=_WORK, needed=True, words=("work",)),
    ] = None
    callback: Annotated[
        str | None,
        FormField("Where can we call you back?", Control.LINE, "A phone number, a room", max_length=_CALLBACK_LENGTH),
    ] = None
    caller: Annotated[
        str | None,
        FormField(
            "Reported by phone by",
            Control.LINE,
            "Only if you write it down for a caller",
            max_length=REPORTER_LENGTH,
        ),
    ] = None

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Record an event with the answers; it awaits a judgement, and who is on call for the service is asked at once."""
        if not (self.title or "").strip():
            raise Refusal(Code.MISSING_FIELDS, "report_what", "title")
        if self.can_work is None:
            raise Refusal(Code.MISSING_FIELDS, "report_work", "can_work")
        if self.service is not None and self.service not in now.policy.services:
            raise Refusal(Code.UNKNOWN_SERVICE, "unknown_service", "service", services=", ".join(now.policy.services))
        return (
            EventReceived(
                id=next_event_id(now.organisation.last_event, now.at.year),
                source=BY_PHONE if self.caller else BY_USER,
                event_kind=EventKind.REPORT,
                text=self.title or "",
                reporter=self.caller or None,
                service=self.service,
                can_work=self.can_work,
                callback=self.callback or None,
            ),
        )
