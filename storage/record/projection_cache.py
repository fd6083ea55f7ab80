"""A cache of parsed projections, so that a command does not parse the same text again.

The key is the text itself, so an entry is valid whatever became of its transaction. A redaction clears the cache.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Final

from incident.model.incident import Incident

MAX_SIZE: Final = 64


class ProjectionCache:
    """The most recently used projections by their text; thread-safe."""

    def __init__(self, parse: Callable[[str], Incident], max_size: int = MAX_SIZE) -> None:
        self._parse = parse
        self._max_size = max_size
        self._parsed: OrderedDict[str, Incident] = OrderedDict()
        self._lock = Lock()

    def parse(self, text: str) -> Incident:
        """Return the incident of a text, parsed once."""
        with self._lock:
            found = self._parsed.get(text)
            if found is not None:
                self._parsed.move_to_end(text)
                return found
        return self.put(text, self._parse(text))

    def put(self, text: str, incident: Incident) -> Incident:
        """Cache an incident by its text, evict the least recently used one, and return the incident."""
        with self._lock:
            self._parsed[text] = incident
            while len(self._parsed) > self._max_size:
                self._parsed.popitem(last=False)
        return incident

    def clear(self) -> None:
        """Drop everything, so that redacted text does not stay in memory."""
        with self._lock:
            self._parsed.clear()
