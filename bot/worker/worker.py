"""Claims due jobs and runs them on a pool of threads. Knows no channel, no template and no rule."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import datetime
from typing import Protocol

from bot.worker.job_runner import JobRunner, WorkerDependencies
from bot.worker.leases import Leases
from commands.core.record_service import RecordService
from incident.ports import Recorder
from storage.errors import Unavailable
from storage.jobs.job_queue import JobQueue

_log = logging.getLogger(__name__)


class JobStore(Protocol):
    """What the worker needs of a store."""

    recorder: Recorder
    jobs: JobQueue

    def on_commit(self, callback: Callable[[], None]) -> None:
        """Call back after each commit that enqueued jobs."""


class Worker:
    """Runs jobs. `drain` runs what is due and waits; `start` runs jobs whenever a commit or the tick wakes the loop."""

    def __init__(self, store: JobStore, needs: WorkerDependencies, *, owner: str, threads: int = 8) -> None:
        self._jobs = store.jobs
        self._clock = needs.clock
        self._is_on_hold = needs.is_on_hold
        self._owner = owner
        self._threads = threads
        record = RecordService(store.recorder, needs.policy, needs.clock)
        self._leases = Leases(store.jobs, needs.call_seconds)
        self._runner = JobRunner(store.jobs, record, self._leases, needs)
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="worker")
        self._running: set[Future[None]] = set()
        self._claiming = threading.Lock()
        self._woken = threading.Event()
        self._stopping = threading.Event()
        self._loop: threading.Thread | None = None
        self.looked_at: datetime | None = None
        store.on_commit(self._woken.set)

    def drain(self, now: datetime) -> int:
        """Run what is due, and what becomes due by that, until nothing is left. Return the number of jobs that were run."""
        done = 0
        while True:
            # Read before the claim: a job that ends after it may have made another due that the claim did not see.
            running = self._unfinished()
            started = self._claim(now)
            done += started
            if not started and not running:
                return done
            wait(self._unfinished() or running, return_when="FIRST_COMPLETED")

    def start(self) -> None:
        """Run jobs whenever some are due, on a thread of its own, until `stop`."""
        self._loop = threading.Thread(target=self._run_loop, name="worker-loop", daemon=True)
        self._loop.start()

    def is_alive(self) -> bool:
        """True if the loop runs, or has not been started yet."""
        return self._loop is None or self._loop.is_alive()

    def now(self) -> datetime:
        """Return the time by which jobs run."""
        return self._clock.now()

    @property
    def lease_seconds(self) -> float:
        """The length of a lease that is not renewed."""
        return self._leases.seconds

    def wake(self) -> None:
        """Look for due jobs now. The tick calls this in case a wake-up by a commit was missed."""
        self._woken.set()

    def stop_claiming(self) -> None:
        """Leave what is due from now on to the other replicas, or to the next start."""
        self._stopping.set()
        self._woken.set()

    def stop(self) -> None:
        """Claim nothing more, wait for the jobs that are running, and end the threads."""
        self.stop_claiming()
        if self._loop is not None:
            self._loop.join()
        self._pool.shutdown(wait=True)

    def _run_loop(self) -> None:
        while not self._stopping.is_set():
            self._woken.wait(self._leases.renewal_interval)
            self._woken.clear()
            if self._stopping.is_set():
                return
            try:
                self._leases.renew(self._clock.now())
                self._claim(self._clock.now())
                self.looked_at = self._clock.now()
            except Unavailable as absent:
                # The tick wakes the loop again; the health page reports a longer outage by `looked_at`.
                _log.warning("no job can be claimed: the database is %s", absent)

    def _unfinished(self) -> set[Future[None]]:
        with self._claiming:
            self._running = {future for future in self._running if not future.done()}
            return set(self._running)

    def _claim(self, now: datetime) -> int:
        """Claim as many due jobs as threads are free, and run them. Return how many were claimed."""
        with self._claiming:
            self._running = {future for future in self._running if not future.done()}
            free = 0 if self._is_on_hold() else self._threads - len(self._running)
            claimed = self._jobs.claim(now, self._owner, free, self._leases.seconds) if free > 0 else []
            for one in claimed:
                future = self._pool.submit(self._runner.run, one, self._leases.hold(one))
                self._running.add(future)
                future.add_done_callback(lambda _: self._woken.set())
        return len(claimed)
