"""`signoff`: management signs off the outcome of a closed incident, and answers what resources are asked for."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from commands.core.fields.field_types import Slug
from commands.core.fields.form_field import Control, FormField
from commands.core.preconditions import refuse_without
from commands.core.request import Fields
from commands.core.verb import DecisionContext, Group, Verb
from incident.entries.aftermath.lessons import OutcomeSigned, ResourcesAnswered, ResourcesAsked
from incident.entry import Fact
from incident.model.response.after_incident import ResourceRequest
from incident.refusal import Code, Refusal
from incident.rules.short_ids import is_meant, next_id
from incident.states import State

_STEPS: Final = (
    ("sign", "Sign off the outcome"),
    ("ask", "Ask for resources"),
    ("grant", "Grant what was asked for"),
    ("decline", "Decline what was asked for"),
)
_SYNONYMS: Final = (("request", "ask"), ("granted", "grant"), ("declined", "decline"), ("refuse", "decline"))
_PREFIX: Final = "RS"


class Signoff(Verb):
    """Sign off the outcome of a closed incident, or ask for resources: `signoff ask One more engineer`, `signoff grant RS1`."""

    name = "signoff"
    aliases = ("sign off", "sign-off")
    group = Group.PROVE
    asserts = ("", "sign", "grant")

    what: Annotated[
        Literal["sign", "ask", "grant", "decline"] | None,
        FormField("What to do", Control.CHOICE, leading=True, choices=_STEPS, synonyms=_SYNONYMS),
    ] = None
    id: Annotated[
        Slug | None,
        FormField(
            "Which request",
            Control.WORD,
            "Such as RS1",
            leading=True,
            pattern=r"[Rr][Ss]-?\d+",
            only=("grant", "decline"),
        ),
    ] = None
    text: Annotated[str | None, FormField("What you add", Control.TEXT, "Resources, reasons, questions", rest=True)] = (
        None
    )

    @property
    def intent(self) -> str:
        """Name the request as stored requests do."""
        return self.name if self.what in (None, "sign") else f"{self.name}_{self.what}"

    @classmethod
    def is_whole(cls, fields: Fields) -> bool:
        """False for resources that are not named."""
        return fields.get("what") != "ask" or bool(fields.get("text"))

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Sign once per closing, and answer requests, with the authority that the policy names; anyone asks."""
        if self.what == "ask":
            return (self._asked(now),)
        if self.what in ("grant", "decline"):
            return (self._answered(now),)
        if now.open.state is not State.CLOSED:
            raise Refusal(Code.STATE, "signoff_not_closed")
        signed_at, closed_at = now.open.aftermath.sign_off.at, now.open.times.closed_at
        if signed_at is not None and (closed_at is None or signed_at >= closed_at):
            raise Refusal(Code.STATE, "signoff_twice")
        refuse_without(now, "signoff_not_yours", now.policy.authority.sign_off)
        return (OutcomeSigned(text=self.text),)

    def _asked(self, now: DecisionContext) -> ResourcesAsked:
        if not (self.text or "").strip():
            raise Refusal(Code.MISSING_FIELDS, "resources_what", "text")
        taken = [one.id for one in now.open.aftermath.resources]
        return ResourcesAsked(id=next_id(_PREFIX, taken), text=self.text or "")

    def _answered(self, now: DecisionContext) -> ResourcesAnswered:
        request = self._meant(now)
        if request.granted is not None:
            raise Refusal(Code.STATE, "resources_answered", "id", id=request.id)
        refuse_without(now, "signoff_not_yours", now.policy.authority.sign_off)
        if self.what == "decline" and not (self.text or "").strip():
            raise Refusal(Code.JUSTIFICATION, "resources_why", "text", id=request.id)
        return ResourcesAnswered(id=request.id, granted=self.what == "grant", text=self.text)

    def _meant(self, now: DecisionContext) -> ResourceRequest:
        """Return the request that is meant; without an id the only one without an answer."""
        requests = now.open.aftermath.resources
        unanswered = [one for one in requests if one.granted is None]
        if not self.id and len(unanswered) == 1:
            return unanswered[0]
        found = next((one for one in requests if is_meant(self.id or "", one.id, _PREFIX)), None)
        if found is None:
            raise Refusal(Code.STATE, "resources_unknown", "id", id=self.id or "")
        return found
