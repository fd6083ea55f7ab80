"""A copy taken in the middle of writes is of one moment, holds, and can be put back on either database."""

from __future__ import annotations

import itertools
import sqlite3
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from incident.entries.conversation import Noted
from incident.entry import IncidentKey, workspace_chain
from incident.jobs import Job, JobKind
from storage.integrity.signing_keys import Signer, new_key
from storage.maintenance.backup import BackupError, back_up
from storage.maintenance.restore import extent, restore
from storage.maintenance.verification import verify
from storage.store import Store, open_store
from tests.support import postgres
from tests.support.recorded_team import TEAM, at, draft, long_script, record, record_all, step


@pytest.fixture
def signer(tmp_path: Path) -> Signer:
    return new_key(tmp_path / "key.pem")


@pytest.fixture(params=["sqlite", "postgresql"])
def other_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Yield the URL of an empty database, once of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'other.db'}"
    else:
        with postgres.server().database() as url:
            yield url


def address(store: Store) -> str:
    return store.engine.url.render_as_string(hide_password=False)


def lines(store: Store) -> dict[IncidentKey, list[str]]:
    return {key: [line.hash for line in store.queries.rows(key)] for key in store.queries.chain_keys()}


def note(store: Store, key: IncidentKey, n: int) -> None:
    store.recorder.transact(lambda unit: step(unit, key, draft(Noted(text=f"Note {n}"), minutes=100 + n)))


class Writers:
    """Several threads that write until they are stopped."""

    def __init__(self, store: Store, keys: list[IncidentKey]) -> None:
        self._ended = threading.Event()
        self._store = store
        self.written = 0
        self._threads = [threading.Thread(target=self._write, args=(key,)) for key in keys]

    def _write(self, key: IncidentKey) -> None:
        for n in itertools.count():
            if self._ended.is_set():
                return
            note(self._store, key, n)
            self.written += 1

    def __enter__(self) -> Writers:
        for thread in self._threads:
            thread.start()
        while self.written < 20:
            self._ended.wait(0.005)
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join()


def test_a_copy_taken_in_the_middle_of_writes_holds_and_is_of_one_moment(
    store: Store, signer: Signer, tmp_path: Path
) -> None:
    keys = [record(store, lambda number: long_script(number)[:10]) for _ in range(3)]
    store.checkpoints.take(at(50), signer)
    with Writers(store, keys) as writers:
        began = writers.written
        report = back_up(store, address(store), tmp_path / "copy.db")
        ended = writers.written
    assert ended > began, "nobody was kept from writing"

    with open_store(f"sqlite:///{tmp_path / 'copy.db'}", team=TEAM) as copy:
        copied, here = lines(copy), lines(store)
        assert verify(copy).is_sound
        assert report.entries == extent(copy).entries
    assert all(here[key][: len(hashes)] == hashes for key, hashes in copied.items())
    assert 30 + began <= sum(len(copied[key]) for key in keys) <= 30 + ended + len(keys)
    assert (tmp_path / "copy.db").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.glob("copy*")] == ["copy.db"]


def test_a_backup_restores_completely_on_either_database(
    store: Store, signer: Signer, other_url: str, tmp_path: Path
) -> None:
    record_all(store)
    store.checkpoints.take(at(200), signer)
    back_up(store, address(store), tmp_path / "copy.db")

    restored = restore(other_url, tmp_path / "copy.db", replace=False)

    with open_store(other_url, team=TEAM) as other:
        assert lines(other) == lines(store)
        assert verify(other, published=store.checkpoints.all(), public_key=signer.public_key).problems == ()
        assert other.queries.incidents(TEAM) == store.queries.incidents(TEAM)
        assert restored.now == extent(store)
        assert (restored.before.entries, restored.replaced_file) == (0, None)
        record(other, lambda number: long_script(number)[:3])
        assert verify(other).is_sound, "and the record goes on"


def test_a_database_with_entries_is_replaced_only_on_request(store: Store, signer: Signer, tmp_path: Path) -> None:
    key = record(store, lambda number: long_script(number)[:10])
    back_up(store, address(store), tmp_path / "copy.db")
    note(store, key, 1)
    before, url = extent(store), address(store)
    store.close()

    with pytest.raises(BackupError, match="holds 11 entries; --replace"):
        restore(url, tmp_path / "copy.db", replace=False)

    restored = restore(url, tmp_path / "copy.db", replace=True)

    assert restored.before == before
    assert (restored.now.entries, restored.now.until) == (10, at(9))
    with open_store(url, team=TEAM) as again:
        assert len(again.queries.rows(key)) == 10
        assert verify(again).is_sound
    if restored.replaced_file is not None:
        with open_store(f"sqlite:///{restored.replaced_file}", team=TEAM) as kept:
            assert len(kept.queries.rows(key)) == 11


