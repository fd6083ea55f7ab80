"""`finish`: one form takes a small incident from where it is to closed. The policy says which priorities are small."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Final, Literal

from pydantic import JsonValue

from commands.core.fields.choices import CRITERIA, RESOLVED_BY, only
from commands.core.fields.form_field import Control, FormField
from commands.core.preconditions import refuse_unless_person
from commands.core.request import Fields
from commands.core.rules import small_closure
from commands.core.verb import DecisionContext, Group, Verb
from incident.entries.classification import Confirmed
from incident.entries.closure import Validated
from incident.entries.lifecycle import Acknowledged, StateChanged, TimeSet
from incident.entries.restoration import ResolutionAmended, Resolved
from incident.entries.role_holders import RoleTaken
from incident.entry import Fact
from incident.frozen import Utc, utc_text
from incident.model.incident import Incident
from incident.ports import Reader
from incident.states import State
from roles.role_names import Role

_HOW: Final = only(RESOLVED_BY, "fix", "workaround", "self-healed")
_CHECKED: Final = only(CRITERIA, "monitoring_verified", "user_confirmed", "service_owner_confirmed")


class Finish(Verb):
    """Close a small incident (P4, P5) with one form: what it was, how you checked, since when."""

    name = "finish"
    aliases = ("wrap up", "finished")
    group = Group.PROVE
    drastic = True
    is_confirmed = True

    text: Annotated[
        str,
        FormField("What it was and what was done", Control.TEXT, "A full sentence", rest=True, needed=True),
    ]
    how: Annotated[
        Literal["fix", "workaround", "self-healed"],
        FormField("How it ended", Control.CHOICE, choices=_HOW, needed=True),
    ]
    criterion: Annotated[
        Literal["monitoring_verified", "user_confirmed", "service_owner_confirmed"],
        FormField("How you know that it works", Control.CHOICE, choices=_CHECKED, needed=True, words=("checked",)),
    ]
    evidence: Annotated[str, FormField("What you saw", Control.TEXT, "Where, for how long", needed=True)]
    started_at: Annotated[
        Utc, FormField("Users affected from", Control.MOMENT, "Proposed: when it was detected", needed=True, past=True)
    ]
    restored_at: Annotated[
        Utc | None, FormField("Until", Control.MOMENT, "Leave empty for now", words=("restored",), past=True)
    ] = None

    @classmethod
    def proposal(cls, fields: Fields, incident: Incident, reader: Reader) -> Fields:
        """Propose the start that is known, else the detection; and a fix seen in monitoring, as most are."""
        started = incident.times.started_at or incident.times.detected_at
        proposed: dict[str, JsonValue] = {"how": "fix", "criterion": "monitoring_verified"}
        return proposed | ({"started_at": utc_text(started)} if started else {})

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Record everything between the present state and closed, each by the actor and as of now; refuse the whole otherwise."""
        restored_at = self.restored_at or now.open.times.restored_at or now.at
        small_closure.refuse_by_incident(now)
        takes_command = small_closure.takes_command(now)
        small_closure.refuse_text(self.text, now.policy)
        small_closure.refuse_times(now, self.started_at, restored_at)
        small_closure.refuse_unfinished(now, self.criterion)
        return tuple(self._facts(now, takes_command=takes_command))

    def _facts(self, now: DecisionContext, *, takes_command: bool) -> Iterator[Fact]:
        incident, by = now.open, now.actor.id
        if incident.times.acknowledged_at is None:
            yield Acknowledged()
        if takes_command:
            refuse_unless_person(now, by, "role")
            yield RoleTaken(role=Role.COMMANDER, who=by, how="taken")
        state = incident.state
        for step in small_closure.steps_from(state):
            if state == State.RESOLVED:
                yield from self._proof(now)
            if step == State.RESOLVED:
                yield Resolved(how=self.how, text=self.text, meets_rule=True)
            statement = self.evidence if step == State.RESTORED else None
            yield StateChanged(old=state, new=step, statement=statement)
            state = step

    def _proof(self, now: DecisionContext) -> Iterator[Fact]:
        """Yield what closing asks of a resolved incident; a resolution it had before is amended."""
        times = now.open.times
        if times.started_at != self.started_at:
            yield TimeSet(field="started_at", at=self.started_at, basis=self.evidence)
        if self.restored_at is not None and self.restored_at != times.restored_at:
            yield TimeSet(field="restored_at", at=self.restored_at, basis=self.evidence)
        if now.open.resolution is not None:
            yield ResolutionAmended(text=self.text, meets_rule=True)
        yield Validated(criterion=self.criterion, evidence=self.evidence)
        yield Confirmed(category=True, priority=True)
