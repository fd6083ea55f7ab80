"""Lets what is said at the same time be recorded together: one transaction for many messages, and no waiting for one.

Whoever comes first leads: it takes what waits, records all of it, and hands the lead to the next that waits. Knows not
what is recorded.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Final, Generic, Literal, TypeVar

from storage.database.time_limit import seconds_left
from storage.errors import Unavailable

S = TypeVar("S")
R = TypeVar("R")
MOST: Final = 200


class _QueuedItem(Generic[S, R]):
    """One that waits: until its result is there, until it shall lead, or until it is told to try alone."""

    def __init__(self, said: S) -> None:
        self.said = said
        self.called = threading.Event()
        self.leads = False
        self.came_of: list[R] = []


class _Outcome(Generic[R]):
    """What a batch came to; a failure is for each of it to meet alone, since only one of them may be the cause."""

    def __init__(self) -> None:
        self.results: Sequence[R] = ()

    def __enter__(self) -> _Outcome[R]:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> Literal[True]:
        return True


class Batcher(Generic[S, R]):
    """Gathers what many threads want recorded. Each call returns, or raises, once its own is committed or is not."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._turn = threading.Lock()
        self._waiting: deque[_QueuedItem[S, R]] = deque()
        self._is_led = False

    def record(self, said: S, record: Callable[[Sequence[S]], Sequence[R]]) -> R:
        """Record one thing, perhaps together with others; `record` gives a result for each, in their order."""
        mine, left = _QueuedItem[S, R](said), seconds_left()
        with self._turn:
            self._waiting.append(mine)
            mine.leads = not self._is_led
            self._is_led = True
        if not mine.leads:
            self._wait(mine, left)
        if mine.leads:
            self._lead(record)
        return mine.came_of[0] if mine.came_of else record([said])[0]

    def _wait(self, mine: _QueuedItem[S, R], seconds: float | None) -> None:
        if mine.called.wait(seconds):
            return
        with self._turn:
            if mine.called.is_set():
                return
            if mine in self._waiting:
                self._waiting.remove(mine)
        raise Unavailable("slow")

    def _lead(self, record: Callable[[Sequence[S]], Sequence[R]]) -> None:
        with self._turn:
            batch = [self._waiting.popleft() for _ in range(min(self._most, len(self._waiting)))]
        outcome: _Outcome[R] = _Outcome()
        with outcome:
            outcome.results = record([one.said for one in batch])
        for one, result in zip(batch, outcome.results, strict=False):
            one.came_of.append(result)
        with self._turn:
            self._is_led = bool(self._waiting)
            if self._waiting:
                self._waiting[0].leads = True
                self._waiting[0].called.set()
        for one in batch:
            one.called.set()
