"""The commands that maintain the record: backup and restore, retention, keys, time stamps in exports.

They are called in this process, which takes a tenth of the time; `test_record.py` starts real ones.
"""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from bot.cli.main import app
from incident.record.hash_chain import canonical
from storage.database.role_grants import held_grants
from storage.integrity.signing_keys import read_key
from storage.maintenance.verification import verify
from storage.store import open_store
from tests.support import postgres
from tests.support.export_office import refit
from tests.support.muster_command import POLICY, CommandResult
from tests.support.started_record import TEAM, StartedRecord, start_record
from tests.support.tsa_server import TsaServer, checked_by_openssl

THE_KEY = {"MUSTER_KEY_FILE": "muster.key"}
NOTHING = dict.fromkeys(("MUSTER_KEY_FILE", "MUSTER_TSA_URL", "MUSTER_TSA_CERT", "MUSTER_POLICY"))


def muster(record: StartedRecord, folder: Path, *words: str, **given: str) -> CommandResult:
    """Run a command in a folder, on a database, with the environment variables given."""
    with contextlib.chdir(folder):
        done = CliRunner().invoke(app, words, env={**NOTHING, **given, "DATABASE_URL": record.url})
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return CommandResult(done.exit_code, done.stdout, done.stderr)


@pytest.fixture
def either(database_url: str) -> StartedRecord:
    """A record on each kind of database. Behaviour that does not differ between them is tested on SQLite alone."""
    return start_record(database_url)


@pytest.fixture
def authority(tmp_path: Path) -> Iterator[TsaServer]:
    (tmp_path / "tsa").mkdir()
    opened = TsaServer(tmp_path / "tsa")
    yield opened
    opened.close()


@pytest.fixture
def here(tmp_path: Path) -> Path:
    folder = tmp_path / "here"
    folder.mkdir()
    return folder


def declare(record: StartedRecord, here: Path, title: str = "No results") -> str:
    result = muster(record, here, "incident", "declare", "service=search", "impact=1", "urgency=1", title)
    assert result.code == 0, result.everything
    with record.store() as store:
        return max(one.number for one in store.queries.incidents(TEAM))


def checkpoint(record: StartedRecord, here: Path, key: str | None = "muster.key") -> tuple[int, str]:
    """Take a checkpoint as the checkpoint job does, and return its number and root."""
    with record.store() as store:
        taken = store.checkpoints.take(datetime.now(UTC), read_key(here / key) if key else None)
    assert taken is not None
    return taken.seq, taken.root


def public_key(here: Path, name: str = "muster.key") -> str:
    return read_key(here / name).public_key


def test_a_backup_is_verified_and_restored_and_names_what_is_lost(either: StartedRecord, here: Path) -> None:
    muster(either, here, "keygen")
    declare(either, here)
    checkpoint(either, here)
    saved = muster(either, here, "backup", "copy.db", **THE_KEY)
    declare(either, here, "Sign-in hangs")
    seq, root = checkpoint(either, here)

    refused = muster(either, here, "restore", "copy.db", **THE_KEY)
    restored = muster(either, here, "restore", "copy.db", "--replace", "--seen", f"{seq}:{root}", **THE_KEY)

    assert saved.code == 0, saved.everything
    assert "Verified: " in saved.out
    assert (refused.code, refused.out) == (1, "")
    assert "--replace puts the backup in their place" in refused.err
    assert restored.code == 4, "the published root shows that something is missing"
    assert f"Checkpoint {seq} was published, this ends with 1." in restored.out
    assert f"truncated: checkpoint {seq}, which was seen outside, is missing" in restored.out
    assert re.search(r"^Before, it held \d+ entries, the last of ", restored.out, re.MULTILINE)
    with either.store() as store:
        assert [one.number for one in store.queries.incidents(TEAM)] == [f"INC-{datetime.now(UTC).year}-0001"]
        assert verify(store).is_sound
    assert muster(either, here, "verify", **THE_KEY).code == 0


