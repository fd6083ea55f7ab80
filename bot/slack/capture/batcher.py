"""Lets what is said at the same time be recorded together: one transaction for many messages, and no waiting for one.

Whoever comes first leads: it takes what waits, records all of it, and hands the lead to the next that waits. Knows not
what is recorded.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Final, Generic, TypeVar

from storage.database.time_limit import seconds_left
from storage.errors import Unavailable

S = TypeVar("S")
R = TypeVar("R")
MOST: Final = 200


class _QueuedItem(Generic[S, R]):
    """One that waits for its turn: None tells it to lead, its result in a sequence is final, without one it tries alone."""

    def __init__(self, said: S) -> None:
        self.said = said
        self.turn: Future[Sequence[R] | None] = Future()


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
            if not self._is_led:
                mine.turn.set_result(None)
            self._is_led = True
        recorded = self._wait(mine, left)
        if recorded is None:
            recorded = self._lead(record)
        return recorded[0] if recorded else record([said])[0]

    def _wait(self, mine: _QueuedItem[S, R], seconds: float | None) -> Sequence[R] | None:
        try:
            return mine.turn.result(seconds)
        except TimeoutError:
            with self._turn:
                if mine.turn.done():
                    return mine.turn.result()
                if mine in self._waiting:
                    self._waiting.remove(mine)
        raise Unavailable("slow")

    def _lead(self, record: Callable[[Sequence[S]], Sequence[R]]) -> Sequence[R]:
        """Record a batch, of which the leader is the first, hand on the lead, and return the leader's own result."""
        with self._turn:
            batch = [self._waiting.popleft() for _ in range(min(self._most, len(self._waiting)))]
        results: Sequence[R] = ()
        try:
            results = record([one.said for one in batch])
        except Exception:  # noqa: BLE001 - only one of the batch may be the cause, so each tries alone and meets its own
            results = ()
        finally:
            self._hand_on(batch[1:], results[1:])
        return results[:1]

    def _hand_on(self, batch: Sequence[_QueuedItem[S, R]], results: Sequence[R]) -> None:
        with self._turn:
            self._is_led = bool(self._waiting)
            if self._waiting:
                self._waiting[0].turn.set_result(None)
        for n, one in enumerate(batch):
            one.turn.set_result(results[n : n + 1])
