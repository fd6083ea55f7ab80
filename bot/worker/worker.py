"""Does what was wanted: claims jobs, calls Slack outside any transaction, records what came of it, completes.

Slack's retries are ours: what waits is postponed, what nobody knows is tried again after it was looked up, what Slack
refuses for good is given up, said in the channel and kept on the record. Knows no template and no rule.
"""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Protocol

from bot.rendering.renderer import Renderer
from bot.slack.capture.recent_messages import RecentMessages
from bot.slack.client.sent_lookup import SentLookup
from bot.slack.client.web_api import LeaseLost, RateLimited, SlackClient, SlackError, UnknownOutcome
from bot.worker.handlers.job_handlers import HANDLERS
from bot.worker.job_context import JobContext, JobHandler, JobRun, LastRendered, SlackCache
from bot.worker.leases import Lease, Leases
from commands.core.run import note_outcome, tick
from incident.entries.delivery import DeliveryFailed
from incident.entry import WORKSPACE, Fact
from incident.jobs import JobKind
from incident.medium import Medium
from incident.model.incident import Incident
from incident.policy import Policy
from incident.ports import Recorder
from storage.errors import Unavailable
from storage.jobs.claims import ClaimedJob
from storage.jobs.job_queue import JobQueue

_log = logging.getLogger(__name__)
_FIRST_WAIT_S: Final = 1.0
_LONGEST_WAIT_S: Final = 300.0
_MOST_ATTEMPTS: Final = 30
_MOST_ERRORS: Final = 5
_CLOSED_TO_US: Final = frozenset({"is_archived", "is_inactive", "not_in_channel", "channel_not_found"})
_IN_ITS_CHANNEL: Final = frozenset(
    {JobKind.CARD, JobKind.PIN_CARD, JobKind.TOPIC, JobKind.BOOKMARKS, JobKind.MEMBERS}
    | {JobKind.SAY, JobKind.UPDATE_HERE, JobKind.PROMPT, JobKind.READ_IN, JobKind.MASK}
)


class JobStore(Protocol):
    """What the worker needs of a store."""

    recorder: Recorder
    jobs: JobQueue

    def on_commit(self, callback: Callable[[], None]) -> None:
        """Call back whenever jobs were wanted and committed."""


@dataclass(frozen=True)
class WorkerDependencies:
    """Everything the worker acts with. `timeout_s` is the client's: no answer after that means that nobody knows.

    While `held` says so no job is begun: what is on the record may be about to get what the job would make.
    """

    slack: SlackClient
    policy: Callable[[], Policy]
    renderer: Renderer
    plain: Renderer
    settle: SentLookup = field(default_factory=SentLookup)
    sends: Mapping[JobKind, JobHandler] | None = None
    timeout_s: float = 10.0
    held: Callable[[], bool] = lambda: False
    overheard: RecentMessages = field(default_factory=RecentMessages)


