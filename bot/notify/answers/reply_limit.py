"""How many text messages one telephone number is answered, so that two machines never talk to each other all night. Pure.

Counted in memory, by each process. An answer counts however many there were; only our reply is left out.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

MOST_REPLIES: Final = 6
_WITHIN: Final = timedelta(minutes=10)
_MOST_NUMBERS: Final = 1000


class ReplyLimit:
    """The replies of the last ten minutes, by number."""

    def __init__(self) -> None:
        self._sent: OrderedDict[str, deque[datetime]] = OrderedDict()
        self._lock = Lock()

    def allows(self, number: str, at: datetime) -> bool:
        """Return whether one more reply may be sent, and count it."""
        with self._lock:
            sent = self._sent.pop(number, deque[datetime](maxlen=MOST_REPLIES))
            self._sent[number] = sent
            if len(self._sent) > _MOST_NUMBERS:
                self._sent.popitem(last=False)
            if len(sent) == MOST_REPLIES and at - sent[0] < _WITHIN:
                return False
            sent.append(at)
            return True
