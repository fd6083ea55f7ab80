"""A database that cannot take something now says so in one way, in time, and takes it again once it is back."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import Connection, event, text
from sqlalchemy.exc import OperationalError, ProgrammingError

from storage.database.engine import IDLE_IN_TRANSACTION_S, LOCK_WAIT_S
from storage.database.time_limit import time_limit
from storage.errors import Unavailable
from storage.store import Store, open_store
from tests.conftest import TEAM
from tests.support.db_proxy import DatabaseProxy, Mode
from tests.support.recorded_team import long_script, record
from tests.support.wait import until

PATIENCE = 1.0
HELD = 2.5


@pytest.fixture
def proxy(postgres_url: str) -> Iterator[DatabaseProxy]:
    opened = DatabaseProxy(postgres_url)
    yield opened
    opened.close()


@pytest.fixture
def far(proxy: DatabaseProxy) -> Iterator[Store]:
    """Yield a store whose connection to PostgreSQL can be cut."""
    with open_store(proxy.url, team=TEAM) as opened:
        record(opened, lambda number: long_script(number)[:1])
        yield opened
        proxy.set("ok")


def beat(connection: Connection) -> None:
    connection.execute(text("INSERT INTO presence VALUES (:team, :who, :at)"), {"team": TEAM, "who": "x", "at": "2026"})


def beats(store: Store) -> int:
    return store.transactions.read(lambda c: c.execute(text("SELECT count(*) FROM presence")).scalar_one())


def count_chains(connection: Connection) -> int:
    return int(connection.execute(text("SELECT count(*) FROM chain")).scalar_one())


def again(times: int, work: Callable[[], object]) -> None:
    for _ in range(times):
        work()


def chains_once_available(store: Store) -> int:
    """The number of chains, read as soon as the database answers again."""
    return until(lambda: _chains_if_available(store), "the database answers")[0]


def _chains_if_available(store: Store) -> tuple[int, ...]:
    try:
        return (store.transactions.read(count_chains),)
    except Unavailable:
        return ()


@pytest.mark.parametrize("mode", ["deaf", "slow", "reset", "refuse"])
def test_a_call_with_a_time_limit_fails_in_time_and_succeeds_after_recovery(
    far: Store, proxy: DatabaseProxy, mode: Mode
) -> None:
    proxy.set(mode)

    began = time.monotonic()
    with pytest.raises(Unavailable), time_limit(PATIENCE):
        again(10, lambda: far.transactions.write(count_chains))
    held = time.monotonic() - began
    proxy.set("ok")
    proxy.cut()

    assert held < HELD
    assert chains_once_available(far) == 1
    assert not far.availability.is_unavailable
    assert 0 < far.availability.seconds_unavailable < 20


def test_a_read_has_a_time_limit_too(far: Store, proxy: DatabaseProxy) -> None:
    proxy.set("deaf")

    began = time.monotonic()
    with pytest.raises(Unavailable, match="slow"), time_limit(PATIENCE):
        far.transactions.read(count_chains)

    assert time.monotonic() - began < HELD


def test_after_a_slow_failure_the_next_call_with_a_time_limit_fails_at_once(far: Store, proxy: DatabaseProxy) -> None:
    proxy.set("deaf")
    with pytest.raises(Unavailable), time_limit(PATIENCE):
        far.transactions.read(count_chains)

    began = time.monotonic()
    with pytest.raises(Unavailable), time_limit(PATIENCE):
        far.transactions.write(count_chains)

    assert time.monotonic() - began < 0.1


def test_connections_that_died_while_idle_are_not_handed_out(far: Store, proxy: DatabaseProxy) -> None:
    proxy.cut()

    assert far.transactions.read(count_chains) == 1


def test_a_lost_reply_to_a_commit_is_unavailable(far: Store, proxy: DatabaseProxy) -> None:
    proxy.set("lost_reply")

    with pytest.raises(Unavailable, match="gone"):
        record(far, lambda number: long_script(number)[:1])
    proxy.set("ok")

    assert chains_once_available(far) == 2


def test_a_lock_of_another_transaction_is_waited_for_within_the_time_limit(far: Store) -> None:
    with far.engine.begin() as other:
        other.execute(text("LOCK TABLE chain IN ACCESS EXCLUSIVE MODE"))

        began = time.monotonic()
        with pytest.raises(Unavailable), time_limit(0.5):
            far.transactions.read(count_chains)
        held = time.monotonic() - began

    assert held < 1.5
    assert far.transactions.read(count_chains) == 1


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("SET LOCAL default_transaction_read_only = on; SET TRANSACTION READ ONLY", "read_only"),
        ("SELECT pg_terminate_backend(pg_backend_pid())", "gone"),
        ("SET LOCAL statement_timeout = '50ms'; SELECT pg_sleep(1)", "slow"),
    ],
)
def test_each_kind_of_server_failure_has_its_reason(postgres_url: str, statement: str, why: str) -> None:
    def work(connection: Connection) -> None:
        for part in statement.split("; "):
            connection.execute(text(part))
        beat(connection)

    with open_store(postgres_url, team=TEAM) as store:
        with pytest.raises(Unavailable, match=why):
            store.transactions.write(work)

        assert beats(store) == 0


def test_a_replica_frozen_in_a_transaction_loses_its_locks(postgres_url: str) -> None:
    with open_store(postgres_url, team=TEAM) as frozen, open_store(postgres_url, team=TEAM) as other:

        def work(connection: Connection) -> None:
            shown = connection.execute(text("SHOW idle_in_transaction_session_timeout")).scalar_one()
            assert shown == f"{IDLE_IN_TRANSACTION_S}s"
            connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = '200ms'"))
            connection.execute(text("LOCK TABLE presence IN ACCESS EXCLUSIVE MODE"))
            with time_limit(20):
                other.transactions.write(beat)
            beat(connection)

        with pytest.raises(Unavailable, match=r"slow|gone"):
            frozen.transactions.write(work)

        assert beats(frozen) == beats(other) == 1


def test_the_transactions_of_a_stopped_process_do_not_keep_a_lock_one_after_another(postgres_url: str) -> None:
    with open_store(postgres_url, team=TEAM) as frozen, open_store(postgres_url, team=TEAM) as other:
        record(frozen, lambda number: long_script(number)[:1])
        event.listen(frozen.engine, "checkout", lambda raw, *_: hurry(raw))
        ended, has_lock = threading.Event(), threading.Event()

        def stop(connection: Connection) -> None:
            connection.execute(text("SELECT n FROM chain FOR UPDATE"))
            has_lock.set()
            ended.wait(20)

        with ThreadPoolExecutor(5) as threads:
            stopped = [threads.submit(frozen.transactions.write, stop) for _ in range(5)]
            assert has_lock.wait(20)
            began = time.monotonic()
            other.transactions.write(lambda connection: connection.execute(text("SELECT n FROM chain FOR UPDATE")))
            waited = time.monotonic() - began
            ended.set()

        assert {str(one.exception()) for one in stopped} <= {"slow", "gone"}
        # Ended one after another, they would have had it for five seconds.
        assert waited < 4


def hurry(connection: Any) -> None:
    """Let the times of a connection pass ten times as fast."""
    connection.autocommit = True
    for name in ("idle_in_transaction_session_timeout", "lock_timeout"):
        (shown,) = connection.execute(f"SHOW {name}").fetchone()
        seconds = int(shown.removesuffix("ms")) if shown.endswith("ms") else int(shown.removesuffix("s") or 0) * 1000
        connection.execute(f"SET {name} = '{seconds // 10}ms'")
    connection.autocommit = False


def test_a_limit_longer_than_a_lock_is_waited_for_does_not_prolong_it(postgres_url: str) -> None:
    with open_store(postgres_url, team=TEAM) as store, time_limit(60):
        shown = store.transactions.write(lambda c: c.execute(text("SHOW lock_timeout")).scalar_one())

    assert shown == f"{LOCK_WAIT_S}s"


def test_a_read_transaction_may_idle_for_longer_than_a_write_transaction(postgres_url: str) -> None:
    def work(connection: Connection) -> str:
        connection.execute(text("SELECT 1"))
        time.sleep(2)
        return str(connection.execute(text("SHOW idle_in_transaction_session_timeout")).scalar_one())

    with open_store(postgres_url, team=TEAM) as store:
        event.listen(store.engine, "checkout", lambda raw, *_: shorten(raw))

        assert store.transactions.read(work) == "10min"
        with pytest.raises(Unavailable, match=r"slow|gone"):
            store.transactions.write(work)


def shorten(connection: Any) -> None:
    """Let a connection idle in a transaction for a second only."""
    connection.autocommit = True
    connection.execute("SET idle_in_transaction_session_timeout = '1s'")
    connection.autocommit = False


def test_an_error_in_our_sql_is_not_unavailability(store: Store) -> None:
    with pytest.raises((OperationalError, ProgrammingError), match="nowhere"):
        store.transactions.read(lambda connection: connection.execute(text("SELECT n FROM nowhere")))

    assert not store.availability.is_unavailable


def on_connecting(store: Store, statement: str) -> Any:
    """Run a statement on each new connection; return the function that ends that."""

    def prepare(connection: Any, _record: object) -> None:
        connection.execute(statement)

    event.listen(store.engine, "connect", prepare)
    store.engine.dispose()

    def end() -> None:
        event.remove(store.engine, "connect", prepare)
        store.engine.dispose()

    return end


def test_a_read_only_sqlite_file_is_unavailable_until_a_write_succeeds(sqlite_store: Store) -> None:
    end = on_connecting(sqlite_store, "PRAGMA query_only = ON")

    with pytest.raises(Unavailable, match="read_only"):
        sqlite_store.transactions.write(beat)
    beats(sqlite_store)
    was_on = sqlite_store.availability.is_unavailable
    end()
    sqlite_store.transactions.write(beat)

    assert was_on
    assert not sqlite_store.availability.is_unavailable
    assert beats(sqlite_store) == 1


def test_a_full_disk_fails_every_write_of_the_commit_and_stores_nothing(sqlite_store: Store) -> None:
    pages = sqlite_store.transactions.read(lambda c: c.execute(text("PRAGMA page_count")).scalar_one())
    end = on_connecting(sqlite_store, f"PRAGMA max_page_count = {pages}")

    with pytest.raises(Unavailable) as raised:
        again(50, lambda: record(sqlite_store, long_script))
    kept = sqlite_store.transactions.read(count_chains)
    end()
    record(sqlite_store, long_script)

    assert raised.value.why == "full"
    assert sqlite_store.transactions.read(count_chains) == kept + 1


def test_a_lock_of_another_program_is_waited_for_within_the_time_limit(sqlite_store: Store, sqlite_url: str) -> None:
    other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    began = time.monotonic()
    with pytest.raises(Unavailable, match="slow"), time_limit(0.5):
        sqlite_store.transactions.write(beat)
    held = time.monotonic() - began
    other.execute("ROLLBACK")
    other.close()

    assert held < 1.5
    sqlite_store.transactions.write(count_chains)
    assert beats(sqlite_store) == 0, "what nobody waited for any more was written all the same"
