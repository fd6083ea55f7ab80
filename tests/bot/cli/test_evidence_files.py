"""`muster verify`, `backup` and `restore` cover the files of evidence: what is changed or gone is named, and a backup has them."""

from __future__ import annotations

import contextlib
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli.main import app
from bot.config.policy_loader import read_policy
from commands.core.run import note_outcome
from incident.entries.outside.evidence_items import FileErased, FileSecured, FileStored
from storage.files.evidence_files import EvidenceFiles
from storage.maintenance.evidence_copy import folder_of
from tests.support.muster_command import POLICY, CommandResult
from tests.support.started_record import StartedRecord

NOW = datetime(2026, 6, 9, 12, tzinfo=UTC)
UNSET = dict.fromkeys(("MUSTER_KEY_FILE", "MUSTER_TSA_URL", "MUSTER_TSA_CERT", "MUSTER_POLICY"))


class EvidenceBench:
    """A record of one incident with two files, and a folder in which commands run."""

    def __init__(self, record: StartedRecord, here: Path) -> None:
        self.record, self.here = record, here
        self.files = EvidenceFiles(here / "evidence")
        self.run("incident", "declare", "service=search", "impact=1", "urgency=1", "Odd logins")
        with record.store() as store:
            [self.key] = [one.key for one in store.queries.incidents("T1")]
        self.paths = [self.keep(n, content) for n, content in enumerate((b"one", b"two"), 1)]

    def run(self, *words: str) -> CommandResult:
        """Run a command in this process."""
        given = {**UNSET, "DATABASE_URL": self.record.url, "MUSTER_EVIDENCE": str(self.files.folder)}
        with contextlib.chdir(self.here):
            done = CliRunner().invoke(app, words, env=given)
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return CommandResult(done.exit_code, done.stdout, done.stderr)

    def note(self, *facts: FileSecured | FileStored | FileErased, job: str) -> None:
        """Record what the worker records."""
        policy = read_policy(POLICY, NOW.date()).policy
        with self.record.store() as store:
            note_outcome(self.key, facts, job=job, recorder=store.recorder, policy=policy, at=NOW)

    def keep(self, n: int, content: bytes) -> Path:
        """Store a file as evidence, and return where it lies."""
        stored = self.files.store(self.key, [content])
        secured = FileSecured(id=f"EV{n}", file=f"F{n}", name=f"{n}.log", size=3, channel="C1", ts=f"{n}.0")
        self.note(secured, job=f"secured:{n}")
        last = max(one.n for one in self.record.entries())
        self.note(FileStored(id=f"EV{n}", secured=last, sha256=stored.sha256, size=3), job=f"stored:{n}")
        path = self.files.find(self.key, stored.sha256)
        assert path is not None
        return path


@pytest.fixture
def bench(record: StartedRecord, tmp_path: Path) -> EvidenceBench:
    here = tmp_path / "here"
    here.mkdir()
    return EvidenceBench(record, here)


def test_a_changed_byte_is_named_as_tampering_and_a_file_that_is_gone_as_such(bench: EvidenceBench) -> None:
    sound = bench.run("verify")
    bench.paths[0].write_bytes(b"onE")
    changed = bench.run("verify")
    bench.paths[0].write_bytes(b"one")
    bench.paths[1].unlink()
    gone = bench.run("verify")

    assert sound.code == 0, sound.everything
    assert changed.code == 3
    assert "tampered in INC-2026-0001" in changed.out
    assert "the file of EV1" in changed.out
    assert "was changed in the folder of evidence" in changed.out
    assert "EV2" not in changed.out
    assert (gone.code, "the file of EV2" in gone.out, "is not in the folder" in gone.out) == (4, True, True)


def test_an_erased_file_is_not_missed(bench: EvidenceBench) -> None:
    secured = next(one.n for one in bench.record.entries() if isinstance(one.fact, FileSecured))
    bench.files.erase(bench.key, bench.paths[0].name)
    bench.note(FileErased(id="EV1", secured=secured), job="erased:1")

    assert bench.run("verify").code == 0


def test_a_backup_has_the_files_and_a_restore_puts_back_those_that_are_gone(bench: EvidenceBench) -> None:
    made = bench.run("backup", "backup.db")
    beside = folder_of(bench.here / "backup.db")
    shutil.rmtree(bench.files.folder)
    restored = bench.run("restore", "backup.db", "--replace")

    assert made.code == 0, made.everything
    assert "backup.db.evidence: keep both together" in made.out
    assert sorted(one.read_bytes() for one in beside.rglob("*") if one.is_file()) == [b"one", b"two"]
    assert restored.code == 0, restored.everything
    assert "put back" in restored.out
    assert [path.read_bytes() for path in bench.paths] == [b"one", b"two"]
    (bench.here / "backup.db").unlink()
    assert "backup.db.evidence exists" in bench.run("backup", "backup.db").everything


def test_a_backup_names_a_changed_file_and_does_not_copy_it(bench: EvidenceBench) -> None:
    bench.paths[0].write_bytes(b"onE")
    made = bench.run("backup", "backup.db")

    assert made.code == 3
    assert [one.read_bytes() for one in folder_of(bench.here / "backup.db").rglob("*") if one.is_file()] == [b"two"]
