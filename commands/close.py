"""`close`: the record is complete. Refused until every criterion is met, with what would meet each of the others."""

from __future__ import annotations

from collections.abc import Iterable

from commands.core.preconditions import refuse_without
from commands.core.verb import DecisionContext, Group, Verb
from incident.entries.lifecycle import StateChanged
from incident.entry import Fact
from incident.model.state_transitions import refusal_to
from incident.refusal import Code, Refusal
from incident.rules.closure_criteria import Unmet, unmet
from incident.states import State


class Close(Verb):
    """Close a resolved incident whose record is complete; what is missing is named."""

    name = "close"
    group = Group.PROVE

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Close what is resolved, by those whom the policy names, when nothing is missing."""
        state = now.open.state
        if refusal_to(self.intent, now.open):
            raise Refusal(Code.STATE, "close_not_resolved", state=state)
        refuse_without(now, "close_not_yours", now.policy.authority.close)
        missing = unmet(now.open, now.policy)
        if missing:
            codes = tuple(one.code for one in missing)
            raise Refusal(Code.CLOSE_INCOMPLETE, "close_incomplete", missing=codes, also=(), **_as_facts(missing))
        return (StateChanged(old=state, new=State.CLOSED),)


def _as_facts(missing: Iterable[Unmet]) -> dict[str, str]:
    return {one.code: " ".join((one.needs, *one.names)) for one in missing}


def read_unmet(facts: Iterable[tuple[str, str]], missing: Iterable[str]) -> tuple[Unmet, ...]:
    """Read back from an outcome what closing lacked; `needs` picks the sentence in templates/slack/closure.yaml."""
    told = dict(facts)
    parts = [(code, told.get(code, code.lower()).split(" ")) for code in missing]
    return tuple(Unmet(code=code, needs=words[0], names=tuple(words[1:])) for code, words in parts)
