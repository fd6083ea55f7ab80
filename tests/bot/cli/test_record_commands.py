"""The commands of the record as processes in an empty environment: what they give, and what bad input comes to."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.cli.verify_command import read_published
from storage.triggers import record_triggers
from tests import postgres
from tests.bot.cli.command import POLICY, ROOT, muster
from tests.bot.cli.started_record import StartedRecord

NEEDS_A_DATABASE = [
    ("verify",),
    ("rebuild",),
    ("metrics", "INC-2026-0001"),
    ("export", "INC-2026-0001"),
    ("incident", "list"),
]


@pytest.fixture
def number(record: StartedRecord, tmp_path: Path) -> str:
    """Declare an incident and give its number."""
    record.muster(tmp_path, "incident", "declare", "service=search", "impact=1", "urgency=1", "No results")
    with record.store() as store:
        return store.queries.incidents("T1")[0].number


def exported(record: StartedRecord, number: str, here: Path) -> Path:
    said = record.muster(here, "export", number, "--out", "out")
    assert said.code == 0, said.everything
    return here / "out" / number


def tampered(record: StartedRecord, statement: str) -> None:
    """Do something to the database that its triggers would refuse."""
    with record.store() as store:
        store.transactions.write(record_triggers.drop)
        store.transactions.write(lambda connection: connection.execute(text(statement)))


def test_migrate_makes_the_database_and_can_be_repeated(tmp_path: Path) -> None:
    first, second = muster(tmp_path, "migrate"), muster(tmp_path, "migrate")

    assert (first.code, second.code) == (0, 0), first.everything
    assert "its triggers fire" in second.out
    assert (tmp_path / "muster.db").exists()


def test_a_role_that_owns_nothing_is_let_in_by_whoever_migrates(postgres_url: str, tmp_path: Path) -> None:
    postgres.server().run("DROP ROLE IF EXISTS muster_guest")
    postgres.server().run("CREATE ROLE muster_guest LOGIN")
    guest = postgres_url.replace("muster@", "muster_guest@")
    before = muster(tmp_path, "verify", DATABASE_URL=guest)

    said = muster(tmp_path, "migrate", "--service-role", "muster_guest", DATABASE_URL=postgres_url)
    after = muster(tmp_path, "verify", DATABASE_URL=guest)
    postgres.server().run("DROP OWNED BY muster_guest")

    assert (before.code, said.code, after.code) == (1, 0, 0)
    assert "muster_guest may work in it and owns nothing of it." in said.out


@pytest.mark.parametrize(
    ("role", "url", "says"),
    [
        ("muster_guest", "sqlite:///muster.db", "Only PostgreSQL has roles"),
        ("x; DROP TABLE entry", "", "a role name is lower-case letters, digits and underscores"),
    ],
)
def test_a_role_that_cannot_be_let_in_is_refused(
    role: str, url: str, says: str, postgres_url: str, tmp_path: Path
) -> None:
    said = muster(tmp_path, "migrate", "--service-role", role, DATABASE_URL=url or postgres_url)

    assert (said.code, said.out) == (2, "")
    assert says in said.err
    assert not (tmp_path / "muster.db").exists()


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("oracle://muster:hunter22@db/muster", "DATABASE_URL names oracle"),
        ("sqlite://", "a record needs a file"),
        ("not an address", "is not an address like"),
        ("postgresql://muster:hunter22@127.0.0.1:9/muster", "The database refuses"),
        ("sqlite:////nowhere/muster.db", "The database refuses"),
    ],
)
@pytest.mark.parametrize("command", ["migrate", "verify"])
def test_a_database_that_cannot_be_used_is_said_in_a_sentence(
    command: str, url: str, says: str, tmp_path: Path
) -> None:
    said = muster(tmp_path, command, DATABASE_URL=url)

    assert (said.code, said.out) == (1, "")
    assert says in said.err or (command == "verify" and "There is no database" in said.err)
    assert "hunter22" not in said.err
    assert "Traceback" not in said.err


@pytest.mark.parametrize("words", NEEDS_A_DATABASE)
def test_without_a_database_a_command_says_so_and_makes_none(words: tuple[str, ...], tmp_path: Path) -> None:
    said = muster(tmp_path, *words)

    assert (said.code, said.out) == (1, "")
    assert "There is no database at muster.db yet" in said.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("words", NEEDS_A_DATABASE)
def test_an_empty_file_is_no_record_yet(words: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "muster.db").touch()

    said = muster(tmp_path, *words)

    assert said.code == 1
    assert "The database is empty" in said.err


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "muster.db").write_text("a shopping list\n" * 100, encoding="utf-8")

    said = muster(tmp_path, "verify")

    assert said.code == 1
    assert "file is not a database" in said.err
    assert "Traceback" not in said.err


@pytest.mark.parametrize("words", [("policy", str(ROOT / "policy.yaml")), ("policy",)], ids=["named", "in use"])
def test_the_shipped_policy_is_in_order(tmp_path: Path, words: tuple[str, ...]) -> None:
    (tmp_path / ".env").write_text(f"MUSTER_POLICY={ROOT / 'policy.yaml'}\n", encoding="utf-8")

    said = muster(tmp_path, *words)

    assert said.code == 0, said.everything
    assert said.out.startswith("Nothing is wrong: version 2026.1")


def test_every_fault_of_a_policy_is_named_with_its_line(tmp_path: Path) -> None:
    broken = POLICY.replace("tier: 3", "tier: three").replace("P5: {ack: 960", "P5: {ack: -1")
    (tmp_path / "policy.yaml").write_text(broken, encoding="utf-8")

    said = muster(tmp_path, "policy")

    wanted = [broken[: broken.index(part)].count("\n") + 1 for part in ("tier: three", "P5: {ack: -1")]
    assert (said.code, said.out) == (1, "")
    assert [int(n) for n in re.findall(r"^policy\.yaml line (\d+): ", said.err, re.MULTILINE)] == wanted


@pytest.mark.parametrize(
    ("given", "code", "says"),
    [
        (None, 2, "policy.yaml cannot be read: No such file or directory."),
        (b"version: \xff\xfe", 2, "is no text in UTF-8"),
        (b"version: [1\nowner: x", 1, "line 2"),
        (b"a: \x07", 1, "line 1: cannot be read"),
        (b"", 1, "line 1"),
        (b"- a\n- b\n", 1, "line 1"),
        (b"? [a, b]\n: c\n", 1, "line 1"),
        (b"version: *nobody\n", 1, "line 1"),
        (b"version: !!python/object:os.system x\n", 1, "line 1"),
    ],
)
def test_a_policy_that_cannot_be_read_is_said_in_a_sentence(
    given: bytes | None, code: int, says: str, tmp_path: Path
) -> None:
    if given is not None:
        (tmp_path / "policy.yaml").write_bytes(given)

    said = muster(tmp_path, "policy")

    assert (said.code, said.out) == (code, ""), said.everything
    assert says in said.err
    assert "Traceback" not in said.err


def test_a_sound_record_verifies(record: StartedRecord, number: str, tmp_path: Path) -> None:
    said = record.muster(tmp_path, "verify")

    assert (said.code, said.err) == (0, "")
    assert re.fullmatch(r"Verified: \d+ entries in 2 chains, 0 checkpoints\.\n", said.out)


def test_dropped_triggers_are_reinstalled_only_on_request(record: StartedRecord, tmp_path: Path) -> None:
    with record.store() as store:
        store.transactions.write(record_triggers.drop)
    refused, found = record.muster(tmp_path, "migrate"), record.muster(tmp_path, "verify")

    said = record.muster(tmp_path, "migrate", "--triggers")

    assert (refused.code, found.code, said.code) == (1, 6, 0), said.everything
    assert "The triggers are installed and fire." in said.out
    assert record.muster(tmp_path, "verify").code == 0


def test_changes_made_without_the_triggers_are_found_when_they_are_reinstalled(
    record: StartedRecord, number: str, tmp_path: Path
) -> None:
    tampered(record, "UPDATE entry SET text = replace(text, 'search', 'basket') WHERE n = 1")

    said = record.muster(tmp_path, "migrate", "--guards")

    assert said.code == 3
    assert "tampered" in said.out


def test_a_changed_entry_is_named(record: StartedRecord, number: str, tmp_path: Path) -> None:
    tampered(record, "UPDATE entry SET text = replace(text, 'declared', 'declaimed') WHERE n = 1 AND kind = 'declared'")

    said = record.muster(tmp_path, "verify")

    assert said.code == 3
    assert re.search(r"^tampered in \w+, entry 1: ", said.out, re.MULTILINE)
    assert re.search(r"^triggers: ", said.out, re.MULTILINE)


def test_a_row_that_does_not_follow_from_the_record_is_made_again(
    record: StartedRecord, number: str, tmp_path: Path
) -> None:
    with record.store() as store:
        store.transactions.write(lambda c: c.execute(text("UPDATE incident SET state = 'closed'")))
    found = record.muster(tmp_path, "verify")

    mended = record.muster(tmp_path, "rebuild")

    assert found.code == 6
    assert "rebuild in" in found.out
    assert mended.code == 0, mended.everything
    assert record.muster(tmp_path, "verify").code == 0


def test_an_export_verifies_by_itself_and_against_the_database(
    record: StartedRecord, number: str, tmp_path: Path
) -> None:
    folder = exported(record, number, tmp_path)

    alone = subprocess.run(
        [sys.executable, "-I", "verify.py"], cwd=folder, env={}, capture_output=True, text=True, check=False
    )
    covered = record.muster(tmp_path, "verify", "--checkpoint", f"out/{number}/proof.json")
    assert alone.returncode == 0, alone.stdout + alone.stderr
    assert covered.code == 0, covered.everything
    assert "NOT SIGNED: nothing here shows who made this export" in alone.stdout
    assert list(tmp_path.glob("*.key")) == [], "a key that nobody knows would show nothing"


def test_a_tail_that_was_cut_after_a_checkpoint_left_the_house_is_found(
    record: StartedRecord, number: str, tmp_path: Path
) -> None:
    proof = exported(record, number, tmp_path) / "proof.json"
    last = json.loads(proof.read_text(encoding="utf-8"))["leaf"]["n"]
    with record.store() as store:
        store.transactions.write(record_triggers.drop)
        for table in ("body", "entry"):
            cut = text(f"DELETE FROM {table} WHERE n = {last} AND incident <> 'workspace'")
            store.transactions.write(lambda connection, cut=cut: connection.execute(cut))

    said = record.muster(tmp_path, "verify", "--checkpoint", str(proof))

    assert said.code == 4
    assert f"entry {last} is missing" in said.out


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

    said = record.muster(tmp_path, "verify", "--checkpoint", "other.json")

    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("other.json cannot be used: ")
    assert says in said.err


def test_a_checkpoint_that_states_nothing_is_refused(record: StartedRecord, number: str, tmp_path: Path) -> None:
    proof = exported(record, number, tmp_path) / "proof.json"
    told = json.loads(proof.read_text(encoding="utf-8"))
    for statement in ("", "[]", "{}", "nonsense"):
        proof.write_text(json.dumps({**told, "statement": statement}), encoding="utf-8")

        with pytest.raises(ValueError, match="it is no checkpoint"):
            read_published(proof)


def test_a_checkpoint_of_another_database_is_found_not_to_fit(
    record: StartedRecord, number: str, tmp_path: Path
) -> None:
    proof = exported(record, number, tmp_path) / "proof.json"
    told = json.loads(proof.read_text(encoding="utf-8"))
    told["leaf"]["key"][1] = "01JZ0000000000000000000000"
    proof.write_text(json.dumps(told), encoding="utf-8")

    said = record.muster(tmp_path, "verify", "--checkpoint", str(proof))

    assert said.code == 3
    assert "tampered" in said.out
    assert "Traceback" not in said.err


@pytest.mark.parametrize("command", ["export", "metrics"])
def test_a_number_that_nobody_knows_is_answered_with_those_there_are(
    command: str, record: StartedRecord, number: str, tmp_path: Path
) -> None:
    said = record.muster(tmp_path, command, "inc-1999-0007")

    assert (said.code, said.out) == (1, "")
    assert said.err == f"There is no incident INC-1999-0007. The latest are {number}.\n"


def test_metrics_are_json(record: StartedRecord, number: str, tmp_path: Path) -> None:
    said = record.muster(tmp_path, "metrics", number.lower())

    assert said.code == 0, said.everything
    assert isinstance(json.loads(said.out), dict)


def test_an_export_into_a_place_that_cannot_be_written_is_refused(
    record: StartedRecord, number: str, tmp_path: Path
) -> None:
    (tmp_path / "out").write_text("a file stands here", encoding="utf-8")

    said = record.muster(tmp_path, "export", number)

    assert (said.code, said.out) == (1, "")
    assert f"out/{number}" in said.err
    assert "Traceback" not in said.err


@pytest.mark.parametrize("words", [("verify",), ("export", "INC-2026-0001")])
def test_a_configured_key_that_is_missing_is_not_replaced_by_a_new_one(
    words: tuple[str, ...], record: StartedRecord, number: str, tmp_path: Path
) -> None:
    said = record.muster(tmp_path, *words, MUSTER_KEY_FILE="keys/muster.key")

    assert said.code == 1
    assert "There is no file keys/muster.key" in said.err
    assert list(tmp_path.glob("**/*.key")) == []


def test_a_key_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    made = muster(tmp_path, "keygen")
    before = (tmp_path / "muster.key").read_bytes()
    again = muster(tmp_path, "keygen")

    assert made.code == 0, made.everything
    assert re.fullmatch(r"[0-9a-f]{64}", made.out.splitlines()[-1])
    assert (again.code, again.out) == (1, "")
    assert "muster.key exists and is left as it is" in again.err
    assert (tmp_path / "muster.key").read_bytes() == before
    assert (tmp_path / "muster.key").stat().st_mode & 0o777 == 0o600


def test_a_key_where_no_folder_is_cannot_be_written(tmp_path: Path) -> None:
    said = muster(tmp_path, "keygen", "no/such/folder/muster.key")

    assert said.code == 1
    assert "cannot be written: No such file or directory." in said.err


@pytest.mark.parametrize(
    ("content", "code", "says"),
    [
        (None, 2, "does not exist"),
        ("events: [", 1, "script.yaml"),
        ("- a", 1, "script.yaml"),
        ("", 1, "script.yaml"),
        ("a: \x07", 1, "script.yaml"),
        ("id: x\nevents: []\n", 1, "script.yaml"),
    ],
)
def test_a_file_that_is_no_script_is_refused_by_name(content: str | None, code: int, says: str, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "script.yaml").write_text(content, encoding="utf-8")

    said = muster(tmp_path, "replay", "script.yaml")

    assert (said.code, said.out) == (code, "")
    assert says in said.err
    assert "Traceback" not in said.err


def test_a_word_that_is_no_command_is_refused(tmp_path: Path) -> None:
    said = muster(tmp_path, "dance")

    assert said.code == 2
    assert "No such command 'dance'" in said.err
