"""Heartbeats: the latest of all processes counts, and no row goes back in time."""

from __future__ import annotations

from datetime import timedelta

from storage.store import Store
from tests.support.clock import T0


def test_before_the_first_start_nothing_is_known(store: Store) -> None:
    assert store.heartbeats.latest() is None


def test_the_last_moment_any_process_was_connected_is_known(store: Store) -> None:
    store.heartbeats.record("one", T0)
    store.heartbeats.record("two", T0 + timedelta(minutes=5))
    store.heartbeats.record("one", T0 + timedelta(minutes=2))

    assert store.heartbeats.latest() == T0 + timedelta(minutes=5)


def test_a_late_heartbeat_does_not_overwrite_a_newer_one(store: Store) -> None:
    store.heartbeats.record("one", T0 + timedelta(minutes=5))
    store.heartbeats.record("one", T0)

    assert store.heartbeats.latest() == T0 + timedelta(minutes=5)


def test_old_rows_go_but_the_newest_stays_however_old_it_is(store: Store) -> None:
    store.heartbeats.record("one", T0)
    store.heartbeats.record("two", T0 + timedelta(minutes=1))

    gone = store.heartbeats.delete_expired(T0 + timedelta(days=30))

    assert gone == 1
    assert store.heartbeats.latest() == T0 + timedelta(minutes=1)


def test_a_heartbeat_in_the_future_is_dated_now_after_the_clock_was_set_back(store: Store) -> None:
    store.heartbeats.record("one", T0 + timedelta(hours=2))

    store.heartbeats.bring_forward(T0)

    assert store.heartbeats.latest() == T0
