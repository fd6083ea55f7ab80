"""Daily jobs on the record: publish the root, time-stamp it, delete expired incidents. Each runs once, late if a service is down."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.scheduler import enqueue_daily
from bot.timestamp_authority import Authority as Named
from bot.timestamp_authority import certificates_in
from bot.worker.handlers.integrity_jobs import DAILY, IntegrityJobs
from bot.worker.job_runner import _MAX_ATTEMPTS
from bot.worker.worker import Worker
from incident.entry import IncidentKey, workspace_chain
from incident.jobs import JobKind
from incident.policy import Policy
from storage.integrity.rfc3161_timestamps import TIMESTAMP
from storage.integrity.signing_keys import Signer, new_key
from storage.maintenance.verification import VerificationEvidence, verify, verify_with
from storage.triggers import record_triggers
from tests.support.tsa_server import TsaServer
from tests.support.worker_env import START, WorkerEnv, posts, worker_env_on


class InForce:
    """A policy source for the worker, with a fixed policy in force."""

    def __init__(self, policy: Policy) -> None:
        self.policy, self.hash = policy, "p" * 64


@pytest.fixture
def authority(tmp_path: Path) -> Iterator[TsaServer]:
    (tmp_path / "tsa").mkdir()
    opened = TsaServer(tmp_path / "tsa")
    yield opened
    opened.close()


@pytest.fixture
def signer(tmp_path: Path) -> Signer:
    return new_key(tmp_path / "key.pem")


@pytest.fixture
def keeper(store) -> Iterator[WorkerEnv]:
    with worker_env_on(store, audit_channel="#incidents", retention={"default": 3}) as rig:
        store.team = rig.team
        for part in (store.checkpoints, store.timestamps, store.retention, store.signing_keys):
            part._team = rig.team
        yield rig


def day(rig: WorkerEnv, at: datetime, authority: TsaServer | None = None, kinds: tuple[JobKind, ...] = DAILY) -> int:
    """Enqueue and run the jobs of a day."""
    rig.clock.set(at)
    enqueue_daily(rig.store.recorder, rig.team, kinds, at)
    with daily_worker(rig, authority) as worker:
        return worker.drain(at)


@contextmanager
def daily_worker(rig: WorkerEnv, authority: TsaServer | None) -> Iterator[Worker]:
    named = authority and Named(authority.url, roots_of(authority))
    jobs = IntegrityJobs(rig.store, lambda: InForce(rig.policy), authority=named)
    handlers = {**rig.adapter.handlers(jobs.slack_handlers), **jobs.handlers}
    worker = rig.another_worker("keeper", handlers=handlers)
    try:
        yield worker
    finally:
        worker.stop()


def roots_of(authority: TsaServer):
    return certificates_in(authority.root)


def audit(rig: WorkerEnv) -> list[str]:
    return [m.text for m in posts(rig.named("incidents"), rig.sandbox) if m.text.startswith("*Checkpoint")]


def published(rig: WorkerEnv) -> list[int]:
    entries = rig.entries(workspace_chain(rig.team), "checkpoint_published")
    return [entry.fact.seq for entry in entries]


def test_the_last_root_is_posted_once_a_day_and_the_posting_recorded(keeper: WorkerEnv, signer: Signer) -> None:
    keeper.declare()
    keeper.drain()
    taken = keeper.store.checkpoints.take(START, signer)

    for hour in (0, 3, 9):
        day(keeper, START + timedelta(hours=hour))

    [posted] = audit(keeper)
    assert f"`{taken.root}`" in posted
    assert f"`{signer.public_key}`" in posted
    assert f"muster verify --seen 1:{taken.root}" in posted
    assert published(keeper) == [1]
    keeper.store.checkpoints.take(START + timedelta(hours=10), signer)
    day(keeper, START + timedelta(days=1))
    assert (len(audit(keeper)), published(keeper)) == (2, [1, 2])
    assert verify(keeper.store).is_sound


def test_an_unsigned_root_says_so(keeper: WorkerEnv) -> None:
    keeper.declare()
    keeper.drain()
    keeper.store.checkpoints.take(START, None)

    day(keeper, START)

    assert "Not signed: no key is configured" in audit(keeper)[0]


def test_before_the_first_checkpoint_nothing_is_posted(keeper: WorkerEnv, authority: TsaServer) -> None:
    day(keeper, START, authority)

    assert (audit(keeper), published(keeper), authority.asked) == ([], [], 0)


def test_a_checkpoint_is_stamped_by_the_authority_and_the_stamp_is_verified(
    keeper: WorkerEnv, signer: Signer, authority: TsaServer
) -> None:
    keeper.declare()
    keeper.drain()
    taken = keeper.store.checkpoints.take(START, signer)

    day(keeper, START, authority)
    day(keeper, START, authority)

    stamp = keeper.store.timestamps.of(taken.seq)
    roots = roots_of(authority)
    report = verify_with(keeper.store, VerificationEvidence(authorities=roots))
    assert authority.asked == 1
    assert stamp.authority == authority.url
    assert abs(stamp.stamped_at - datetime.now(stamp.stamped_at.tzinfo)) < timedelta(minutes=1)
    assert (report.problems, report.stamped) == ((), 1)


def test_a_stamp_waits_while_the_authority_is_unavailable(
    keeper: WorkerEnv, signer: Signer, authority: TsaServer
) -> None:
    """The job waits far longer than the retries of a failing job, since the authority is only unavailable."""
    keeper.declare(impact=3, urgency=3)  # A major incident would be prompted about all the time.
    keeper.drain()
    first = keeper.store.checkpoints.take(START, signer)
    authority.closed = True
    day(keeper, START, authority, (JobKind.STAMP,))
    with daily_worker(keeper, authority) as worker:
        for times in range(1, _MAX_ATTEMPTS + 2):
            keeper.clock.set(START + timedelta(minutes=10 * times))
            worker.drain(keeper.clock.now())
    assert authority.asked > _MAX_ATTEMPTS
    keeper.store.checkpoints.take(START + timedelta(minutes=400), signer)
    assert keeper.store.timestamps.of(first.seq) is None
    authority.closed = False

    day(keeper, START + timedelta(minutes=510), authority, (JobKind.STAMP,))

    assert keeper.store.timestamps.of(first.seq) is not None, "the one that was to be stamped that day"
    assert keeper.store.jobs.dead_letters() == ()


def test_a_refused_stamp_is_a_dead_letter_and_reported(keeper: WorkerEnv, signer: Signer, authority: TsaServer) -> None:
    keeper.declare()
    keeper.drain()
    keeper.store.checkpoints.take(START, signer)
    authority.refuses = True

    for hour in range(6):
        day(keeper, START + timedelta(hours=hour), authority, (JobKind.STAMP,))

    [dead] = keeper.store.jobs.dead_letters()
    assert dead.error.endswith("answers 403")


def test_a_stamp_of_another_root_or_another_authority_is_invalid(
    keeper: WorkerEnv, signer: Signer, authority: TsaServer, tmp_path: Path
) -> None:
    keeper.declare()
    keeper.drain()
    keeper.store.checkpoints.take(START, signer)
    day(keeper, START, authority)
    (tmp_path / "stranger").mkdir()
    stranger = TsaServer(tmp_path / "stranger")
    stranger.close()
    strange = roots_of(stranger)

    by_stranger = verify_with(keeper.store, VerificationEvidence(authorities=strange)).problems
    keeper.store.checkpoints.take(START + timedelta(hours=1), signer)
    keeper.store.transactions.write(lambda c: c.execute(TIMESTAMP.update().values(seq=2)).rowcount)
    of_another = verify(keeper.store).problems

    assert [p.kind for p in by_stranger] == ["stamp"]
    assert "the timestamp of checkpoint 1 is invalid" in by_stranger[0].what
    assert [p.what for p in of_another] == [
        "the timestamp of checkpoint 2 is invalid: it is a timestamp of something else"
    ]


def test_a_stamp_by_another_signer_is_not_recorded(
    keeper: WorkerEnv, signer: Signer, authority: TsaServer, tmp_path: Path
) -> None:
    keeper.declare()
    keeper.drain()
    taken = keeper.store.checkpoints.take(START, signer)
    (tmp_path / "stranger").mkdir()
    stranger = TsaServer(tmp_path / "stranger")
    stranger.root = authority.root

    for hour in range(6):
        day(keeper, START + timedelta(hours=hour), stranger, (JobKind.STAMP,))
    stranger.close()

    assert keeper.store.timestamps.of(taken.seq) is None
    assert len(keeper.store.jobs.dead_letters()) == 1


def test_expired_incidents_are_deleted_without_a_command_and_their_files_with_them(
    keeper: WorkerEnv, signer: Signer, tmp_path: Path
) -> None:
    keeper.store.files.open(tmp_path / "evidence")
    key = keeper.declare()
    other = IncidentKey(keeper.team, "01OTHER")
    stored = [keeper.store.files.store(one, [b"02:10 login"]).sha256 for one in (key, other)]
    keeper.drain()
    keeper.act("void", "ilse", key, as_="false_alarm", reason="The monitor itself was broken")
    keeper.after(minutes=5)
    keeper.store.checkpoints.take(keeper.clock.now(), signer)
    day(keeper, START + timedelta(days=365), kinds=(JobKind.RETENTION,))
    assert keeper.incident(key).is_over
    assert keeper.store.files.is_whole(key, stored[0])

    day(keeper, START + timedelta(days=3 * 366), kinds=(JobKind.RETENTION,))

    [tombstone] = keeper.entries(workspace_chain(keeper.team), "retired")
    assert (tombstone.fact.incident, tombstone.fact.policy_hash) == (key.id, "p" * 64)
    assert keeper.store.queries.incident(key) is None
    assert keeper.store.files.find(key, stored[0]) is None
    assert keeper.store.files.is_whole(other, stored[1])
    assert verify(keeper.store).is_sound


def test_a_record_that_does_not_verify_is_reported(keeper: WorkerEnv, signer: Signer) -> None:
    incident = keeper.declare()
    keeper.drain()
    keeper.store.checkpoints.take(START, signer)
    day(keeper, START, kinds=(JobKind.VERIFY,))
    assert found_problems(keeper) == []
    changed = f"UPDATE entry SET text = replace(text, 'facts', 'facta') WHERE n = 1 AND incident = '{incident.id}'"
    for work in (record_triggers.drop, lambda c: c.execute(text(changed)), record_triggers.install):
        keeper.store.transactions.write(lambda connection, work=work: work(connection) and None)

    first = (START.replace(day=1) + timedelta(days=40)).replace(day=1)
    day(keeper, first + timedelta(days=1), kinds=(JobKind.VERIFY,))
    assert found_problems(keeper) == [], "no entry was added to the chain"
    day(keeper, (first + timedelta(days=40)).replace(day=1), kinds=(JobKind.VERIFY,))

    [report] = found_problems(keeper)
    assert "tampered: entry 1 was changed" in report
    assert "tampered" in {one.kind for one in keeper.store.high_water_mark.problems}


def found_problems(rig: WorkerEnv) -> list[str]:
    sent = posts(rig.named("incidents"), rig.sandbox)
    return [m.text for m in sent if m.text.startswith("*The record does not verify.*")]