def test_a_restore_gives_the_roles_of_postgresql_the_rights_that_they_had(postgres_url: str, here: Path) -> None:
    record = start_record(postgres_url)
    for role in ("muster_restored", '"Reader of muster"'):
        postgres.server().run(f"CREATE ROLE {role} LOGIN")
    with psycopg.connect(postgres_url, autocommit=True) as owner:
        owner.execute('GRANT SELECT ON entry TO "Reader of muster" WITH GRANT OPTION')
    service = StartedRecord(postgres_url.replace("muster@", "muster_restored@"))
    assert muster(record, here, "migrate", "--service-role", "muster_restored").code == 0
    declare(service, here)
    muster(record, here, "backup", "copy.db")
    with open_store(postgres_url) as store:
        before = store.transactions.read(held_grants)

    restored = muster(record, here, "restore", "copy.db", "--replace")

    with open_store(postgres_url) as store:
        after = store.transactions.read(held_grants)
    assert restored.code == 0, restored.everything
    assert "Rights put back for: Reader of muster, muster_restored." in restored.out
    assert len(before) > 20
    assert after == before
    declare(service, here, "Sign-in hangs")
    assert muster(service, here, "verify").code == 0


def test_a_restore_on_postgresql_without_a_service_role_says_how_to_make_one(postgres_url: str, here: Path) -> None:
    record = start_record(postgres_url)
    declare(record, here)
    muster(record, here, "backup", "copy.db")

    restored = muster(record, here, "restore", "copy.db", "--replace")

    assert "If Muster runs as one: `muster migrate --service-role NAME`." in restored.out


def test_a_restore_that_includes_every_published_root_loses_nothing(record: StartedRecord, here: Path) -> None:
    muster(record, here, "keygen")
    declare(record, here)
    seq, root = checkpoint(record, here)
    muster(record, here, "backup", "copy.db")

    restored = muster(record, here, "restore", "copy.db", "--replace", "--seen", f"{seq}:{root}", **THE_KEY)

    assert restored.code == 0, restored.everything
    assert "Lost:" not in restored.out
    assert f"The last checkpoint that all of it agrees with: {seq} of " in restored.out


def test_a_wrong_argument_is_refused_before_any_change(record: StartedRecord, here: Path) -> None:
    declare(record, here)
    (here / "copy.db").write_text("mine")

    over = muster(record, here, "backup", "copy.db")
    nothing = muster(record, here, "restore", "none.db", "--replace")
    nonsense = muster(record, here, "restore", "copy.db", "--seen", "41:abc")
    nokey = muster(record, here, "verify", "--key", "abc")

    assert [(one.code, one.out) for one in (over, nothing, nonsense, nokey)] == [(1, ""), (1, ""), (2, ""), (2, "")]
    assert "Copy.db exists" in over.err or "copy.db exists and is not overwritten" in over.err
    assert "here is no file none.db" in nothing.err
    assert "with all 64 digits" in nonsense.err
    assert (here / "copy.db").read_text() == "mine"


def test_retention_lists_and_then_deletes(either: StartedRecord, here: Path) -> None:
    numbers = [declare(either, here, title) for title in ("The monitor broke", "Nothing yet")]
    muster(either, here, "incident", "--in", numbers[0], "void", "false_alarm", "because the monitor itself was broken")
    _aged(either, years=4)
    checkpoint(either, here, None)

    listed = muster(either, here, "retention", "--dry-run")
    done = muster(either, here, "retention")

    assert (listed.code, done.code) == (0, 0), listed.everything + done.everything
    assert re.match(rf"{numbers[0]}: ended .*, kept 3 years, until .*\n1 incident would be deleted\.", listed.out)
    assert done.out.endswith("1 incident deleted.\n")
    assert muster(either, here, "retention").out == "Nothing deleted.\n"
    with either.store() as store:
        assert [one.number for one in store.queries.incidents(TEAM)] == [numbers[1]]
    assert "Deleted after their retention, with a tombstone: 1." in muster(either, here, "verify").out


def _aged(record: StartedRecord, years: int) -> None:
    """Activate a policy with shorter retention periods, since a process cannot run in the future, and backdate everything else."""
    with record.store() as store:
        (key,) = (one.key for one in store.queries.incidents(TEAM, is_over=True))
        folded = store.queries.incident(key)
        assert folded is not None
        then = folded.states[-1].at.replace(year=folded.states[-1].at.year - years)
        states = (*folded.states[:-1], folded.states[-1].model_copy(update={"at": then}))
        old = folded.model_copy(update={"states": states}).model_dump_json()
        values = {"folded": old, "declared": f"{then.year}-01-01T00:00:00.000000Z", "incident": key.id}
        change = text("UPDATE incident SET folded = :folded, declared_at = :declared WHERE incident = :incident")
        store.transactions.write(lambda c: c.execute(change, values).rowcount)


