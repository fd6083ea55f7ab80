"""SQLite's one writer: commands before captures, many captures in one commit, and one failure undoes only itself."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import TimeoutError as Exhausted

from storage.database.engine import make_engine
from storage.database.sqlite_writer import BATCH, SqliteWriter
from storage.database.time_limit import time_limit
from storage.errors import StoreClosed, Unavailable
from tests.support.wait import until


@pytest.fixture
def engine(sqlite_url: str) -> Iterator[Engine]:
    engine = make_engine(sqlite_url)
    yield engine
    engine.dispose()


@pytest.fixture
def commits(engine: Engine) -> list[list[str]]:
    """Collect, for each commit, the works that were in it."""
    done: list[list[str]] = [[]]
    event.listen(engine, "commit", lambda _: done.append([]))
    return done


@pytest.fixture
def writer(engine: Engine) -> Iterator[SqliteWriter]:
    writer = SqliteWriter(engine, round_seconds=60)
    yield writer
    writer.close()


def remember(commits: list[list[str]], name: str) -> Callable[[Connection], str]:
    def work(connection: Connection) -> str:
        connection.exec_driver_sql("INSERT INTO counter VALUES (?, 1, 1)", (name,))
        commits[-1].append(name)
        return name

    return work


def stored(writer: SqliteWriter) -> set[str]:
    return writer.read(lambda c: set(c.exec_driver_sql("SELECT team FROM counter").scalars()))


class Busy:
    """Keeps the writer busy until others have queued up."""

    def __init__(self, writer: SqliteWriter) -> None:
        self.writer = writer
        self.begun, self.go = threading.Event(), threading.Event()
        self.threads: list[threading.Thread] = []
        self.run(lambda _: (self.begun.set(), self.go.wait(30)), first=False)
        assert self.begun.wait(30)

    def run(self, work: Callable[[Connection], object], *, first: bool = True) -> None:
        thread = threading.Thread(target=self.writer.write, args=(work,), kwargs={"first": first})
        thread.start()
        self.threads.append(thread)

    def release_when(self, waiting: int) -> None:
        until(lambda: len(self.writer._commands) + len(self.writer._captures) >= waiting, seconds=30)
        self.go.set()
        for thread in self.threads:
            thread.join()


def test_waiting_captures_share_a_commit_and_commands_go_first(writer: SqliteWriter, commits: list[list[str]]) -> None:
    busy = Busy(writer)
    for n in range(BATCH + 50):
        busy.run(remember(commits, f"capture{n}"), first=False)
    for n in range(3):
        busy.run(remember(commits, f"command{n}"))
    busy.release_when(BATCH + 53)

    _, commands, captures, rest, _ = commits
    assert {name[:7] for name in commands} == {"command"}
    assert (len(commands), len(captures), len(rest)) == (3, BATCH, 50)
    assert len(stored(writer)) == BATCH + 53


def test_a_command_waits_for_one_batch_of_captures_at_most(writer: SqliteWriter, commits: list[list[str]]) -> None:
    busy = Busy(writer)
    late: list[threading.Thread] = []

    def capture(connection: Connection) -> None:
        remember(commits, "capture")(connection)
        thread = threading.Thread(target=writer.write, args=(remember(commits, "command"),))
        thread.start()
        late.append(thread)
        until(lambda: bool(writer._commands), seconds=30)

    busy.run(capture, first=False)
    for n in range(BATCH + 10):
        busy.run(remember(commits, f"later{n}"), first=False)
    busy.release_when(BATCH + 11)
    late[0].join()

    assert "command" in commits[2], "the command is in the commit right after the one it came in the middle of"
    assert len(commits[1]) == BATCH


def test_a_round_that_has_lasted_long_enough_leaves_the_rest_to_the_next(
    engine: Engine, commits: list[list[str]]
) -> None:
    writer = SqliteWriter(engine, round_seconds=0)
    busy = Busy(writer)
    for n in range(3):
        busy.run(remember(commits, f"capture{n}"), first=False)
        until(lambda n=n: len(writer._captures) == n + 1, seconds=30)
    busy.run(remember(commits, "command"))
    busy.release_when(4)
    writer.close()

    assert [one for one in commits if one] == [["command"], ["capture0"], ["capture1"], ["capture2"]]


def test_readers_that_hold_every_connection_do_not_keep_the_writer_waiting(
    engine: Engine, writer: SqliteWriter, commits: list[list[str]]
) -> None:
    writer.write(remember(commits, "before"))
    held = [engine.connect() for _ in range(39)]

    writer.write(remember(commits, "after"))

    with pytest.raises(Exhausted):
        engine.connect()
    for one in held:
        one.close()
    assert stored(writer) == {"before", "after"}


def test_a_work_that_raises_undoes_only_itself(writer: SqliteWriter, commits: list[list[str]]) -> None:
    busy = Busy(writer)

    def fail(connection: Connection) -> None:
        remember(commits, "lost")(connection)
        raise LookupError("no")

    with ThreadPoolExecutor(1) as pool:
        busy.run(remember(commits, "before"), first=False)
        failing = pool.submit(writer.write, fail, first=False)
        busy.run(remember(commits, "after"), first=False)
        busy.release_when(3)

    assert str(failing.exception()) == "no"
    assert stored(writer) == {"before", "after"}


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(3), TimeoutError("of the work"), ValueError("no")])
def test_an_error_of_a_write_reaches_its_caller_only_and_the_writer_continues(
    writer: SqliteWriter, commits: list[list[str]], error: BaseException
) -> None:
    busy = Busy(writer)

    def fail(connection: Connection) -> None:
        remember(commits, "lost")(connection)
        raise error

    with ThreadPoolExecutor(2) as pool:
        failing = pool.submit(writer.write, fail)
        until(lambda: len(writer._commands) == 1, seconds=30)
        working = pool.submit(writer.write, remember(commits, "kept"))
        busy.release_when(2)

        assert failing.exception(30) is error
        assert working.result(30) == "kept"
    assert stored(writer) == {"kept"}
    assert writer.write(lambda _: "still here") == "still here"


@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError("broken")])
def test_an_error_of_a_commit_reaches_every_caller_in_it_and_the_writer_continues(
    engine: Engine, writer: SqliteWriter, commits: list[list[str]], error: BaseException
) -> None:
    failed: list[BaseException] = []

    def fail(_: Connection) -> None:
        if ["one", "two"] in commits[-2:] and not failed:
            failed.append(error)
            raise error

    event.listen(engine, "commit", fail)
    busy = Busy(writer)
    with ThreadPoolExecutor(2) as pool:
        failing = []
        for name in ("one", "two"):
            failing.append(pool.submit(writer.write, remember(commits, name)))
            until(lambda: len(writer._commands) == len(failing), seconds=30)
        busy.release_when(2)

        assert [one.exception(30) for one in failing] == [error, error]
    assert stored(writer) == set()
    assert writer.write(lambda _: "still here") == "still here"


def test_a_caller_that_can_wait_no_longer_gives_up_and_its_work_is_not_committed(
    writer: SqliteWriter, commits: list[list[str]]
) -> None:
    busy = Busy(writer)

    with pytest.raises(Unavailable), time_limit(0.05):
        writer.write(remember(commits, "late"))
    busy.release_when(1)

    assert writer.write(remember(commits, "next")) == "next"
    assert stored(writer) == {"next"}


def test_no_caller_gets_its_result_before_the_commit(engine: Engine, writer: SqliteWriter) -> None:
    told: list[str] = []
    event.listen(engine, "commit", lambda _: told.append("committed"))

    writer.write(lambda c: c.exec_driver_sql("INSERT INTO counter VALUES ('x', 1, 1)").rowcount)
    told.append("told")

    assert told == ["committed", "told"]


def test_every_caller_gets_the_error_of_a_failed_commit(engine: Engine, writer: SqliteWriter) -> None:
    def orphan(connection: Connection) -> None:
        # A deferred constraint is judged at the commit, when the work itself has long gone well.
        connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        connection.exec_driver_sql("DROP TRIGGER guard_body_insert")
        connection.exec_driver_sql("INSERT INTO body VALUES ('T', 'I', 1, 's', '{}')")

    with pytest.raises(Exception, match="FOREIGN KEY"):
        writer.write(orphan)

    assert writer.read(lambda c: c.exec_driver_sql("SELECT count(*) FROM body").scalar_one()) == 0
    assert writer.write(lambda _: "still here") == "still here"


def test_a_transaction_that_the_database_ended_is_not_mistaken_for_a_commit(writer: SqliteWriter) -> None:
    busy = Busy(writer)

    def ended(connection: Connection) -> None:
        connection.connection.driver_connection.execute("ROLLBACK")

    def write(connection: Connection) -> None:
        connection.exec_driver_sql("INSERT INTO counter VALUES ('x', 1, 1)")

    with ThreadPoolExecutor(3) as pool:
        attempts = []
        for work in (write, ended, write):
            attempts.append(pool.submit(writer.write, work, first=False))
            until(lambda: len(writer._captures) == len(attempts), seconds=30)
        busy.release_when(3)

    assert all(isinstance(one.exception(), Exception) for one in attempts)
    assert stored(writer) == set()


def test_a_work_cannot_wait_for_another_work(writer: SqliteWriter) -> None:
    with pytest.raises(RuntimeError, match="cannot wait"):
        writer.write(lambda _: writer.write(lambda _: None))


def test_closing_finishes_queued_writes_and_refuses_more(writer: SqliteWriter, commits: list[list[str]]) -> None:
    busy = Busy(writer)
    busy.run(remember(commits, "last"), first=False)
    closing = threading.Thread(target=writer.close)
    busy.threads.append(closing)
    closing.start()
    busy.release_when(1)

    assert stored(writer) == {"last"}
    with pytest.raises(StoreClosed):
        writer.write(lambda _: None)


def test_a_reader_does_not_wait_for_a_writer(writer: SqliteWriter, commits: list[list[str]]) -> None:
    writer.write(remember(commits, "one"))
    busy = Busy(writer)

    seen = stored(writer)

    busy.release_when(0)
    assert seen == {"one"}
