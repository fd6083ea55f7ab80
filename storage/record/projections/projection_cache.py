"""A cache of parsed projections, so that a command does not parse the same text again.

Of each aggregate it holds the latest text that was read or written, so a busy one takes up the room of one. What is
looked up is the text itself, so an entry is valid whatever became of its transaction. A redaction clears the cache.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Final, Generic

from incident.aggregate import AnyAggregate
from incident.entry import IncidentKey

MAX_SIZE: Final = 64


class ProjectionCache(Generic[AnyAggregate]):
    """The most recently used projections, one of each aggregate; thread-safe."""

    def __init__(self, parse: Callable[[str], AnyAggregate], max_size: int = MAX_SIZE) -> None:
        self._parse = parse
        self._max_size = max_size
        self._parsed: OrderedDict[IncidentKey, tuple[str, AnyAggregate]] = OrderedDict()
        self._lock = Lock()

    def parse(self, key: IncidentKey, text: str) -> AnyAggregate:
        """Return the state of a text, parsed once while it is the latest."""
        with self._lock:
            known = self._parsed.get(key)
            if known is not None and known[0] == text:
                self._parsed.move_to_end(key)
                return known[1]
        return self.put(key, text, self._parse(text))

    def put(self, key: IncidentKey, text: str, state: AnyAggregate) -> AnyAggregate:
        """Cache a state and its text, evict the least recently used one, and return the state."""
        with self._lock:
            self._parsed[key] = (text, state)
            self._parsed.move_to_end(key)
            while len(self._parsed) > self._max_size:
                self._parsed.popitem(last=False)
        return state

    def __len__(self) -> int:
        """Return the number of aggregates in the cache."""
        return len(self._parsed)

    def clear(self) -> None:
        """Drop everything, so that redacted text does not stay in memory."""
        with self._lock:
            self._parsed.clear()
