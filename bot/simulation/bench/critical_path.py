"""The critical path of a declaration, from the wire log: the calls up to a usable channel, and their dependencies.

An incident is ready when its channel is created, its card is posted and its declarer is invited. Knows nothing of
Muster: only when each call started and ended. Two calls that overlap in any round are independent; all others count as
dependent, which can only make the chain longer than it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from typing import Any, Final, Protocol

CREATE: Final = "conversations.create"
INVITE: Final = "conversations.invite"
CARD: Final = "chat.postMessage card"
SUBMITTED: Final = "view_submission"
_SPLIT_BY_JOB: Final = frozenset({"chat.postMessage"})


class WireEvent(Protocol):
    """One event of the wire log."""

    @property
    def at(self) -> str:
        """The time at which it ended."""

    @property
    def kind(self) -> str:
        """An API call, an envelope, an acknowledgement."""

    @property
    def name(self) -> str:
        """The method, or the envelope's content."""

    @property
    def detail(self) -> dict[str, Any]:
        """The arguments."""

    @property
    def result(self) -> str:
        """The result."""

    @property
    def ms(self) -> float | None:
        """The duration in ms."""


@dataclass(frozen=True)
class SlackCall:
    """One call to Slack. Times are milliseconds since the form was submitted."""

    name: str
    started: float
    ended: float
    users: tuple[str, ...] = ()

    def overlaps(self, other: SlackCall) -> bool:
        """True if the two calls were in flight at the same time."""
        return self.started < other.ended and other.started < self.ended


@dataclass(frozen=True)
class Declaration:
    """One declaration that became ready: its calls, and its duration."""

    calls: tuple[SlackCall, ...]
    ready_ms: float


def read_declaration(events: Iterable[WireEvent], declarer: str) -> Declaration | None:
    """Return a declaration from the wire events since its form was opened; None while it is not ready."""
    logged = list(events)
    submitted = next((_time(one) for one in logged if one.kind == "envelope" and one.name == SUBMITTED), None)
    if submitted is None:
        return None
    calls = [_call(one, submitted) for one in logged if one.kind == "api" and one.result == "ok"]
    required = [
        next((c for c in calls if c.name == CREATE), None),
        next((c for c in calls if c.name == CARD), None),
        next((c for c in calls if c.name == INVITE and declarer in c.users), None),
    ]
    if None in required:
        return None
    ready = max(call.ended for call in required if call is not None)
    return Declaration(tuple(call for call in calls if 0 <= call.started < ready), ready)


def concurrent_pairs(rounds: Iterable[Declaration]) -> frozenset[frozenset[str]]:
    """Return the pairs of calls that were in flight at the same time."""
    return frozenset(
        frozenset({one.name, other.name})
        for declared in rounds
        for one, other in combinations(declared.calls, 2)
        if one.overlaps(other)
    )


def serial_calls(declared: Declaration, concurrent: frozenset[frozenset[str]]) -> int:
    """Return the length of the longest chain of dependent calls to a ready channel."""
    ordered = sorted(declared.calls, key=lambda call: call.ended)
    depth: list[int] = []
    for call in ordered:
        predecessors = (
            depth[i]
            for i, other in enumerate(ordered[: len(depth)])
            if other.ended <= call.started and frozenset({other.name, call.name}) not in concurrent
        )
        depth.append(1 + max(predecessors, default=0))
    return max(depth[i] for i, call in enumerate(ordered) if call.name in (CREATE, CARD, INVITE))


def _call(event: WireEvent, submitted: datetime) -> SlackCall:
    ended = (_time(event) - submitted).total_seconds() * 1000
    users = tuple(str(event.detail.get("users") or "").split(","))
    return SlackCall(_name(event), ended - (event.ms or 0), ended, users)


def _name(event: WireEvent) -> str:
    """Return the call's name; posts are distinguished by the kind of job in their metadata."""
    job = ((event.detail.get("metadata") or {}).get("event_payload") or {}).get("job", "")
    return f"{event.name} {str(job).split(':')[0]}" if event.name in _SPLIT_BY_JOB else event.name


def _time(event: WireEvent) -> datetime:
    return datetime.fromisoformat(event.at)


def median_round(rounds: Sequence[Declaration]) -> Declaration:
    """Return the round with the median duration."""
    return sorted(rounds, key=lambda declared: declared.ready_ms)[(len(rounds) - 1) // 2]
