"""`resolve`: how the cause was dealt with. `resolve amend` improves the text and keeps the earlier one."""

from __future__ import annotations

from typing import Annotated, Final

from commands.core.fields.choices import RESOLVED_BY
from commands.core.fields.field_types import Slug
from commands.core.fields.form_field import Control, FormField
from commands.core.verb import DecisionContext, Group, Verb
from incident.entries.lifecycle import StateChanged
from incident.entries.restoration import ResolutionAmended, Resolved
from incident.entry import Fact
from incident.model.state_transitions import refusal_to
from incident.refusal import Code, Refusal
from incident.rules.closure_criteria import text_meets
from incident.states import State

AMEND: Final = "amend"
_HOW: Final = (*RESOLVED_BY, (AMEND, "Amend: put the earlier text better"))
_SYNONYMS: Final = (
    ("fixed", "fix"),
    ("work around", "workaround"),
    ("vendor", "provider"),
    ("by itself", "self-healed"),
    ("self healed", "self-healed"),
    ("amended", AMEND),
)


class Resolve(Verb):
    """Record how the incident was resolved; `resolve amend …` improves the text of an earlier resolution."""

    name = "resolve"
    aliases = ("resolved", "fixed")
    group = Group.RESTORE
    asserts = True
    drastic = True
    dated = True

    how: Annotated[
        Slug | None, FormField("How", Control.CHOICE, leading=True, needed=True, choices=_HOW, synonyms=_SYNONYMS)
    ] = None
    text: Annotated[
        str,
        FormField(
            "Resolution", Control.TEXT, "What was done about the cause, in a full sentence", rest=True, needed=True
        ),
    ]

    @property
    def intent(self) -> str:
        """Name the form as stored requests do."""
        return "amend_resolution" if self._amends else "resolve"

    @property
    def _amends(self) -> bool:
        return self.how in (None, AMEND)

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Resolve a restored incident, or amend the resolution it has."""
        meets = text_meets(self.text, now.policy.resolution)
        state = now.open.state
        forbidden = refusal_to(self.intent, now.open)
        if self.how is None or self._amends:
            if forbidden:
                raise Refusal(Code.STATE, "amend_nothing", "how", state=state)
            return (ResolutionAmended(text=self.text, meets_rule=meets),)
        if forbidden:
            reason = "resolve_again" if state == State.RESOLVED else "resolve_not_restored"
            raise Refusal(Code.STATE, reason, "how", state=state)
        resolved = Resolved(how=self.how, text=self.text, meets_rule=meets)
        return (resolved, StateChanged(old=state, new=State.RESOLVED))
