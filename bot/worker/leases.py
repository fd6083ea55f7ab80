"""The jobs a worker has in hand, and until when. Knows leases and the time; knows no Slack and no incident.

A job that takes longer than its lease has it renewed. One whose lease could end before the next call does calls nobody:
a replica that was frozen, or cut off from the database, must not act on what somebody else has taken over. Nor does it
record what came of a call whose lease has ended: whoever took the job over finds that in Slack and records it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from threading import Lock
from typing import Final

from storage.jobs.claims import ClaimedJob
from storage.jobs.job_queue import JobQueue

# In calls: the lease of a claim, and what must be left of it when the next call begins.
_LASTS: Final = 3.0
_RENEWED_AFTER: Final = 1.0


class Lease:
    """What one claim may still do. `until` moves when it is renewed."""

    def __init__(self, claimed: ClaimedJob, call_seconds: float) -> None:
        self.claimed = claimed
        self.until: datetime = claimed.lease
        self._call = timedelta(seconds=call_seconds)

    def covers_a_call(self, now: datetime) -> bool:
        """Tell whether a call that is begun now ends, at the latest, with the lease."""
        return now + self._call <= self.until

    def is_held(self, now: datetime) -> bool:
        """Tell whether the job is still ours: nobody else can have taken it over."""
        return now <= self.until


class Leases:
    """The leases of one worker. `call_seconds` is how long a call may take before nobody waits for it any more."""

    def __init__(self, jobs: JobQueue, call_seconds: float) -> None:
        self._jobs = jobs
        self._call = call_seconds
        self._held: set[Lease] = set()
        self._lock = Lock()

    @property
    def seconds(self) -> float:
        """How long a claim lasts when it is not renewed."""
        return self._call * _LASTS

    @property
    def look_every(self) -> float:
        """How often to renew what needs it."""
        return self._call * _RENEWED_AFTER / 2

    def hold(self, claimed: ClaimedJob) -> Lease:
        """Begin to keep a claim."""
        lease = Lease(claimed, self._call)
        with self._lock:
            self._held.add(lease)
        return lease

    def let_go(self, lease: Lease) -> None:
        """Keep a claim no longer."""
        with self._lock:
            self._held.discard(lease)

    def renew(self, now: datetime) -> None:
        """Renew every lease that has run for the time of a call; one that was taken away is let go of."""
        until = now + timedelta(seconds=self.seconds)
        with self._lock:
            old = [
                lease for lease in self._held if until - lease.until >= timedelta(seconds=self._call * _RENEWED_AFTER)
            ]
        for lease in old:
            if self._jobs.renew(lease.claimed, until):
                lease.until = until
            else:
                self.let_go(lease)
