"""Folded incidents that were read or written a moment ago, so that their text is not read again for each command.

Kept by the text itself, so that it is right whatever became of the transaction it was seen in. A redaction drops all.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Final

from incident.model.incident import Incident

MOST: Final = 64


class ProjectionCache:
    """The last few texts and what each says; for many threads at once."""

    def __init__(self, read: Callable[[str], Incident], most: int = MOST) -> None:
        self._read = read
        self._most = most
        self._kept: OrderedDict[str, Incident] = OrderedDict()
        self._turn = Lock()

    def of(self, text: str) -> Incident:
        """Give what a text says."""
        with self._turn:
            found = self._kept.get(text)
            if found is not None:
                self._kept.move_to_end(text)
                return found
        return self.keep(text, self._read(text))

    def keep(self, text: str, incident: Incident) -> Incident:
        """Keep what a text says, in place of the one that was asked for longest ago."""
        with self._turn:
            self._kept[text] = incident
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return incident

    def forget(self) -> None:
        """Drop all, so that removed words do not stay here."""
        with self._turn:
            self._kept.clear()