class Worker:
    """Runs jobs on a pool of threads. `drain` runs what is due and waits; `start` keeps doing so when woken."""

    def __init__(self, store: JobStore, outside: WorkerDependencies, *, owner: str, threads: int = 8) -> None:
        self._jobs = store.jobs
        self._recorder = store.recorder
        self._outside = outside
        self._sends: Mapping[JobKind, JobHandler] = {**HANDLERS, **(outside.sends or {})}
        self._owner = owner
        self._threads = threads
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="worker")
        self._running: set[Future[None]] = set()
        self._memory = SlackCache()
        self._leases = Leases(store.jobs, outside.timeout_s)
        self._claiming = threading.Lock()
        self._woken = threading.Event()
        self._stopping = threading.Event()
        self._loop: threading.Thread | None = None
        self.looked_at: datetime | None = None
        store.on_commit(self._woken.set)

    def drain(self, now: datetime) -> int:
        """Run what is due, and what comes due of it, until nothing is left; give how many jobs were run."""
        done = 0
        while True:
            # Asked before the claim: what ends after it may have made something due that the claim did not see.
            running = self._busy()
            begun = self._begin(now)
            done += begun
            if not begun and not running:
                return done
            wait(self._busy() or running, return_when="FIRST_COMPLETED")

    def start(self) -> None:
        """Run jobs whenever there are some, on a thread of its own, until `stop`."""
        self._loop = threading.Thread(target=self._keep_going, name="worker-loop", daemon=True)
        self._loop.start()

    def is_alive(self) -> bool:
        """Tell whether the loop runs, or has not been started yet."""
        return self._loop is None or self._loop.is_alive()

    def wake(self) -> None:
        """Look for jobs now; the tick's safety net behind the wake-up of commits."""
        self._woken.set()

    def claim_no_more(self) -> None:
        """Leave what is due from now on to the other replicas, or to the next start."""
        self._stopping.set()
        self._woken.set()

    def stop(self) -> None:
        """Claim nothing more, let what runs come to its end, and let go of the threads."""
        self.claim_no_more()
        if self._loop is not None:
            self._loop.join()
        self._pool.shutdown(wait=True)

    def _keep_going(self) -> None:
        while not self._stopping.is_set():
            self._woken.wait(self._leases.look_every)
            self._woken.clear()
            if self._stopping.is_set():
                return
            try:
                self._leases.renew(self._outside.slack.now())
                self._begin(self._outside.slack.now())
                self.looked_at = self._outside.slack.now()
            except Unavailable as absent:
                # The tick wakes us again; whoever waits longer than that is told by the health page.
                _log.warning("no job can be claimed: the database is %s", absent)

    def _busy(self) -> set[Future[None]]:
        with self._claiming:
            self._running = {future for future in self._running if not future.done()}
            return set(self._running)

    def _begin(self, now: datetime) -> int:
        """Claim as many due jobs as threads are free, and begin them."""
        with self._claiming:
            self._running = {future for future in self._running if not future.done()}
            free = 0 if self._outside.held() else self._threads - len(self._running)
            claimed = self._jobs.claim(now, self._owner, free, self._leases.seconds) if free > 0 else []
            for one in claimed:
                future = self._pool.submit(self._do, one, self._leases.hold(one))
                self._running.add(future)
                future.add_done_callback(lambda _: self._woken.set())
        return len(claimed)

    def _do(self, claimed: ClaimedJob, lease: Lease) -> None:
        """Do one job and end it: done, postponed, to be tried again, or given up."""
        self._outside.slack.reached(f"{claimed.job.kind}:claimed")
        try:
            self._send(claimed, lease)
        except LeaseLost as lost:
            # Where nobody has taken it over it is tried again, after a look at what was sent before.
            _log.warning("%s is let go of: %s", claimed.job.key, lost)
            self._jobs.retry(claimed, self._outside.slack.now(), str(lost))
        except RateLimited as delayed:
            _log.info("%s waits: %s", claimed.job.key, delayed)
            self._jobs.postpone(claimed, delayed.until)
        except UnknownOutcome as unknown:
            self._again_or_never(claimed, str(unknown), _MOST_ATTEMPTS)
        except SlackError as no:
            self._refused(claimed, no.error)
        except Unavailable as absent:
            # It is put back when the database is there again, or taken over at the end of its lease.
            self._again_or_never(claimed, f"the database was {absent}", _MOST_ATTEMPTS)
        except Exception as error:  # noqa: BLE001 - one job that fails must not stop the others
            _log.exception("job %s failed", claimed.job.key)
            self._again_or_never(claimed, f"{type(error).__name__}: {error}", _MOST_ERRORS)
        finally:
            self._leases.let_go(lease)

    def _send(self, claimed: ClaimedJob, lease: Lease) -> None:
        job, now = claimed.job, self._outside.slack.now()
        shown = LastRendered(lambda: self._jobs.shown(claimed) if claimed.attempts == 1 else None)
        if job.kind is JobKind.TIMER:
            tick(job.incident, recorder=self._recorder, policy=self._outside.policy(), at=now)
        else:
            task = JobRun(job=job, at=now, incident=self._incident(claimed), is_first=claimed.attempts == 1)
            facts = self._sends[job.kind](task, self._means(claimed, lease, shown))
            if facts and not lease.is_held(self._outside.slack.now()):
                raise LeaseLost("the lease ended before what came of it was recorded")
            if facts:
                self._note(claimed, facts, now)
        self._outside.slack.reached(f"{job.kind}:noted")
        self._jobs.complete(claimed, self._outside.slack.now(), shown.now)
        self._outside.slack.reached(f"{job.kind}:completed")

    def _incident(self, claimed: ClaimedJob) -> Incident | None:
        key = claimed.job.incident
        return None if key.id == WORKSPACE else self._recorder.read(lambda reader: reader.peek(key))

    def _means(self, claimed: ClaimedJob, lease: Lease, shown: LastRendered) -> JobContext:
        outside = self._outside
        return JobContext(
            slack=outside.slack.serving(claimed.job.kind, claimed.job.rank, lease.covers_a_call),
            settle=outside.settle,
            recorder=self._recorder,
            policy=outside.policy(),
            renderer=outside.renderer,
            plain=outside.plain,
            memory=self._memory,
            shown=shown,
            overheard=outside.overheard,
        )

    def _note(self, claimed: ClaimedJob, facts: Sequence[Fact], now: datetime, *, once: str = "") -> None:
        note_outcome(
            claimed.job.incident,
            facts,
            job=once or f"job:{claimed.id}:{claimed.generation}",
            recorder=self._recorder,
            policy=self._outside.policy(),
            at=now,
        )

    def _refused(self, claimed: ClaimedJob, error: str) -> None:
        """Give up what Slack refuses, unless people can open our channel to us again: they are told, and it waits."""
        job, now = claimed.job, self._outside.slack.now()
        if error not in _CLOSED_TO_US or job.kind not in _IN_ITS_CHANNEL:
            self._give_up(claimed, error)
            return
        self._again_or_never(claimed, error, _MOST_ATTEMPTS)
        told = f"closed:{job.incident.id}:{now:%Y-%m-%dT%H}"
        self._note(claimed, [DeliveryFailed(medium=Medium.SLACK, what=JobKind.RECONCILE, error=error)], now, once=told)

    def _again_or_never(self, claimed: ClaimedJob, error: str, most: int) -> None:
        if claimed.attempts >= most:
            self._give_up(claimed, error)
            return
        seconds = min(_LONGEST_WAIT_S, _FIRST_WAIT_S * 2 ** (claimed.attempts - 1))
        later = timedelta(seconds=seconds * random.uniform(0.75, 1.25))  # noqa: S311 - spreads retries, guards nothing
        self._jobs.retry(claimed, self._outside.slack.now() + later, error)

    def _give_up(self, claimed: ClaimedJob, error: str) -> None:
        """Bury the job and keep on the record what is missing in Slack because of it."""
        job, now = claimed.job, self._outside.slack.now()
        buried = self._jobs.dead(claimed, error, now)
        for dead in buried:
            _log.error("job %s is given up: %s", dead.job.key, dead.error)
        if buried and job.incident.id != WORKSPACE and job.kind is not JobKind.TIMER:
            self._note(claimed, [DeliveryFailed(medium=Medium.SLACK, what=job.kind, who=job.person, error=error)], now)
