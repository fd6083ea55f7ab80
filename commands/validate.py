"""`validate`: evidence that a validation criterion holds. The closure rules decide which are needed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import BeforeValidator

from commands.core.fields.choices import CRITERIA, NOT_COUNTED
from commands.core.fields.field_types import Slug
from commands.core.fields.form_field import Control, FormField
from commands.core.preconditions import refuse_without
from commands.core.verb import DecisionContext, Group, Verb
from incident.entries.closure import Validated
from incident.entry import Fact
from incident.model.incident import Incident
from incident.states import State
from roles.person_ids import PersonId

_SHORT: Final = {
    "monitoring": "monitoring_verified",
    "owner": "service_owner_confirmed",
    "service_owner": "service_owner_confirmed",
    "user": "user_confirmed",
    "containment": "containment_confirmed",
    "integrity": "integrity_verified",
    "signoff": "security_signoff",
    "sign-off": "security_signoff",
    "security": "security_signoff",
    "all_clear": NOT_COUNTED,
    "all-clear": NOT_COUNTED,
    "provider": NOT_COUNTED,
}

_SIGN_OFF: Final = "security_signoff"
_SIGNERS: Final = "security_lead"


def read_criterion(word: object) -> object:
    """Return the criterion for a short word (`monitoring`, `owner`); other criteria of the policy pass unchanged."""
    return _SHORT.get(word.strip().lower(), word) if isinstance(word, str) else word


@dataclass(frozen=True)
class ReportedSignOff:
    """A sign-off under a policy that does not say who signs off: it is what the actor reports."""

    needs: str = _SIGNERS


class Validate(Verb):
    """Show that the service is really back: which check, and the evidence for it."""

    name = "validate"
    group = Group.PROVE
    asserts = True

    criterion: Annotated[
        Slug,
        BeforeValidator(read_criterion),
        FormField("What was checked", Control.CHOICE, leading=True, needed=True, choices=CRITERIA),
    ]
    evidence: Annotated[
        str, FormField("Evidence", Control.TEXT, "What you saw, where, for how long", rest=True, needed=True)
    ]

    @classmethod
    def is_awaited(cls, incident: Incident, person: PersonId) -> bool:
        """True if the person owns the service, which is back."""
        return incident.service_owner == person and incident.state in (State.RESTORED, State.RESOLVED)

    def view(self, now: DecisionContext) -> ReportedSignOff | None:
        """Return that a sign-off is only reported, where the policy names no security lead."""
        is_reported = self.criterion == _SIGN_OFF and not now.policy.groups.get(_SIGNERS)
        return ReportedSignOff() if is_reported else None

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Record the evidence; closing judges whether it counts. Where the policy names security leads, only they sign off."""
        if self.criterion == _SIGN_OFF and now.policy.groups.get(_SIGNERS):
            refuse_without(now, "security_not_yours", (_SIGNERS,), "criterion")
        return (Validated(criterion=self.criterion, evidence=self.evidence),)