def test_a_database_in_use_is_not_replaced(store: Store, tmp_path: Path) -> None:
    key = record(store, lambda number: long_script(number)[:10])
    back_up(store, address(store), tmp_path / "copy.db")

    with pytest.raises(BackupError, match="stop Muster first"):
        restore(address(store), tmp_path / "copy.db", replace=True)

    note(store, key, 1)
    assert len(store.queries.rows(key)) == 11
    assert verify(store).is_sound


def test_a_restored_record_is_shorter_than_the_published_checkpoint(
    sqlite_store: Store, signer: Signer, tmp_path: Path
) -> None:
    key = record(sqlite_store, lambda number: long_script(number)[:10])
    sqlite_store.checkpoints.take(at(50), signer)
    back_up(sqlite_store, address(sqlite_store), tmp_path / "copy.db")
    note(sqlite_store, key, 1)
    left = sqlite_store.checkpoints.take(at(201), signer)

    with open_store(f"sqlite:///{tmp_path / 'copy.db'}", team=TEAM) as copy:
        report = verify(copy, published=[left])

    assert (report.is_truncated, report.is_tampered) == (True, False)
    assert report.trusted.seq == 1


def test_a_ready_job_of_a_backup_counts_as_attempted(store: Store, other_url: str, tmp_path: Path) -> None:
    job = Job(kind=JobKind.SAY, key="say:1", incident=workspace_chain(TEAM))
    store.recorder.transact(lambda unit: unit.enqueue([job], at(0)))
    back_up(store, address(store), tmp_path / "copy.db")

    restore(other_url, tmp_path / "copy.db", replace=False)

    with open_store(other_url, team=TEAM) as other:
        other.recorder.transact(lambda unit: unit.enqueue([job.model_copy(update={"key": "say:2"})], at(0)))
        claimed = {one.job.key: one.attempts for one in other.jobs.claim(at(1), "me")}
    assert claimed == {"say:1": 2, "say:2": 1}


def test_a_file_that_exists_is_never_written_over(store: Store, tmp_path: Path) -> None:
    (tmp_path / "copy.db").write_text("mine")

    with pytest.raises(BackupError, match="is not overwritten"):
        back_up(store, address(store), tmp_path / "copy.db")

    assert (tmp_path / "copy.db").read_text() == "mine"


def test_an_unwritable_folder_is_named_in_the_error(store: Store, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="cannot be written: No such file or directory"):
        back_up(store, address(store), tmp_path / "nowhere" / "copy.db")


def test_a_file_that_is_no_backup_is_refused_and_changes_nothing(sqlite_store: Store, tmp_path: Path) -> None:
    record(sqlite_store, lambda number: long_script(number)[:3])
    url = address(sqlite_store)
    sqlite_store.close()
    (tmp_path / "text.db").write_text("This is no database." * 100)
    sqlite3.connect(tmp_path / "empty.db").execute("CREATE TABLE other (id INTEGER)").connection.close()

    for name, says in (("text.db", "cannot be read"), ("empty.db", "holds no record"), ("none.db", "there is no file")):
        with pytest.raises(BackupError, match=says):
            restore(url, tmp_path / name, replace=True)

    with open_store(url, team=TEAM) as again:
        assert extent(again).entries == 3
    assert not list(tmp_path.glob("*.restoring*"))


def test_a_dump_of_postgresqls_own_tools_verifies_too(postgres_url: str, signer: Signer, tmp_path: Path) -> None:
    """As docs/how-to/back-up.md shows: a dump includes the triggers."""
    tools = postgres.server()._bin
    dump = str(tmp_path / "muster.dump")
    with open_store(postgres_url, team=TEAM) as store, postgres.server().database() as empty:
        record_all(store)
        store.checkpoints.take(at(200), signer)
        subprocess.run([tools / "pg_dump", "--format=custom", f"--file={dump}", postgres_url], check=True)
        subprocess.run([tools / "pg_restore", "--no-owner", f"--dbname={empty}", dump], check=True)

        with open_store(empty, team=TEAM) as restored:
            assert lines(restored) == lines(store)
            assert verify(restored, published=store.checkpoints.all(), public_key=signer.public_key).is_sound
