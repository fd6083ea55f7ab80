"""The pace of each person's requests: how many a minute are run, and who has declared several incidents lately.

Every channel of an incident takes seconds of Slack's rate limit, so one person must not hold up the others. Counted in
memory, by each process, at the times that the requests carry. Knows no surface.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

from roles.person_ids import PersonId

REQUESTS_PER_MINUTE: Final = 120
DECLARATIONS_PER_MINUTE: Final = 10
# From this declaration within ten minutes on, the channels of other people's incidents come first.
GIVES_WAY_FROM: Final = 3
_MINUTE: Final = timedelta(minutes=1)
_LATELY: Final = timedelta(minutes=10)
_MOST_PEOPLE: Final = 2_000
_DECLARED: Final = "declared"
_ASKED: Final = "asked"


class RequestPace:
    """Counts the requests of every person."""

    def __init__(self) -> None:
        self._times: OrderedDict[tuple[str, PersonId], deque[datetime]] = OrderedDict()
        self._lock = Lock()

    def wait(self, person: PersonId, at: datetime, *, declares: bool) -> timedelta | None:
        """Count a request and return None, or return how long the person must wait before they send it again."""
        with self._lock:
            asked = self._recent(_ASKED, person, at, _MINUTE)
            declared = self._recent(_DECLARED, person, at, _LATELY)
            waits = [_wait(asked, REQUESTS_PER_MINUTE, at)]
            if declares:
                waits.append(_wait(declared, DECLARATIONS_PER_MINUTE, at))
            longest = max((wait for wait in waits if wait is not None), default=None)
            if longest is None:
                asked.append(at)
                if declares:
                    declared.append(at)
            return longest

    def gives_way(self, person: PersonId, at: datetime) -> bool:
        """True if the person's latest declaration is at least their third within ten minutes."""
        with self._lock:
            return len(self._recent(_DECLARED, person, at, _LATELY)) >= GIVES_WAY_FROM

    def _recent(self, what: str, person: PersonId, at: datetime, window: timedelta) -> deque[datetime]:
        times = self._times.setdefault((what, person), deque())
        self._times.move_to_end((what, person))
        while times and not at - window < times[0] <= at:
            times.popleft()
        while len(self._times) > _MOST_PEOPLE:
            self._times.popitem(last=False)
        return times


def _wait(times: deque[datetime], most: int, at: datetime) -> timedelta | None:
    """Return how long until fewer than `most` of these times lie within a minute; None if it is so now."""
    lately = [time for time in times if time > at - _MINUTE]
    return None if len(lately) < most else lately[-most] + _MINUTE - at
