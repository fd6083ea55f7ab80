"""Rules of `finish`: what must hold before one form takes a small incident to closed, and the states on the way."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from commands.core.preconditions import has_authority, refuse_without
from commands.core.verb import DecisionContext
from incident.policy import Policy
from incident.refusal import Code, Refusal
from incident.rules.closure_criteria import criteria, text_meets, unmet
from incident.rules.small_incidents import is_small
from incident.states import State
from roles.role_names import Role

# What the form gives; anything else that closing lacks is settled first.
_GIVEN: Final = frozenset({"RESOLUTION", "VALIDATION", "CATEGORY", "PRIORITY", "TIMELINE"})
_WAY: Final = (State.LOGGED, State.TRIAGED, State.ACTIVE, State.RESTORED, State.RESOLVED, State.CLOSED)


def steps_from(state: State) -> tuple[State, ...]:
    """Return the states that follow up to closed; a restored incident is not restored again."""
    return _WAY[_WAY.index(State.ACTIVE if state == State.MITIGATED else state) + 1 :]


def refuse_by_incident(now: DecisionContext) -> None:
    """Refuse an incident that is over, major, or of a priority that the policy does not call small."""
    incident = now.open
    if incident.is_over:
        raise Refusal(Code.STATE, "over", state=incident.state, number=incident.number)
    if not is_small(incident, now.policy):
        small = ", ".join(now.policy.finish_priorities)
        raise Refusal(Code.STATE, "finish_not_small", number=incident.number, small=small)


def takes_command(now: DecisionContext) -> bool:
    """True if the actor becomes commander by closing: the role is vacant and gives the authority. Refuse who may not close."""
    allowed = now.policy.authority.close
    is_vacant = now.open.holder(Role.COMMANDER) is None and Role.COMMANDER.value in allowed
    if is_vacant and not has_authority(now, allowed):
        return True
    refuse_without(now, "close_not_yours", allowed)
    return False


def refuse_text(text: str, policy: Policy) -> None:
    """Refuse a text that says too little by the rule for resolutions (S1-54)."""
    if not text_meets(text, policy.resolution):
        raise Refusal(Code.JUSTIFICATION, "finish_says_too_little", "text", least=str(policy.resolution.min_chars))


def refuse_times(now: DecisionContext, started_at: datetime, restored_at: datetime) -> None:
    """Refuse times that lie ahead or are not in the order start, detection, restoration."""
    detected_at = now.open.times.detected_at or started_at
    if started_at > detected_at:
        raise Refusal(Code.BAD_VALUE, "finish_starts_late", "started_at")
    if restored_at > now.at:
        raise Refusal(Code.BAD_VALUE, "time_ahead", "restored_at")
    if restored_at < detected_at:
        raise Refusal(Code.BAD_VALUE, "finish_ends_early", "restored_at")


def refuse_unfinished(now: DecisionContext, criterion: str) -> None:
    """Refuse while something is open that the form does not ask: a handover, a temporary fix, a link, another proof."""
    needed = criteria(now.open, now.policy)
    lacks = [one.code for one in unmet(now.open, now.policy) if one.code not in _GIVEN]
    if not set(needed.all) <= {criterion} or (needed.any and criterion not in needed.any):
        lacks.append("VALIDATION")
    if lacks:
        raise Refusal(Code.STATE, "finish_incomplete", codes=" ".join(dict.fromkeys(lacks)))
