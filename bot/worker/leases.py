"""The leases of the jobs that a worker is running. Knows leases and the time; knows no Slack and no incident.

A job that takes longer than its lease has it renewed. A job whose lease could end before the next call does makes no
call: a replica that was frozen, or cut off from the database, must not act on a job that another replica has taken over.
It does not record the result of a call whose lease has ended either: the new owner looks that call up and records it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from threading import Lock
from typing import Final

from storage.jobs.claims import ClaimedJob
from storage.jobs.job_queue import JobQueue

# A lease covers a call and, in seconds, what passes until its renewal is committed. With shorter calls, in calls.
_SPARE_SECONDS: Final = 4.0
_SPARE_CALLS: Final = 2.0
_RENEWED_SECONDS: Final = 1.0
_RENEWED_CALLS: Final = 0.5


class LeaseLost(Exception):  # noqa: N818 - it is no error: another replica may own the job
    """The lease has ended, or could end during the next call."""


class Lease:
    """The lease of one claimed job. `until` moves when the lease is renewed."""

    def __init__(self, claimed: ClaimedJob, call_seconds: float) -> None:
        self.claimed = claimed
        self.until: datetime = claimed.lease
        self._call = timedelta(seconds=call_seconds)

    def covers_a_call(self, now: datetime) -> bool:
        """True if a call that begins now ends no later than the lease."""
        return now + self._call <= self.until

    def check_call(self, now: datetime) -> None:
        """Raise LeaseLost unless the lease covers a call that begins now."""
        if not self.covers_a_call(now):
            raise LeaseLost("the lease ends before a call would")

    def is_held(self, now: datetime) -> bool:
        """True if the job is still ours: no other replica can have taken it over."""
        return now <= self.until


class Leases:
    """The leases of one worker. `call_seconds` is the timeout of one call to the outside."""

    def __init__(self, jobs: JobQueue, call_seconds: float) -> None:
        self._jobs = jobs
        self._call = call_seconds
        self._held: set[Lease] = set()
        self._lock = Lock()

    @property
    def seconds(self) -> float:
        """The length of a lease that is not renewed."""
        return self._call + min(_SPARE_SECONDS, self._call * _SPARE_CALLS)

    @property
    def renewal_interval(self) -> float:
        """The seconds between two calls of `renew`."""
        return min(_RENEWED_SECONDS, self._call * _RENEWED_CALLS)

    def hold(self, claimed: ClaimedJob) -> Lease:
        """Return the lease of a claimed job and renew it from now on."""
        lease = Lease(claimed, self._call)
        with self._lock:
            self._held.add(lease)
        return lease

    def release(self, lease: Lease) -> None:
        """Stop renewing a lease."""
        with self._lock:
            self._held.discard(lease)

    def renew(self, now: datetime) -> None:
        """Renew every lease that has run for the interval, and release those that another replica took over."""
        until, interval = now + timedelta(seconds=self.seconds), timedelta(seconds=self.renewal_interval)
        with self._lock:
            old = [lease for lease in self._held if until - lease.until >= interval]
        lost = {one.id for one in self._jobs.renew([lease.claimed for lease in old], until)}
        for lease in old:
            if lease.claimed.id in lost:
                self.release(lease)
            else:
                lease.until = until
