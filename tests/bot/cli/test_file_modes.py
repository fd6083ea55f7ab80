"""What Muster writes is for its own user only, whatever umask it is started with."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

from tests.support.muster_command import POLICY, environment
from tests.support.started_record import StartedRecord


def test_database_backup_and_export_are_for_their_owner_only(
    record: StartedRecord, number: str, tmp_path: Path
) -> None:
    here = tmp_path / "here"
    here.mkdir()
    (here / "policy.yaml").write_text(POLICY, encoding="utf-8")

    def run(*words: str, url: str) -> None:
        command = [sys.executable, "-P", "-m", "bot.cli.main", *words]
        given = environment(DATABASE_URL=url)
        subprocess.run(command, cwd=here, env=given, check=True, capture_output=True, umask=0o022)

    run("migrate", url="sqlite:///new.db")
    run("backup", "backup.db", url=record.url)
    run("export", number, url=record.url)

    written = [path for path in here.rglob("*") if path.name != "policy.yaml"]
    assert {"new.db", "backup.db", "MANIFEST.json", "out"} <= {path.name for path in written}
    assert {stat.S_IMODE(path.stat().st_mode) for path in written if path.is_file()} == {0o600}
    assert {stat.S_IMODE(path.stat().st_mode) for path in written if path.is_dir()} == {0o700}