def test_a_rotated_key_endorses_the_next_and_both_are_trusted(record: StartedRecord, here: Path) -> None:
    muster(record, here, "keygen")
    declare(record, here)
    checkpoint(record, here)

    rotated = muster(record, here, "keygen", "--rotate", "next.key", **THE_KEY)
    declare(record, here, "Sign-in hangs")
    checkpoint(record, here, "next.key")

    assert rotated.code == 0, rotated.everything
    assert public_key(here, "next.key") in rotated.out
    assert "set MUSTER_KEY_FILE=next.key" in rotated.out
    for name in ("muster.key", "next.key"):
        verified = muster(record, here, "verify", "--key", public_key(here, name))
        assert verified.code == 0, verified.everything
        assert f"signed with {public_key(here, 'next.key')}" in verified.out


def test_an_unknown_key_is_distinguished_from_tampering(record: StartedRecord, here: Path) -> None:
    for name in ("muster.key", "stray.key"):
        muster(record, here, "keygen", name)
    declare(record, here)
    checkpoint(record, here)
    declare(record, here, "Sign-in hangs")
    checkpoint(record, here, "stray.key")

    verified = muster(record, here, "verify", **THE_KEY)
    stray = muster(record, here, "keygen", "--rotate", "third.key", MUSTER_KEY_FILE="stray.key")
    unset = muster(record, here, "keygen", "--rotate", "third.key")

    assert verified.code == 5
    assert f"checkpoint 2 was signed with {public_key(here, 'stray.key')[:16]}…" in verified.out
    assert (stray.code, unset.code) == (1, 2)
    assert "has not signed here" in stray.err
    assert not (here / "third.key").exists()


def exported(record: StartedRecord, here: Path, number: str, **given: str) -> Path:
    result = muster(record, here, "export", number, **given)
    assert result.code == 0, result.everything
    return here / "out" / number


