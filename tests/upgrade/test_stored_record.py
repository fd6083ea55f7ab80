"""The copies by themselves: the export against both verifiers, the backup beside the database, and that a changed byte is found."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.support.upgrade_env import (
    KEY,
    TEAM,
    VERIFIER,
    Store,
    UpgradeEnv,
    new_key,
    open_store,
    projections,
    read_key,
    rebuild,
    restore,
    unpacked,
    unpacked_export,
    verified,
)

CLOSED = "INC-2026-0001"
UNGUARD = "SELECT 'DROP TRIGGER ' || name FROM sqlite_master WHERE type = 'trigger'"


def run_verifier(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", str(folder / "verify.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def entries_in(folder: Path) -> list[dict[str, Any]]:
    """The entries of an export."""
    return [json.loads(line) for line in (folder / "entries.jsonl").read_text(encoding="utf-8").splitlines()]


def migrated(folder: Path) -> Path:
    """The stored database at today's schema, which is the one that the checks read."""
    path = unpacked("muster.db.gz", folder)
    with open_store(f"sqlite:///{path}", team=TEAM) as store:
        store.migrate()
    return path


def tampered(folder: Path, *statements: str) -> Path:
    """The stored database after its owner dropped the triggers and wrote in it."""
    path = migrated(folder)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for (drop,) in connection.execute(UNGUARD).fetchall():
            connection.execute(drop)
        for statement in statements:
            assert connection.execute(statement).rowcount == 1, statement
    return path


def heads(store: Store) -> dict[str, tuple[int, str]]:
    """The number and hash of each chain's last entry."""
    last = {key.id: store.queries.rows(key)[-1] for key in store.queries.chain_keys()}
    return {name: (line.n, line.hash) for name, line in last.items()}


def test_the_export_verifies_with_the_verifier_in_it_and_the_current_one_names_its_format(tmp_path: Path) -> None:
    folder = unpacked_export(tmp_path)
    own = run_verifier(folder)
    shutil.copy(VERIFIER, folder / "verify.py")
    current = run_verifier(folder)

    assert own.returncode == 0, own.stdout
    assert f"verified: {CLOSED}" in own.stdout
    says = "not checked: the export has format 1, this checks formats 2 and 3; use the verify.py in it\n"
    assert (current.returncode, current.stdout) == (2, says)


def test_an_entry_changed_in_the_export_is_found_by_its_verifier(tmp_path: Path) -> None:
    folder = unpacked_export(tmp_path)
    path = folder / "entries.jsonl"
    path.write_text(path.read_text(encoding="utf-8").replace("UTC", "UTD", 1).replace("U01ROB", "U01BOB", 1), "utf-8")

    done = run_verifier(folder)

    assert done.returncode == 1
    assert "entry 1 was changed" in done.stdout


def test_a_new_export_of_the_old_incident_verifies_and_continues_the_old_one(tmp_path: Path) -> None:
    old = unpacked_export(tmp_path)
    (tmp_path / "house").mkdir()
    house = UpgradeEnv(tmp_path / "house", f"sqlite:///{unpacked('muster.db.gz', tmp_path)}")
    try:
        folder = house.export(house.keys()[CLOSED], tmp_path / "new")
    finally:
        house.close()
    manifest = json.loads((folder / "MANIFEST.json").read_text(encoding="utf-8"))
    then, now = entries_in(old), entries_in(folder)
    done = run_verifier(folder, "--key", read_key(KEY).public_key)

    assert now[: len(then)] == then
    assert manifest["entries"] == len(now)
    assert (done.returncode, done.stdout[:9]) == (0, "verified:"), done.stdout


def test_the_backup_of_postgresql_restores_into_sqlite_with_the_same_chains(tmp_path: Path) -> None:
    backup, stored = unpacked("backup-of-postgresql.db.gz", tmp_path), unpacked("muster.db.gz", tmp_path)
    restored = tmp_path / "restored.db"
    restore(f"sqlite:///{restored}", backup, replace=False)

    with open_store(f"sqlite:///{restored}", team=TEAM) as store, open_store(f"sqlite:///{stored}", team=TEAM) as first:
        first.migrate()
        assert heads(store) == heads(first)
        assert verified(store).problems == ()


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("UPDATE entry SET text = replace(text, 'declared', 'declareD') WHERE n = 1 AND incident LIKE '%S7693'", "tampered"),
        ("UPDATE entry SET hash = 'a' || substr(hash, 2) WHERE n = 9 AND incident LIKE '%S7693'", "tampered"),
        ("UPDATE body SET words = replace(words, 'Search is down', 'Search is dowN') WHERE n = 1 AND incident LIKE '%S7693'", "tampered"),
        ("UPDATE checkpoint SET signature = 'a' || substr(signature, 2) WHERE seq = 3 AND substr(signature, 1, 1) <> 'a'", "tampered"),
        ("UPDATE incident SET state = 'closed' WHERE number = 'INC-2026-0003'", "rebuild"),
    ],
)  # fmt: skip
def test_a_change_of_one_byte_in_the_stored_database_is_found(tmp_path: Path, statement: str, kind: str) -> None:
    path = tampered(tmp_path, statement)

    with open_store(f"sqlite:///{path}", team=TEAM) as store:
        kinds = {problem.kind for problem in verified(store).problems}

    assert kinds == {kind, "triggers"}


def test_another_key_than_the_one_that_signed_first_is_found(tmp_path: Path) -> None:
    other = tmp_path / "other.pem"
    new_key(other)
    with open_store(f"sqlite:///{migrated(tmp_path)}", team=TEAM) as store:
        assert "key" in {problem.kind for problem in verified(store, first_key=other).problems}
        assert verified(store, first_key=KEY).problems == ()


def test_a_row_that_was_lost_is_made_again_as_it_was_stored(tmp_path: Path) -> None:
    lost = "DELETE FROM incident WHERE number = 'INC-2026-0002'"
    with open_store(f"sqlite:///{migrated(tmp_path)}", team=TEAM) as store:
        (before,) = [then for then, _ in projections(store) if then["number"] == "INC-2026-0002"]
    path = tampered(tmp_path, lost)

    with open_store(f"sqlite:///{path}", team=TEAM) as store:
        store.reinstall_triggers()
        (made,) = rebuild(store)
        (after,) = [then for then, _ in projections(store) if then["number"] == "INC-2026-0002"]
        assert verified(store).problems == ()

    assert made.id == before["incident"]
    apart = {"shape", "folded"} if before["shape"] != after["shape"] else set()
    assert {k: v for k, v in after.items() if k not in apart} == {k: v for k, v in before.items() if k not in apart}
