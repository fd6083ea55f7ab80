"""`undo`: takes back one's own last act within minutes, as an entry of its own. What it changed is as it was before.

What was not sent yet is not sent; what was sent is edited and struck through. The entries stay in the record.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from commands.core.fields.form_field import Control, FormField
from commands.core.preconditions import asked_to_redact
from commands.core.rules.last_act import Act, changed_since, changes_state, ids_of, last_act
from commands.core.verb import DecisionContext, Doubt, Group, Verb
from incident.entries.lifecycle import Undone
from incident.entries.status_updates import StatusUpdatePosted
from incident.entry import Entry, Fact
from incident.refusal import Code, Refusal
from incident.states import Audience


@dataclass(frozen=True)
class UndoneView:
    """The entries that the last undo took back, without those of Muster."""

    entries: tuple[Entry, ...]

    @property
    def was_sent(self) -> bool:
        """True if an update is among them that Muster sent to its readers."""
        return any(isinstance(entry.fact, StatusUpdatePosted) and entry.fact.is_sent for entry in self.entries)


class Undo(Verb):
    """Take back the last thing you recorded here, within ten minutes; it stays in the record, struck through."""

    name = "undo"
    group = Group.RECORD
    drastic = True

    reason: Annotated[str | None, FormField("Why", Control.TEXT, because=True)] = None
    anyway: Annotated[bool, FormField("Take it back anyway", Control.CHECK, on_request=True)] = False

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Take back the actor's last act, if it is recent, of a kind that can be, and nothing was built on it since."""
        entries = now.reader.unmasked().entries(now.open.key)
        act = last_act(entries, now.actor.id)
        if act is None:
            raise Refusal(Code.STATE, "undo_nothing")
        self._refuse(now, act)
        if now.open.is_over and changes_state(entries, act):
            raise Refusal(Code.STATE, "undo_over", entry=str(act.own[0].n), state=now.open.state)
        if changed_since(entries, act):
            raise Refusal(Code.STATE, "undo_changed", entry=str(act.own[0].n))
        facts = [entry.fact for entry in act.own]
        numbers = tuple(entry.n for entry in act.entries)
        kinds = tuple(fact.kind for fact in facts)
        return (Undone(entries=numbers, kinds=kinds, ids=ids_of(facts), reason=self.reason),)

    def doubts(self, now: DecisionContext) -> tuple[Doubt, ...]:
        """Return the question whether an update is struck that people outside the response have read."""
        act = None if self.anyway else last_act(now.reader.unmasked().entries(now.open.key), now.actor.id)
        sent = _sent_outside(act) if act else []
        if act is None or not sent:
            return ()
        return (Doubt("undo_sent", {"sent_to": ", ".join(sent), "entry": str(act.own[0].n)}),)

    def view(self, now: DecisionContext) -> UndoneView:
        """Return what was taken back last."""
        entries = now.reader.entries(now.open.key)
        undone = next((entry.fact for entry in reversed(entries) if isinstance(entry.fact, Undone)), None)
        numbers = undone.entries if undone else ()
        return UndoneView(tuple(e for e in entries if e.n in numbers and e.by == now.actor.id and e.fact.timeline))

    def _refuse(self, now: DecisionContext, act: Act) -> None:
        first = act.own[0]
        minutes = now.policy.undo_minutes
        if now.at - first.recorded_at > timedelta(minutes=minutes):
            raise Refusal(Code.STATE, "undo_late", entry=str(first.n), minutes=str(minutes))
        if act.obstacle is not None:
            raise Refusal(
                Code.STATE,
                act.obstacle,
                entry=str(first.n),
                number=now.open.number,
                who=", ".join(now.policy.authority.redact),
                asked=asked_to_redact(now),
            )


def _sent_outside(act: Act) -> list[Audience]:
    """Return the audiences beside responders to which an act sent an update."""
    posted = [entry.fact for entry in act.own if isinstance(entry.fact, StatusUpdatePosted)]
    return [fact.audience for fact in posted if fact.is_sent and fact.audience is not Audience.INTERNAL]