def checked(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the verifier of an export in isolation."""
    alone = [sys.executable, "-I", "verify.py", *words]
    return subprocess.run(alone, cwd=folder, env={}, capture_output=True, text=True, check=False)


def test_an_export_after_a_rotation_verifies_against_the_first_key(record: StartedRecord, here: Path) -> None:
    muster(record, here, "keygen")
    number = declare(record, here)
    checkpoint(record, here)
    muster(record, here, "keygen", "--rotate", "next.key", **THE_KEY)
    export = muster(record, here, "export", number, MUSTER_KEY_FILE="next.key")
    folder = here / "out" / number

    [_, printed] = export.out.split("Check it: python3 ")
    check = subprocess.run([sys.executable, *printed.split()], cwd=here, capture_output=True, text=True, check=False)
    assert check.returncode == 0, check.stdout
    believed = [checked(folder, "--key", public_key(here, name)) for name in ("muster.key", "next.key")]
    stranger = checked(folder, "--key", "ab" * 32)
    keys = json.loads((folder / "keys.json").read_text("utf-8"))
    keys[0]["signature"] = keys[0]["countersignature"]
    (folder / "keys.json").write_text(canonical(keys), encoding="utf-8")
    refit(folder, signer=read_key(here / "next.key"))
    forged = checked(folder, "--key", public_key(here))

    assert [one.returncode for one in believed] == [0, 0], believed[0].stdout + believed[0].stderr
    assert (stranger.returncode, stranger.stdout[:10]) == (5, "wrong key:")
    assert (forged.returncode, forged.stdout) == (3, "tampered: keys.json has a rotation that both keys did not sign\n")


def test_an_old_key_does_not_vouch_for_an_export_that_its_successor_would_sign(
    record: StartedRecord, here: Path
) -> None:
    muster(record, here, "keygen")
    number = declare(record, here)
    muster(record, here, "keygen", "--rotate", "next.key", **THE_KEY)
    folder = exported(record, here, number, **THE_KEY)

    assert checked(folder, "--key", public_key(here)).returncode == 0
    assert checked(folder, "--key", public_key(here, "next.key")).returncode == 5


def test_an_unsigned_export_says_so_with_and_without_a_key(record: StartedRecord, here: Path) -> None:
    folder = exported(record, here, declare(record, here))

    plain, with_key = checked(folder), checked(folder, "--key", "ab" * 32)

    assert (plain.returncode, with_key.returncode) == (7, 7), plain.stdout + plain.stderr
    assert plain.stdout.startswith("not signed: INC-")
    assert plain.stdout == with_key.stdout
    assert plain.stderr == with_key.stderr == ""


def test_an_export_contains_a_time_stamp_that_openssl_verifies(
    record: StartedRecord, here: Path, authority: TsaServer
) -> None:
    muster(record, here, "keygen")
    given = {**THE_KEY, "MUSTER_TSA_URL": authority.url, "MUSTER_TSA_CERT": str(authority.root)}
    folder = exported(record, here, declare(record, here), **given)

    verified_export = checked(folder, "--key", public_key(here))
    proven = checked_by_openssl(folder, "checkpoint.txt", "checkpoint.tsr", authority.root)
    verified = muster(record, here, "verify", **given)

    assert verified_export.returncode == 0, verified_export.stdout + verified_export.stderr
    assert "openssl ts -verify -data checkpoint.txt -in checkpoint.tsr -CAfile AUTHORITY.pem" in verified_export.stdout
    assert "Verification: OK" in proven.stdout + proven.stderr
    assert verified.code == 0, verified.everything
    assert "Time stamps from outside: 1." in verified.out
    (folder / "checkpoint.txt").write_text("something else", encoding="utf-8")
    refit(folder, signer=read_key(here / "muster.key"))
    assert "checkpoint.txt is not the statement of the checkpoint" in checked(folder).stdout
    assert (
        "Verification: OK" not in checked_by_openssl(folder, "checkpoint.txt", "checkpoint.tsr", authority.root).stdout
    )


@pytest.mark.parametrize("how", ["closed", "refuses", "babbles"])
def test_an_export_without_a_usable_answer_of_the_authority_is_made_and_says_so(
    how: str, record: StartedRecord, here: Path, authority: TsaServer
) -> None:
    setattr(authority, how, True)
    muster(record, here, "keygen")
    number = declare(record, here)

    result = muster(record, here, "export", number, MUSTER_TSA_URL=authority.url, **THE_KEY)

    assert result.code == 0, result.everything
    assert "The time-stamp authority gave no usable answer" in result.out
    assert sum(entry.fact.kind == "exported" for entry in record.entries()) == 1
    assert checked(here / "out" / number, "--key", public_key(here)).returncode == 0


def test_a_backup_of_one_kind_of_database_restores_into_the_other(
    either: StartedRecord, here: Path, tmp_path: Path
) -> None:
    """The way from SQLite to PostgreSQL, and back."""
    declare(either, here)
    muster(either, here, "backup", "copy.db")
    moved = f"sqlite:///{tmp_path / 'moved.db'}"

    result = muster(StartedRecord(moved), here, "restore", "copy.db")

    assert result.code == 0, result.everything
    with either.store() as before, open_store(moved, team=TEAM) as after:
        assert before.queries.chain_keys() == after.queries.chain_keys()
        assert before.directory.active_policy() == after.directory.active_policy()
        assert after.directory.active_policy()[1] == POLICY


def examined(record: StartedRecord, here: Path, **given: str) -> str:
    (here / "policy.yaml").write_text(POLICY, encoding="utf-8")
    return muster(record, here, "doctor", **given).out


def test_the_doctor_names_unsigned_checkpoints_and_roots_that_are_not_published(
    record: StartedRecord, here: Path
) -> None:
    declare(record, here)
    checkpoint(record, here, None)

    alone = examined(record, here)
    stamped = examined(record, here, MUSTER_TSA_URL="https://stamps.example/")

    assert "Unsigned checkpoints: 1." in alone
    assert "The last checkpoint is 1, of " in alone
    assert "Checkpoints never leave this database" in alone
    assert "Checkpoints never leave this database" not in stamped


def test_the_doctor_finds_a_key_replaced_without_a_rotation(record: StartedRecord, here: Path) -> None:
    for name in ("muster.key", "stray.key"):
        muster(record, here, "keygen", name)
    declare(record, here)
    checkpoint(record, here)

    right, swapped = (examined(record, here, MUSTER_KEY_FILE=name) for name in ("muster.key", "stray.key"))
    muster(record, here, "keygen", "--rotate", "next.key", **THE_KEY)
    named = examined(record, here, MUSTER_KEY_FILE="next.key")

    says = "The key of MUSTER_KEY_FILE has not signed here and nothing names it"
    assert [says in one for one in (right, swapped, named)] == [False, True, False]
