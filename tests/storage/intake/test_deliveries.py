"""Deliveries wait until they are read, strangers fill no disk with them, and each is deleted after its time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from incident.entry import workspace_chain
from storage.intake import deliveries
from storage.intake.deliveries import QUARANTINE_RETENTION, READ_RETENTION, DeliveryState, StoredDelivery
from storage.store import Store
from tests.support.clock import T0

KEY = workspace_chain("T1")


def delivery(name: str, state: DeliveryState = DeliveryState.WAITS) -> StoredDelivery:
    body = b"Canary"
    return StoredDelivery(
        id=name, source="noc", received_at=T0, sha256="a" * 64, headers="{}", body=body, state=state, why="signature"
    )


def test_a_delivery_waits_until_it_is_read_and_one_job_reads_all(store: Store) -> None:
    store.deliveries.add([delivery("a"), delivery("b")], T0)
    store.deliveries.add([delivery("c")], T0)
    assert [one.id for one in store.deliveries.waiting(2)] == ["a", "b"]
    assert store.jobs.counts() == {("intake", "ready"): 1}

    store.deliveries.settle(["a", "b"], DeliveryState.READ)

    assert [(one.id, one.body) for one in store.deliveries.waiting(9)] == [("c", b"Canary")]


def test_once_the_quarantine_is_full_bodies_of_refused_requests_are_not_stored(
    sqlite_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliveries, "MOST_QUARANTINED", 1)
    for name in ("a", "b"):
        sqlite_store.deliveries.add([delivery(name, DeliveryState.REFUSED)], T0)
    sqlite_store.deliveries.add([delivery("c")], T0)

    assert [one.body for one in sqlite_store.deliveries.quarantined()] == [b"", b"Canary"]
    assert [one.body for one in sqlite_store.deliveries.waiting(9)] == [b"Canary"]


def test_what_was_read_goes_after_a_week_and_the_quarantine_after_a_month(sqlite_store: Store) -> None:
    stored = sqlite_store.deliveries
    stored.add([delivery("a"), delivery("b"), delivery("c", DeliveryState.REFUSED)], T0)
    stored.settle(["a"], DeliveryState.READ)

    stored.delete_expired(T0 + QUARANTINE_RETENTION - timedelta(hours=1))
    assert [one.id for one in stored.quarantined()] == ["c"]
    stored.delete_expired(T0 + QUARANTINE_RETENTION + timedelta(hours=1))

    assert stored.quarantined() == []
    assert [one.id for one in stored.waiting(9)] == ["b"]
    assert READ_RETENTION < QUARANTINE_RETENTION


def test_keys_of_alerts_are_deleted_by_their_month_and_no_other_key(sqlite_store: Store) -> None:
    old, new, other = "alert:2026-03:x", "alert:2026-06:x", "posted:C1:1.0"
    sqlite_store.recorder.transact(lambda unit: unit.claim(KEY, (old, new, other)))

    sqlite_store.deliveries.delete_expired(T0)

    again = sqlite_store.recorder.transact(lambda unit: unit.claim(KEY, (old, new, other)))
    assert again == {old}


def test_no_body_shows_in_a_representation() -> None:
    assert "Canary" not in f"{delivery('a')!r} {delivery('a')}"
