"""Items that arrive together are recorded together, a lone item does not wait, and each gets its own error."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.slack.capture.batcher import Batcher
from storage.database.time_limit import time_limit
from storage.errors import Unavailable

PATIENCE = 20


class Record:
    """A record function that can be held while other items arrive."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.entered, self.may_go_on = threading.Event(), threading.Event()

    def __call__(self, many: Sequence[int]) -> list[str]:
        self.batches.append(list(many))
        self.entered.set()
        assert self.may_go_on.wait(PATIENCE)
        if 13 in many:
            raise ValueError("thirteen")
        if 666 in many:
            raise KeyboardInterrupt
        return [f"recorded {one}" for one in many]


@pytest.fixture
def record() -> Record:
    return Record()


def submitted_in_order(batcher: Batcher[int, str], record: Record, pool: ThreadPoolExecutor, many: Sequence[int]):
    """Submit one item and hold it, then all the others, each once the item before it waits."""
    futures = [pool.submit(batcher.record, many[0], record)]
    assert record.entered.wait(PATIENCE)
    for n, one in enumerate(many[1:], start=1):
        futures.append(pool.submit(batcher.record, one, record))
        deadline = threading.Event()
        while len(batcher._waiting) < n:
            assert not deadline.wait(0.001)
    return futures


def test_a_lone_item_is_recorded_at_once(record: Record) -> None:
    record.may_go_on.set()
    batcher: Batcher[int, str] = Batcher()

    assert [batcher.record(n, record) for n in (1, 2)] == ["recorded 1", "recorded 2"]
    assert record.batches == [[1], [2]]


def test_queued_items_are_recorded_together_in_order_up_to_the_limit(record: Record) -> None:
    batcher: Batcher[int, str] = Batcher(most=3)

    with ThreadPoolExecutor(8) as pool:
        futures = submitted_in_order(batcher, record, pool, range(1, 7))
        record.may_go_on.set()
        results = [future.result(PATIENCE) for future in futures]

    assert results == [f"recorded {n}" for n in range(1, 7)]
    assert record.batches == [[1], [2, 3, 4], [5, 6]]


def test_an_error_is_raised_for_the_item_that_caused_it_alone(record: Record) -> None:
    batcher: Batcher[int, str] = Batcher()

    with ThreadPoolExecutor(8) as pool:
        futures = submitted_in_order(batcher, record, pool, (1, 12, 13, 14))
        record.may_go_on.set()
        with pytest.raises(ValueError, match="thirteen"):
            futures[2].result(PATIENCE)
        assert [futures[n].result(PATIENCE) for n in (0, 1, 3)] == ["recorded 1", "recorded 12", "recorded 14"]

    assert batcher.record(15, record) == "recorded 15"


def test_an_interrupt_ends_the_leader_and_the_others_continue(record: Record) -> None:
    batcher: Batcher[int, str] = Batcher()

    with ThreadPoolExecutor(8) as pool:
        futures = submitted_in_order(batcher, record, pool, (1, 666, 14))
        record.may_go_on.set()
        with pytest.raises(KeyboardInterrupt):
            futures[1].result(PATIENCE)
        assert [futures[n].result(PATIENCE) for n in (0, 2)] == ["recorded 1", "recorded 14"]

    assert record.batches == [[1], [666, 14], [14]], "and it is not recorded a second time"
    assert batcher.record(15, record) == "recorded 15"


def test_an_error_of_a_lone_item_is_raised_for_it(record: Record) -> None:
    record.may_go_on.set()
    batcher: Batcher[int, str] = Batcher()

    with pytest.raises(ValueError, match="thirteen"):
        batcher.record(13, record)

    assert record.batches == [[13], [13]]


def test_an_item_past_its_deadline_is_dropped_and_the_others_are_recorded(record: Record) -> None:
    batcher: Batcher[int, str] = Batcher()

    with ThreadPoolExecutor(8) as pool:
        (first,) = submitted_in_order(batcher, record, pool, (1,))
        with pytest.raises(Unavailable), time_limit(0.05):
            batcher.record(2, record)
        record.may_go_on.set()
        assert first.result(PATIENCE) == "recorded 1"

    assert batcher.record(3, record) == "recorded 3"
    assert record.batches == [[1], [3]]


def test_each_of_many_threads_gets_its_own_result(record: Record) -> None:
    record.may_go_on.set()
    batcher: Batcher[int, str] = Batcher(most=7)

    with ThreadPoolExecutor(16) as pool:
        results = list(pool.map(lambda n: batcher.record(n, record), range(20, 520)))

    assert results == [f"recorded {n}" for n in range(20, 520)]
    assert sorted(n for batch in record.batches for n in batch) == list(range(20, 520))
