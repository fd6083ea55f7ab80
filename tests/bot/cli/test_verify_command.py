"""`muster verify`, `rebuild` and `migrate --triggers`: their results for a valid record, a changed one and wrong evidence."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.cli.verify_command import read_published
from storage.integrity.high_water_mark import FILE, Mark, SeenHead
from storage.triggers import record_triggers, sqlite_triggers
from tests.support.started_record import StartedRecord


def exported(record: StartedRecord, number: str, here: Path) -> Path:
    result = record.muster(here, "export", number, "--out", "out")
    assert result.code == 0, result.everything
    return here / "out" / number


def tampered(record: StartedRecord, statement: str) -> None:
    """Change the database in a way that its triggers would refuse."""
    with record.store() as store:
        store.transactions.write(record_triggers.drop)
        store.transactions.write(lambda connection: connection.execute(text(statement)))


def test_a_valid_record_verifies(record: StartedRecord, number: str, tmp_path: Path) -> None:
    result = record.muster(tmp_path, "verify")

    assert (result.code, result.err) == (0, "")
    assert re.fullmatch(r"Verified: \d+ entries in 2 chains, 0 checkpoints\.\n", result.out)


def test_dropped_triggers_are_reinstalled_only_on_request(record: StartedRecord, tmp_path: Path) -> None:
    with record.store() as store:
        store.transactions.write(record_triggers.drop)
    refused, found = record.muster(tmp_path, "migrate"), record.muster(tmp_path, "verify")

    result = record.muster(tmp_path, "migrate", "--triggers")

    assert (refused.code, found.code, result.code) == (1, 6, 0), result.everything
    assert "The triggers are installed and fire." in result.out
    assert record.muster(tmp_path, "verify").code == 0


def test_changes_made_without_triggers_are_found_when_the_triggers_are_reinstalled(
    record: StartedRecord, number: str, tmp_path: Path
) -> None:
    tampered(record, "UPDATE entry SET text = replace(text, 'search', 'basket') WHERE n = 1")

    result = record.muster(tmp_path, "migrate", "--guards")

    assert result.code == 3
    assert "tampered" in result.out


@pytest.mark.parametrize(
    ("statement", "status"),
    [
        ("UPDATE entry SET team = 'other' WHERE n = 1 AND incident <> 'workspace'", 3),
        ("UPDATE chain SET team = x'00ff'", 3),
        ("UPDATE chain SET recorded_at = 'no date'", 6),
        ("UPDATE entry SET text = CAST(x'c328' AS TEXT) WHERE n = 1", 3),
        ("UPDATE body SET salt = x'00'", 3),
        ("UPDATE entry SET incident = CAST(x'c328' AS TEXT) WHERE n = 1 AND incident <> 'workspace'", 3),
        ("UPDATE counter SET value = 9000000000000000000", 4),
        ("UPDATE policy_text SET text = 'an easier policy'", 3),
        ("UPDATE incident SET is_over = '', drill = ''", 6),
    ],
)
def test_no_content_of_a_column_ends_in_a_traceback(
    statement: str, status: int, record: StartedRecord, number: str, tmp_path: Path
) -> None:
    # The triggers are back before the check: their absence would be reported where nothing graver is found.
    with closing(sqlite3.connect(record.url.removeprefix("sqlite:///"))) as connection, connection:
        for name in sqlite_triggers.TRIGGERS:
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(statement)
        for one in sqlite_triggers.statements():
            connection.execute(one)

    result = record.muster(tmp_path, "verify")

    assert (result.code, result.err) == (status, ""), result.everything


def test_what_this_machine_saw_and_the_database_lacks_is_reported_by_verify_and_doctor(
    record: StartedRecord, number: str, tmp_path: Path
) -> None:
    key = record.entries()[0].key
    seen = Mark(team=key.team, heads=(SeenHead(incident=key.id, n=99, hash="0" * 64),))
    (tmp_path / "muster-spool").mkdir()
    (tmp_path / "muster-spool" / FILE).write_text(seen.model_dump_json(), encoding="utf-8")

    verified, advised = record.muster(tmp_path, "verify"), record.muster(tmp_path, "doctor")

    assert verified.code == 4
    assert "entry 99, which this machine saw, is missing" in verified.out
    assert "entry 99, which this machine saw, is missing" in advised.out
    assert f"delete muster-spool/{FILE}" in advised.out


def test_a_changed_entry_is_named(record: StartedRecord, number: str, tmp_path: Path) -> None:
    tampered(record, "UPDATE entry SET text = replace(text, 'declared', 'declaimed') WHERE n = 1 AND kind = 'declared'")

    result = record.muster(tmp_path, "verify")

    assert result.code == 3
    assert re.search(rf"^tampered in {number} \(\w+\), entry 1: ", result.out, re.MULTILINE)
    assert re.search(r"^triggers: ", result.out, re.MULTILINE)


def test_a_projection_that_differs_from_the_record_is_rebuilt(
    record: StartedRecord, number: str, tmp_path: Path
) -> None:
    with record.store() as store:
        store.transactions.write(lambda c: c.execute(text("UPDATE incident SET state = 'closed'")))
    found = record.muster(tmp_path, "verify")

    rebuilt = record.muster(tmp_path, "rebuild")

    assert found.code == 6
    assert "rebuild in" in found.out
    assert rebuilt.code == 0, rebuilt.everything
    assert record.muster(tmp_path, "verify").code == 0


def test_an_export_verifies_by_itself_and_against_the_database(
    record: StartedRecord, number: str, tmp_path: Path
) -> None:
    folder = exported(record, number, tmp_path)

    alone = subprocess.run(
        [sys.executable, "-I", "verify.py"], cwd=folder, env={}, capture_output=True, text=True, check=False
    )
    covered = record.muster(tmp_path, "verify", "--checkpoint", f"out/{number}/proof.json")
    assert (alone.returncode, alone.stdout[:11]) == (7, "not signed:"), alone.stdout + alone.stderr
    assert covered.code == 0, covered.everything
    assert list(tmp_path.glob("*.key")) == [], "a key that no reader knows would prove nothing"


def test_a_tail_cut_after_a_published_checkpoint_is_found(record: StartedRecord, number: str, tmp_path: Path) -> None:
    proof = exported(record, number, tmp_path) / "proof.json"
    last = json.loads(proof.read_text(encoding="utf-8"))["leaf"]["n"]
    with record.store() as store:
        store.transactions.write(record_triggers.drop)
        for table in ("body", "entry"):
            cut = text(f"DELETE FROM {table} WHERE n >= {last} AND incident <> 'workspace'")
            store.transactions.write(lambda connection, cut=cut: connection.execute(cut))

    result = record.muster(tmp_path, "verify", "--checkpoint", str(proof))

    assert result.code == 4
    assert f"entry {last} is missing" in result.out


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "No such file or directory"),
        ("", "it is no checkpoint"),
        ("[]", "it is no checkpoint"),
        ('{"leaf": 1}', "it is no checkpoint"),
        ("\ud800", "it is no checkpoint"),
    ],
)
def test_a_file_that_is_no_checkpoint_is_refused(
    content: str | None, says: str, record: StartedRecord, tmp_path: Path
) -> None:
    if content is not None:
        (tmp_path / "other.json").write_text(content, encoding="utf-8", errors="replace")

    result = record.muster(tmp_path, "verify", "--checkpoint", "other.json")

    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("other.json cannot be used: ")
    assert says in result.err


def test_an_empty_checkpoint_is_refused(record: StartedRecord, number: str, tmp_path: Path) -> None:
    proof = exported(record, number, tmp_path) / "proof.json"
    proof_data = json.loads(proof.read_text(encoding="utf-8"))
    for statement in ("", "[]", "{}", "nonsense", "[" * 100_000):
        proof.write_text(json.dumps({**proof_data, "statement": statement}), encoding="utf-8")

        with pytest.raises(ValueError, match="it is no checkpoint"):
            read_published(proof)


def test_a_checkpoint_of_another_database_does_not_verify(record: StartedRecord, number: str, tmp_path: Path) -> None:
    proof = exported(record, number, tmp_path) / "proof.json"
    proof_data = json.loads(proof.read_text(encoding="utf-8"))
    proof_data["leaf"]["key"][1] = "01JZ0000000000000000000000"
    proof.write_text(json.dumps(proof_data), encoding="utf-8")

    result = record.muster(tmp_path, "verify", "--checkpoint", str(proof))

    assert result.code == 3
    assert "tampered" in result.out
    assert "Traceback" not in result.err
