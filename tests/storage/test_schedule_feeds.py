"""The copies of feeds: stored whole, apart for each team, dropped with their feed."""

from __future__ import annotations

from roles.person_ids import PersonId
from roles.schedules.feed_copy import FeedCopy, FeedShift
from storage.store import Store
from tests.support.clock import T

SHIFT = FeedShift(start=T(0), end=T(60), person=PersonId("slack:T1:UADA"), layer=2)
GOOD = FeedCopy(schedule="payments", checked_at=T(1), fetched_at=T(1), shifts=(SHIFT,), unmatched=1)
FAILING = FeedCopy(schedule="search", checked_at=T(2), failing_since=T(1), problem="unreachable")


def keep(store: Store, *copies: FeedCopy, team: str = "T1") -> None:
    store.recorder.transact(lambda unit: unit.store_feeds(team, copies))


def stored(store: Store) -> tuple[FeedCopy, ...]:
    return tuple(store.recorder.read(lambda reader: reader.feed_copies("T1")))


def test_a_copy_is_read_as_it_was_stored_and_the_last_one_counts(store: Store) -> None:
    keep(store, GOOD.model_copy(update={"shifts": ()}), FAILING)
    keep(store, GOOD, FAILING)

    assert stored(store) == (GOOD, FAILING)


def test_the_copy_of_a_schedule_without_a_feed_is_dropped(store: Store) -> None:
    keep(store, GOOD, FAILING)
    keep(store, FAILING)
    assert stored(store) == (FAILING,)

    keep(store)
    assert stored(store) == ()


def test_another_team_s_copies_are_its_own(store: Store) -> None:
    keep(store, GOOD)
    keep(store, FAILING, team="T2")

    assert stored(store) == (GOOD,)
