"""The lifecycle: which state may follow which, and what the state alone forbids; what it does not forbid is allowed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from incident.model.incident import Incident
from incident.states import OVER, VOID, State

MAY_FOLLOW: Final[dict[State | None, frozenset[State]]] = {
    None: frozenset({State.LOGGED}),
    State.LOGGED: VOID | {State.TRIAGED, State.DRILL_ENDED},
    State.TRIAGED: VOID | {State.ACTIVE, State.DRILL_ENDED},
    State.ACTIVE: VOID | {State.MITIGATED, State.RESTORED, State.DRILL_ENDED},
    State.MITIGATED: frozenset({State.ACTIVE, State.RESTORED, State.DRILL_ENDED}),
    State.RESTORED: frozenset({State.ACTIVE, State.RESOLVED, State.DRILL_ENDED}),
    State.RESOLVED: frozenset({State.ACTIVE, State.CLOSED, State.DRILL_ENDED}),
    State.CLOSED: frozenset({State.ACTIVE}),
    State.DRILL_ENDED: frozenset(),
    **dict.fromkeys(VOID, frozenset({State.ACTIVE})),
}


def may_follow(old: State | None, new: State) -> bool:
    """True if an incident may move from one state to the other."""
    return new in MAY_FOLLOW[old]


def refusal_to(intent: str, incident: Incident) -> str | None:
    """Return the reason why the incident's state forbids an intent, or None."""
    rule = _RULES.get(intent)
    return rule(incident) if rule else None


def _only_in(reason: str, *states: State) -> Callable[[Incident], str | None]:
    return lambda incident: None if incident.state in states else reason


def _until_over(incident: Incident) -> str | None:
    return "over" if incident.state in OVER else None


def _major(incident: Incident) -> str | None:
    return _until_over(incident) or ("already_major" if incident.major else None)


def _amend(incident: Incident) -> str | None:
    return None if incident.resolution is not None else "nothing_resolved"


def _drill(incident: Incident) -> str | None:
    return None if incident.drill and incident.state not in OVER else "no_drill"


_RULES: Final[dict[str, Callable[[Incident], str | None]]] = {
    "declare": lambda incident: "already_declared",
    "ack": _until_over,
    "declare_major": _major,
    "set_priority": _until_over,
    "take": _until_over,
    "assign": _until_over,
    "handover": _until_over,
    "accept": _until_over,
    "release": _until_over,
    "mitigated": _only_in("not_active", State.ACTIVE),
    "restored": _only_in("not_being_worked_on", State.ACTIVE, State.MITIGATED),
    "regress": _only_in("not_mitigated_or_restored", State.MITIGATED, State.RESTORED),
    "resolve": _only_in("not_restored", State.RESTORED),
    "amend_resolution": _amend,
    "close": _only_in("not_resolved", State.RESOLVED),
    "reopen": _only_in("not_over", State.RESOLVED, State.CLOSED, *VOID),
    "void": _only_in("too_late_to_void", State.LOGGED, State.TRIAGED, State.ACTIVE),
    "quiet": _until_over,
    "inject": _drill,
    "end_drill": _drill,
}
