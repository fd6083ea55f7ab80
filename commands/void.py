"""`void`: the incident was none of its own. Allowed until it is mitigated; afterwards it is closed."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from commands.core.fields.form_field import Control, FormField
from commands.core.preconditions import refuse_by_state, refuse_short
from commands.core.verb import DecisionContext, Group, Verb
from incident.entries.lifecycle import StateChanged, Voided
from incident.entry import Fact
from incident.refusal import Code, Refusal
from incident.rules.visibility import may_see
from incident.states import State

MIN_REASON: Final = 15
_KINDS: Final = (
    ("duplicate", "A duplicate of another incident"),
    ("false_alarm", "A false alarm"),
    ("not_incident", "Not an incident"),
    ("request_fulfilled", "A request, and it is fulfilled"),
)


class Void(Verb):
    """End an incident that was none: a duplicate, a false alarm, a request."""

    name = "void"
    aliases = ("cancel",)
    group = Group.OPEN

    as_: Annotated[
        Literal["duplicate", "false_alarm", "not_incident", "request_fulfilled"],
        FormField("It is", Control.CHOICE, leading=True, needed=True, choices=_KINDS, words=("as",)),
    ]
    reason: Annotated[
        str, FormField("Why", Control.TEXT, "At least 15 characters", rest=True, because=True, needed=True)
    ] = ""
    duplicate_of: Annotated[
        str | None, FormField("Duplicate of", Control.WORD, "The number of the other incident", words=("of",))
    ] = None

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Void an incident that is not mitigated yet, with a reason of at least 15 characters."""
        refuse_by_state(now, self.intent)
        refuse_short(self.reason, MIN_REASON, "void_reason", "reason")
        voided = Voided(as_=self.as_, reason=self.reason, duplicate_of=self._other(now))
        return (voided, StateChanged(old=now.open.state, new=State(f"void:{self.as_}")))

    def _other(self, now: DecisionContext) -> str | None:
        """Return the number of the other incident; one the actor may not see is refused as unknown."""
        number = (self.duplicate_of or "").strip().upper()
        if not number:
            return None
        key = now.reader.find(now.team, number=number)
        other = now.reader.peek(key) if key else None
        if other is None or other.key == now.open.key or not may_see(other, now.actor.id, is_guest=now.actor.is_guest):
            raise Refusal(Code.BAD_VALUE, "void_of_unknown", "duplicate_of", given=number)
        return other.number
