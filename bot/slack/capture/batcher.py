"""Group commit: items that arrive at the same time are recorded in one transaction; a lone item never waits.

The first thread leads: it records all items in the queue and hands the lead to the next one waiting. Knows nothing of
the items.
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
    """An item and its turn: None makes it the leader, a sequence holds its result, an empty one makes it retry alone."""

    def __init__(self, item: S) -> None:
        self.item = item
        self.turn: Future[Sequence[R] | None] = Future()


class Batcher(Generic[S, R]):
    """Records the items of many threads in batches. A call returns once its own item is committed, and raises if it is not."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._turn = threading.Lock()
        self._waiting: deque[_QueuedItem[S, R]] = deque()
        self._is_led = False

    def record(self, item: S, record: Callable[[Sequence[S]], Sequence[R]]) -> R:
        """Record an item, perhaps with others. `record` returns one result per item, in order. Unavailable after the deadline."""
        mine, left = _QueuedItem[S, R](item), seconds_left()
        with self._turn:
            self._waiting.append(mine)
            if not self._is_led:
                mine.turn.set_result(None)
            self._is_led = True
        recorded = self._wait(mine, left)
        if recorded is None:
            recorded = self._lead(record)
        return recorded[0] if recorded else record([item])[0]

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
            results = record([one.item for one in batch])
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
