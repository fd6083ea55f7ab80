"""The job queue on both databases: nothing is lost, ordering keys keep their order, and a lost lease changes nothing."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from incident.entry import IncidentKey
from incident.jobs import LATER, URGENT, Job, JobKind
from storage.jobs.job_queue import ClaimedJob
from storage.jobs.job_table import JOB
from storage.store import Store, open_store
from tests.support.recorded_team import RECORD_START, TEAM

KEY = IncidentKey(TEAM, "01INC")


def job(key: str, **values: object) -> Job:
    return Job(**{"kind": JobKind.SAY, "key": key, "incident": KEY, **values})


def enqueue(store: Store, *jobs: Job, at: datetime = RECORD_START) -> None:
    store.recorder.transact(lambda unit: unit.enqueue(jobs, at))


def claim(store: Store, seconds: float = 0, *, limit: int = 10, owner: str = "w1") -> list[ClaimedJob]:
    return store.jobs.claim(RECORD_START + timedelta(seconds=seconds), owner, limit=limit, lease_seconds=60)


def keys(claimed: list[ClaimedJob]) -> list[str]:
    return [one.job.key for one in claimed]


def test_an_enqueued_job_is_claimed_once_and_then_done(store: Store) -> None:
    enqueue(store, job("a", entry=7))

    (one,) = claim(store)

    assert (one.job, one.version, one.attempts) == (job("a", entry=7), 1, 1)
    assert claim(store, owner="w2") == []
    assert store.jobs.complete(one, RECORD_START, result="C1")
    assert claim(store, 3600) == []
    assert store.jobs.due_count(RECORD_START) == 0


def test_nothing_is_enqueued_when_its_transaction_fails(store: Store) -> None:
    with pytest.raises(ZeroDivisionError):
        store.recorder.transact(lambda unit: (unit.enqueue([job("a")], RECORD_START), 1 // 0))

    assert claim(store) == []


def test_enqueueing_a_key_again_keeps_one_job_with_the_newest_payload(store: Store) -> None:
    enqueue(store, job("card", entry=1))
    enqueue(store, job("card", entry=2))

    (one,) = claim(store)

    assert (one.job.entry, one.version) == (2, 2)
    assert store.jobs.complete(one, RECORD_START)


def test_enqueueing_an_unclaimed_job_unchanged_writes_nothing_and_a_claimed_one_gets_a_new_version(
    store: Store,
) -> None:
    later = RECORD_START + timedelta(seconds=1)
    enqueue(store, job("card"), job("topic", rank=URGENT))
    enqueue(store, job("card"), job("topic", rank=LATER), at=later)

    topic, card = claim(store, 1)
    assert [(one.job.key, one.version) for one in (topic, card)] == [("topic", 2), ("card", 1)]
    enqueue(store, job("card"), at=later)

    assert not store.jobs.complete(card, later)
    assert keys(claim(store, 1)) == ["card"]


def test_a_change_during_an_inflight_refresh_is_served_afterwards(store: Store) -> None:
    """Without versions the completion of the first run would swallow the second request."""
    enqueue(store, job("card", entry=1))
    (one,) = claim(store)
    enqueue(store, job("card", entry=2), at=RECORD_START + timedelta(seconds=1))

    assert not store.jobs.complete(one, RECORD_START)

    assert store.jobs.due_count(RECORD_START + timedelta(seconds=1)) == 1
    (again,) = claim(store, 1)
    assert (again.job.entry, again.version, again.attempts) == (2, 2, 1)
    assert store.jobs.complete(again, RECORD_START)


def test_a_done_key_can_be_enqueued_again(store: Store) -> None:
    for _ in range(2):
        enqueue(store, job("card"))
        (one,) = claim(store)
        assert store.jobs.complete(one, RECORD_START)

    assert store.jobs.due_count(RECORD_START) == 0


def test_urgent_jobs_go_first_then_the_older(store: Store) -> None:
    enqueue(store, job("late", rank=LATER), job("second"), job("urgent", rank=URGENT))
    enqueue(store, job("first", run_at=RECORD_START - timedelta(minutes=1)))

    assert keys(claim(store, limit=3)) == ["urgent", "first", "second"]


def test_a_job_waits_for_its_time(store: Store) -> None:
    enqueue(store, job("timer", run_at=RECORD_START + timedelta(minutes=5)))

    assert claim(store) == []
    assert store.jobs.next_run_at() == RECORD_START + timedelta(minutes=5)
    assert store.jobs.due_count(RECORD_START) == 0
    assert keys(claim(store, 300)) == ["timer"]


def test_a_debounce_that_is_renewed_does_not_put_the_work_off(store: Store) -> None:
    for second in range(5):
        enqueue(store, job("card", run_at=RECORD_START + timedelta(seconds=second + 2)))

    assert store.jobs.next_run_at() == RECORD_START + timedelta(seconds=2)


def test_a_timer_has_the_time_it_was_given_last(store: Store) -> None:
    for minutes in (5, 30):
        enqueue(store, job("timer", kind=JobKind.TIMER, run_at=RECORD_START + timedelta(minutes=minutes)))

    assert store.jobs.next_run_at() == RECORD_START + timedelta(minutes=30)


def test_a_timer_enqueued_again_while_it_runs_waits_for_the_new_time(store: Store) -> None:
    enqueue(store, job("timer", kind=JobKind.TIMER, run_at=RECORD_START))
    (one,) = claim(store)
    enqueue(store, job("timer", kind=JobKind.TIMER, run_at=RECORD_START + timedelta(minutes=30)))

    assert not store.jobs.complete(one, RECORD_START)

    assert claim(store) == []
    assert store.jobs.next_run_at() == RECORD_START + timedelta(minutes=30)


def test_an_ordering_key_keeps_its_order_even_when_its_first_job_waits(store: Store) -> None:
    enqueue(
        store,
        job("one", ordering_key="L"),
        job("two", ordering_key="L", rank=URGENT),
        job("other", ordering_key="M"),
        job("free"),
    )

    first = claim(store)

    assert keys(first) == ["one", "other", "free"]
    head = first[0]
    assert store.jobs.retry(head, RECORD_START + timedelta(seconds=30), "timeout")
    assert claim(store, 10) == []
    (head,) = claim(store, 30)
    assert (head.job.key, head.attempts) == ("one", 2)
    assert store.jobs.complete(head, RECORD_START)
    assert keys(claim(store, 31)) == ["two"]


def test_a_dead_job_frees_its_ordering_key(store: Store) -> None:
    enqueue(store, job("one", ordering_key="L"), job("two", ordering_key="L"))
    (one,) = claim(store)

    assert [dead.job.key for dead in store.jobs.dead_letter(one, "channel_not_found", RECORD_START)] == ["one"]

    assert keys(claim(store)) == ["two"]
    assert [(dead.job.key, dead.error) for dead in store.jobs.dead_letters()] == [("one", "channel_not_found")]


def test_jobs_that_need_a_result_wait_for_it(store: Store) -> None:
    enqueue(store, job("card", needs="channel", rank=URGENT), job("channel"))

    (one,) = claim(store)
    assert one.job.key == "channel"
    assert claim(store, 1) == []
    store.jobs.complete(one, RECORD_START)

    assert keys(claim(store, 2)) == ["card"]


def test_the_dependents_of_a_dead_job_die_with_it_and_say_so(store: Store) -> None:
    enqueue(store, job("channel"), job("card", needs="channel"), job("pin", needs="card"), job("free"))
    (one, free) = claim(store)

    dead = store.jobs.dead_letter(one, "restricted_action", RECORD_START)

    assert [(d.job.key, d.error) for d in dead] == [
        ("channel", "restricted_action"),
        ("card", "needs channel, which died: restricted_action"),
        ("pin", "needs channel, which died: restricted_action"),
    ]
    assert store.jobs.complete(free, RECORD_START)
    assert store.jobs.due_count(RECORD_START) == 0
    enqueue(store, job("say", needs="channel"))
    assert claim(store, 1) == []
    assert store.jobs.dead_letters()[0].error == "needs channel, which died"


def test_a_dead_job_can_be_retried(store: Store) -> None:
    enqueue(store, job("channel"))
    (one,) = claim(store)
    (dead,) = store.jobs.dead_letter(one, "restricted_action", RECORD_START)

    assert store.jobs.retry_dead(dead.id, RECORD_START)
    assert not store.jobs.retry_dead(dead.id, RECORD_START)

    (again,) = claim(store)
    assert (again.job.key, again.attempts) == ("channel", 2)


def test_a_version_enqueued_since_the_claim_outlives_the_failure(store: Store) -> None:
    enqueue(store, job("card", entry=1))
    (one,) = claim(store)
    enqueue(store, job("card", entry=2))

    assert store.jobs.dead_letter(one, "msg_too_long", RECORD_START) == ()

    (again,) = claim(store)
    assert (again.job.entry, again.attempts) == (2, 2)


def test_a_late_owner_changes_nothing(store: Store) -> None:
    enqueue(store, job("a"))
    (late,) = claim(store, owner="w1")

    (heir,) = claim(store, 61, owner="w2")

    assert heir.attempts == 2
    assert not store.jobs.complete(late, RECORD_START)
    assert not store.jobs.retry(late, RECORD_START, "timeout")
    assert not store.jobs.postpone(late, RECORD_START)
    assert store.jobs.dead_letter(late, "x", RECORD_START) == ()
    assert store.jobs.complete(heir, RECORD_START)


def test_the_same_owner_is_fenced_from_its_own_earlier_claim(store: Store) -> None:
    enqueue(store, job("a"))
    (late,) = claim(store)
    (heir,) = claim(store, 61)

    assert not store.jobs.complete(late, RECORD_START)
    assert store.jobs.complete(heir, RECORD_START)


def test_a_lease_that_runs_is_when_to_look_again(store: Store) -> None:
    enqueue(store, job("a"))
    claim(store)

    assert store.jobs.next_run_at() == RECORD_START + timedelta(seconds=60)
    assert store.jobs.due_count(RECORD_START) == 1


def test_a_failing_job_keeps_its_back_off_when_it_is_enqueued_again(store: Store) -> None:
    enqueue(store, job("card"))
    (one,) = claim(store)
    store.jobs.retry(one, RECORD_START + timedelta(seconds=30), "timeout")

    enqueue(store, job("card"))

    assert claim(store, 1) == []
    (again,) = claim(store, 30)
    assert (again.attempts, again.version) == (2, 2)


def test_postponing_is_no_attempt(store: Store) -> None:
    enqueue(store, job("a"))
    (one,) = claim(store)

    assert store.jobs.postpone(one, RECORD_START + timedelta(seconds=5))

    (again,) = claim(store, 5)
    assert again.attempts == 1


def test_a_cancelled_job_is_deleted_with_its_dependents(store: Store) -> None:
    enqueue(store, job("a"), job("b", needs="a"), job("c"))
    (one, _) = claim(store)

    store.recorder.transact(lambda unit: unit.cancel(["a"]))

    assert not store.jobs.complete(one, RECORD_START)
    assert keys(claim(store, 61)) == ["c"]


def test_one_teams_keys_are_not_anothers(store: Store, database_url: str) -> None:
    other = IncidentKey("T2", "01INC")
    enqueue(store, job("a", ordering_key="L"), job("a", ordering_key="L", incident=other))

    store.recorder.transact(lambda unit: unit.cancel(["a"]))

    with open_store(database_url, team=other.team) as theirs:
        assert [one.job.incident for one in claim(theirs)] == [other]


def test_many_claimers_share_the_work_without_taking_anything_twice(store: Store) -> None:
    enqueue(store, *(job(f"j{n:03d}", ordering_key=f"L{n % 7}") for n in range(140)))
    done: list[str] = []

    def work(owner: str) -> None:
        while store.jobs.due_count(RECORD_START):
            for one in store.jobs.claim(RECORD_START, owner, limit=5, lease_seconds=60):
                done.append(one.job.key)
                assert store.jobs.complete(one, RECORD_START)

    threads = [threading.Thread(target=work, args=(f"w{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(done) == [f"j{n:03d}" for n in range(140)]
    for lane in range(7):
        in_order = [key for key in done if int(key[1:]) % 7 == lane]
        assert in_order == sorted(in_order)


def test_done_jobs_are_pruned_and_dead_letters_are_not(store: Store) -> None:
    enqueue(store, job("a"), job("b"))
    done, dead = claim(store)
    store.jobs.complete(done, RECORD_START)
    store.jobs.dead_letter(dead, "x", RECORD_START)

    assert store.jobs.prune(RECORD_START + timedelta(hours=48, seconds=1)) == 1
    assert len(store.jobs.dead_letters()) == 1


def test_a_payload_names_the_ordering_key_as_earlier_releases_did(store: Store) -> None:
    enqueue(store, job("a", ordering_key="L"))

    (payload,) = store.transactions.read(lambda connection: connection.execute(select(JOB.c.payload)).scalars().all())

    assert '"lane":"L"' in payload
    assert "ordering_key" not in payload
    assert claim(store)[0].job == job("a", ordering_key="L")
