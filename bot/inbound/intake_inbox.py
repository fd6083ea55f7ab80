"""The inbox of deliveries: what arrives while a commit runs is stored by the next one, and answered after it. Knows no source."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from typing import Final

from storage.errors import Unavailable
from storage.intake.deliveries import StoredDelivery

_MOST_TOGETHER: Final = 500
Store = Callable[[Sequence[StoredDelivery], datetime], None]


class IntakeInbox:
    """Stores deliveries by one thread. `add` returns at once; the future is done after the commit."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store, self._now = store, now
        self._lock = threading.Lock()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="intake")
        self._batch: list[StoredDelivery] = []
        self._stored: Future[bool] | None = None

    def add(self, delivery: StoredDelivery) -> Future[bool]:
        """Store a delivery. Its future says whether it is durable: not while the database is absent."""
        with self._lock:
            if self._stored is None or len(self._batch) >= _MOST_TOGETHER:
                self._batch = []
                self._stored = self._thread.submit(self._write, self._batch)
            self._batch.append(delivery)
            return self._stored

    def close(self) -> None:
        """Store what waits, then stop."""
        self._thread.shutdown()

    def _write(self, batch: list[StoredDelivery]) -> bool:
        with self._lock:
            if batch is self._batch:
                self._stored = None
        try:
            self._store(batch, self._now())
        except Unavailable:
            return False
        return True
