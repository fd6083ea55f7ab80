"""Jobs belong to a team: two teams on one database claim, count, list, revive, cancel and delete their own jobs only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from incident.entry import IncidentKey
from incident.jobs import Job, JobKind
from storage.errors import TeamRequired
from storage.jobs.job_queue import ClaimedJob
from storage.store import Store, open_store
from tests.support.recorded_team import RECORD_START

OTHER = "T2"
LATER = RECORD_START + timedelta(minutes=30)


@pytest.fixture
def theirs(database_url: str, store: Store) -> Iterator[Store]:
    """Yield another team's store on the database of `store`."""
    with open_store(database_url, team=OTHER) as opened:
        yield opened


def want(store: Store, key: str, **values: object) -> None:
    incident = IncidentKey(store.team or "", "01INC")
    job = Job(**{"kind": JobKind.SAY, "key": key, "incident": incident, **values})
    store.recorder.transact(lambda unit: unit.enqueue([job], RECORD_START))


def claim(store: Store) -> list[ClaimedJob]:
    return store.jobs.claim(RECORD_START, "w1")


def test_each_team_claims_its_own_jobs(store: Store, theirs: Store) -> None:
    want(store, "ours")
    want(theirs, "theirs")

    assert [one.job.key for one in claim(theirs)] == ["theirs"]
    assert [one.job.key for one in claim(store)] == ["ours"]


def test_urgent_jobs_of_one_team_do_not_fill_the_limit_of_another(store: Store, theirs: Store) -> None:
    for n in range(5):
        want(theirs, f"theirs{n}", rank=0)
    want(store, "ours", rank=3)

    assert [one.job.key for one in store.jobs.claim(RECORD_START, "w1", limit=2)] == ["ours"]


def test_each_team_counts_its_own_jobs(store: Store, theirs: Store) -> None:
    want(theirs, "late")
    want(store, "soon", run_at=LATER)

    assert (store.jobs.due_count(RECORD_START), theirs.jobs.due_count(RECORD_START)) == (0, 1)
    assert (store.jobs.oldest_due(RECORD_START), theirs.jobs.oldest_due(RECORD_START)) == (None, RECORD_START)
    assert (store.jobs.next_run_at(), theirs.jobs.next_run_at()) == (LATER, RECORD_START)
    (held,) = claim(theirs)
    assert (store.jobs.counts(), theirs.jobs.counts()) == ({("say", "ready"): 1}, {("say", "held"): 1})
    theirs.jobs.dead_letter(held, "no", RECORD_START)
    assert (store.jobs.counts(), theirs.jobs.counts()) == ({("say", "ready"): 1}, {("say", "dead"): 1})


def test_each_team_lists_and_retries_its_own_dead_letters(store: Store, theirs: Store) -> None:
    want(theirs, "theirs")
    (dead,) = theirs.jobs.dead_letter(claim(theirs)[0], "no", RECORD_START)

    assert store.jobs.dead_letters() == ()
    assert not store.jobs.retry_dead(dead.id, RECORD_START)
    assert theirs.jobs.dead_letters() == (dead,)
    assert theirs.jobs.retry_dead(dead.id, RECORD_START)


def test_each_team_cancels_its_own_jobs_and_their_dependents(store: Store, theirs: Store) -> None:
    for each in (store, theirs):
        want(each, "channel")
        want(each, "card", needs="channel")

    store.recorder.transact(lambda unit: unit.cancel(["channel"]))

    assert (store.jobs.due_count(RECORD_START), theirs.jobs.due_count(RECORD_START)) == (0, 2)


def test_each_team_deletes_its_own_old_jobs(store: Store, theirs: Store) -> None:
    want(theirs, "theirs")
    assert theirs.jobs.complete(claim(theirs)[0], RECORD_START)

    assert store.jobs.prune(LATER + timedelta(days=2)) == 0
    assert theirs.jobs.prune(LATER + timedelta(days=2)) == 1


@pytest.mark.parametrize(
    "ask",
    [
        lambda store: store.jobs.claim(RECORD_START, "w1"),
        lambda store: store.jobs.retry_dead(1, RECORD_START),
        lambda store: store.jobs.next_run_at(),
        lambda store: store.jobs.oldest_due(RECORD_START),
        lambda store: store.jobs.counts(),
        lambda store: store.jobs.due_count(RECORD_START),
        lambda store: store.jobs.dead_letters(),
        lambda store: store.jobs.prune(RECORD_START),
        lambda store: store.recorder.transact(lambda unit: unit.cancel(["a"])),
    ],
    ids=["claim", "revive", "earliest", "oldest due", "counts", "outstanding", "dead", "delete", "cancel"],
)
def test_a_store_without_a_team_has_no_jobs(sqlite_url: str, ask: Callable[[Store], object]) -> None:
    with open_store(sqlite_url) as store, pytest.raises(TeamRequired, match="with a team"):
        ask(store)
