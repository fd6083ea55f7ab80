"""`void`: the incident was none of its own. Allowed until it is mitigated; afterwards it is closed.

A void that was wrong is taken back by `reopen`.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

from commands.core.fields.form_field import Control, FormField
from commands.core.preconditions import refuse_by_state, refuse_short
from commands.core.rules.incident_by_number import originals, seen_by_actor
from commands.core.verb import DecisionContext, Group, Verb
from incident.entries.lifecycle import StateChanged, Voided
from incident.entry import Fact
from incident.model.incident import Incident
from incident.model.state_transitions import refusal_to
from incident.refusal import Code, Refusal
from incident.states import State

MIN_REASON: Final = 15
OTHER_WAY: Final = "void_other_way"
_KINDS: Final = (
    ("duplicate", "A duplicate of another incident"),
    ("false_alarm", "A false alarm"),
    ("not_incident", "Not an incident"),
    ("request_fulfilled", "A request, and it is fulfilled"),
)
_SYNONYMS: Final = (
    ("dup", "duplicate"),
    ("dupe", "duplicate"),
    ("duplicated", "duplicate"),
    ("false", "false_alarm"),
    ("false positive", "false_alarm"),
    ("noise", "false_alarm"),
    ("no incident", "not_incident"),
    ("not an incident", "not_incident"),
    ("request", "request_fulfilled"),
    ("service request", "request_fulfilled"),
)


class Void(Verb):
    """End an incident that turned out to be none: a duplicate, a false alarm, a request."""

    name = "void"
    aliases = ("cancel",)
    group = Group.OPEN
    drastic = True

    as_: Annotated[
        Literal["duplicate", "false_alarm", "not_incident", "request_fulfilled"],
        FormField(
            "It is", Control.CHOICE, leading=True, needed=True, choices=_KINDS, words=("as",), synonyms=_SYNONYMS
        ),
    ]
    reason: Annotated[
        str, FormField("Why", Control.TEXT, "At least 15 characters", rest=True, because=True, needed=True)
    ] = ""
    duplicate_of: Annotated[
        str | None,
        FormField(
            "Duplicate of",
            Control.INCIDENT,
            "Number or channel of the other incident",
            words=("of",),
            only=("duplicate",),
        ),
    ] = None

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Void an incident that is not mitigated yet, with a reason of at least 15 characters."""
        self._offer_other_way(now)
        refuse_by_state(now, self.intent)
        refuse_short(self.reason, MIN_REASON, "void_reason", "reason")
        voided = Voided(as_=self.as_, reason=self.reason, duplicate_of=self._other(now))
        return (voided, StateChanged(old=now.open.state, new=State(f"void:{self.as_}")))

    def view(self, now: DecisionContext) -> tuple[Incident, ...]:
        """Return what this incident is a duplicate of, and what that is a duplicate of, in order."""
        return originals(now.open, now)

    def _other(self, now: DecisionContext) -> str | None:
        """Return the number of the other incident.

        One the actor may not see is refused as unknown, and one that is itself a duplicate of this one as circular.
        """
        given = (self.duplicate_of or "").strip()
        if not given:
            return None
        other = seen_by_actor(given, now)
        if other is None or other.key == now.open.key:
            raise Refusal(Code.BAD_VALUE, "void_of_unknown", "duplicate_of", given=given)
        if any(one.key == now.open.key for one in originals(other, now)):
            raise Refusal(Code.BAD_VALUE, "void_circular", "duplicate_of", number=other.number)
        return other.number

    def _offer_other_way(self, now: DecisionContext) -> None:
        """Refuse to merge what is mitigated or restored into another one, but name the other if it can go the other way."""
        other = seen_by_actor(self.duplicate_of.strip(), now) if self.duplicate_of else None
        is_too_late = not now.open.is_over and refusal_to(self.intent, now.open)
        if not is_too_late or other is None or other.key == now.open.key or refusal_to(self.intent, other):
            return
        state, number = now.open.state, now.open.number
        raise Refusal(Code.STATE, OTHER_WAY, "duplicate_of", state=state, number=number, other=other.number)
