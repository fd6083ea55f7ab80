"""The worker and its port with a channel that is not Slack: each of the four results, with no Slack anywhere."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot.clock import SetClock
from bot.worker.job_runner import WorkerDependencies
from bot.worker.port import Delivered, JobRun, RateLimited, Refused, Result, Unknown
from bot.worker.worker import Worker
from commands.core.record_service import FixedPolicy
from commands.core.request import Actor, Place, Request
from commands.core.run import run as run_request
from incident.entries.conversation import Noted
from incident.entries.delivery import OWN_FAULT
from incident.entry import Entry, EntryPoint, IncidentKey, Source
from incident.jobs import Job, JobKind
from storage.store import Store
from tests.support.policies import worker_policy
from tests.support.worker_env import PEOPLE, START

RESPONDER = "slack:T1:U1"
POLICY = worker_policy("T1", {name: f"U{n}" for n, name in enumerate(PEOPLE)})


class Pager:
    """A pager service with a mailbox. It answers each attempt to send with the next of the results it was given."""

    def __init__(self) -> None:
        self.results: list[Result] = []
        self.mailbox: dict[str, str] = {}
        self.attempts: list[JobRun] = []
        self.last_refs: list[str | None] = []

    def send(self, run: JobRun) -> Result:
        """Send once: a retry looks in the mailbox first."""
        self.attempts.append(run)
        self.last_refs.append(run.last_ref())
        run.check_lease(run.at)
        result = self.results.pop(0) if self.results else None
        if isinstance(result, RateLimited | Refused):
            return result
        ref = None if run.is_first else self.mailbox.get(run.job.key)
        if ref is None:
            ref = self.mailbox[run.job.key] = f"page-{len(self.mailbox) + 1}"
        return result or Delivered(ref, (Noted(text=f"paged as {ref}"),))


class Pagers:
    """An incident, a worker and a pager."""

    def __init__(self, store: Store) -> None:
        self.store, self.clock, self.pager = store, SetClock(START), Pager()
        request = Request(
            verb="declare",
            fields={"title": "Payments fail", "service": "checkout", "impact": 1, "urgency": 1},
            actor=Actor(id=RESPONDER, groups=frozenset({"responder"})),
            team="T1",
            place=Place(),
            source=Source(surface=EntryPoint.COMMAND),
            key="declare",
            at=START,
        )
        outcome = run_request(request, recorder=store.recorder, policy=POLICY, policy_hash="0" * 64)
        assert outcome.key is not None
        self.key: IncidentKey = outcome.key
        self.handlers = {kind: lambda run: Delivered() for kind in JobKind} | {JobKind.PAGE: self.pager.send}
        needs = WorkerDependencies(handlers=self.handlers, policy=FixedPolicy(POLICY), clock=self.clock)
        self.worker = Worker(store, needs, owner="pager")

    def page(self, *results: Result, key: str = "page:1") -> None:
        """Enqueue a page that the pager answers with these results, and run what is due."""
        self.pager.results = list(results)
        job = Job(kind=JobKind.PAGE, key=key, incident=self.key, person=RESPONDER)
        self.store.recorder.transact(lambda unit: unit.enqueue([job], self.clock.now()))
        self.after(0)

    def after(self, seconds: float) -> None:
        """Move the clock and run what is due."""
        self.clock.set(self.clock.now() + timedelta(seconds=seconds))
        self.worker.drain(self.clock.now())

    def recorded(self, kind: str) -> list[Entry]:
        return list(self.store.recorder.read(lambda reader: reader.entries(self.key, kinds=(kind,))))

    def notes(self) -> list[str]:
        return [entry.fact.text for entry in self.recorded("noted")]


@pytest.fixture
def pagers(sqlite_store: Store) -> Iterator[Pagers]:
    built = Pagers(sqlite_store)
    yield built
    built.worker.stop()


def test_a_delivery_is_recorded_once_and_its_reference_reaches_the_next_run_of_the_key(pagers: Pagers) -> None:
    pagers.page()
    pagers.page()

    assert pagers.notes() == ["paged as page-1", "paged as page-2"]
    assert pagers.pager.last_refs == [None, "page-1"]
    assert pagers.store.jobs.due_count(pagers.clock.now()) == 0


def test_a_rate_limited_job_is_postponed_and_the_run_does_not_count_as_an_attempt(pagers: Pagers) -> None:
    pagers.page(RateLimited(START + timedelta(seconds=30)))
    pagers.after(29)
    assert len(pagers.pager.attempts) == 1

    pagers.after(1)

    assert [run.is_first for run in pagers.pager.attempts] == [True, True]
    assert pagers.notes() == ["paged as page-1"]


def test_a_job_with_an_unknown_outcome_is_looked_up_before_it_is_sent_again(pagers: Pagers) -> None:
    pagers.page(Unknown("no response within ten seconds"))
    assert pagers.notes() == []

    pagers.after(5)

    assert [run.is_first for run in pagers.pager.attempts] == [True, False]
    assert pagers.pager.mailbox == {"page:1": "page-1"}
    assert pagers.notes() == ["paged as page-1"]


def test_an_outcome_that_stays_unknown_ends_as_a_dead_letter(pagers: Pagers) -> None:
    pagers.page(*[Unknown("the network is down")] * 40)
    for _ in range(40):
        pagers.after(400)

    assert len(pagers.pager.attempts) == 30
    assert [dead.error for dead in pagers.store.jobs.dead_letters()] == ["the network is down"]


def test_a_permanent_refusal_makes_a_dead_letter_that_is_on_the_record(pagers: Pagers) -> None:
    pagers.page(Refused("number not in service"))
    pagers.after(600)

    [lost] = pagers.recorded("place_lost")
    assert (lost.fact.what, lost.fact.who, lost.fact.error) == ("page", RESPONDER, "number not in service")
    assert [dead.error for dead in pagers.store.jobs.dead_letters()] == ["number not in service"]
    assert len(pagers.pager.attempts) == 1


def test_a_refusal_that_people_can_resolve_is_retried_and_recorded_once_an_hour(pagers: Pagers) -> None:
    refused = Refused("mailbox full", permanent=False, facts=(Noted(text="mailbox full"),))
    pagers.page(*[refused] * 5)
    pagers.after(2)
    pagers.after(4)
    assert pagers.notes() == ["mailbox full"]

    for _ in range(4):
        pagers.after(60)

    assert pagers.notes() == ["mailbox full", "paged as page-1"]
    assert pagers.store.jobs.dead_letters() == ()


def test_a_handler_that_raises_is_retried_five_times(pagers: Pagers) -> None:
    def broken(run: JobRun) -> Result:
        raise ZeroDivisionError("a bug")

    pagers.handlers[JobKind.PAGE] = broken
    pagers.page()
    for _ in range(10):
        pagers.after(400)

    assert [dead.error for dead in pagers.store.jobs.dead_letters()] == ["ZeroDivisionError: a bug"]
    [lost] = pagers.recorded("place_lost")
    assert lost.fact.error == OWN_FAULT, "its words are for the log"


def test_the_worker_loads_no_slack_module() -> None:
    script = "import sys, bot.worker.worker; sys.exit(any(m.startswith(('bot.slack', 'slack_')) for m in sys.modules))"

    assert subprocess.run([sys.executable, "-c", script], timeout=60).returncode == 0
