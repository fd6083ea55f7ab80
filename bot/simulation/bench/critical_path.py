"""Reads, from what went over the wire, how a declaration became a usable channel: which calls, which waited for which.

An incident is ready when its channel is made, its card is posted and its declarer is invited. Nothing here knows how
Muster works: it sees only when each call began and ended. Two calls that overlapped in any round did not wait for each
other; calls that never did are taken as dependent, which can only make the chain look longer than it is.
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
_TOLD_APART: Final = frozenset({"chat.postMessage"})


class WireEvent(Protocol):
    """One thing that went over the wire, as the workspace keeps it."""

    @property
    def at(self) -> str:
        """When it was over."""

    @property
    def kind(self) -> str:
        """An API call, an envelope, an acknowledgement."""

    @property
    def name(self) -> str:
        """The method, or what the envelope holds."""

    @property
    def detail(self) -> dict[str, Any]:
        """The arguments."""

    @property
    def result(self) -> str:
        """How it ended."""

    @property
    def ms(self) -> float | None:
        """How long it took."""


@dataclass(frozen=True)
class SlackCall:
    """One call to Slack; times are milliseconds since the form was submitted."""

    name: str
    began: float
    ended: float
    users: tuple[str, ...] = ()

    def overlaps(self, other: SlackCall) -> bool:
        """Tell whether neither had ended when the other began."""
        return self.began < other.ended and other.began < self.ended


@dataclass(frozen=True)
class Declared:
    """One declaration that became usable: the calls until then, and how long it took."""

    calls: tuple[SlackCall, ...]
    ready_ms: float


def read_declaration(passages: Iterable[WireEvent], declarer: str) -> Declared | None:
    """Read one declaration from what went by since its form was open; None while it is not ready."""
    seen = list(passages)
    submitted = next((_moment(one) for one in seen if one.kind == "envelope" and one.name == SUBMITTED), None)
    if submitted is None:
        return None
    calls = [_call(one, submitted) for one in seen if one.kind == "api" and one.result == "ok"]
    needed = [
        next((c for c in calls if c.name == CREATE), None),
        next((c for c in calls if c.name == CARD), None),
        next((c for c in calls if c.name == INVITE and declarer in c.users), None),
    ]
    if None in needed:
        return None
    ready = max(call.ended for call in needed if call is not None)
    return Declared(tuple(call for call in calls if 0 <= call.began < ready), ready)


def independent(rounds: Iterable[Declared]) -> frozenset[frozenset[str]]:
    """Name the pairs of calls that were seen under way at the same time."""
    return frozenset(
        frozenset({one.name, other.name})
        for declared in rounds
        for one, other in combinations(declared.calls, 2)
        if one.overlaps(other)
    )


def serial_calls(declared: Declared, apart: frozenset[frozenset[str]]) -> int:
    """Count the longest chain of calls, each begun after the one before had ended, that leads to a usable channel."""
    ordered = sorted(declared.calls, key=lambda call: call.ended)
    depth: list[int] = []
    for call in ordered:
        before = (
            depth[i]
            for i, other in enumerate(ordered[: len(depth)])
            if other.ended <= call.began and frozenset({other.name, call.name}) not in apart
        )
        depth.append(1 + max(before, default=0))
    return max(depth[i] for i, call in enumerate(ordered) if call.name in (CREATE, CARD, INVITE))


def _call(passage: WireEvent, submitted: datetime) -> SlackCall:
    ended = (_moment(passage) - submitted).total_seconds() * 1000
    users = tuple(str(passage.detail.get("users") or "").split(","))
    return SlackCall(_name(passage), ended - (passage.ms or 0), ended, users)


def _name(passage: WireEvent) -> str:
    """Tell posts of one method apart by the kind of job that Muster marks them with."""
    job = ((passage.detail.get("metadata") or {}).get("event_payload") or {}).get("job", "")
    return f"{passage.name} {str(job).split(':')[0]}" if passage.name in _TOLD_APART else passage.name


def _moment(passage: WireEvent) -> datetime:
    return datetime.fromisoformat(passage.at)


def typical(rounds: Sequence[Declared]) -> Declared:
    """Give the round whose time was the median one."""
    return sorted(rounds, key=lambda declared: declared.ready_ms)[(len(rounds) - 1) // 2]
