"""The commands of the record as processes in an empty environment: their output, and their response to bad input."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support import postgres
from tests.support.muster_command import POLICY, ROOT, muster
from tests.support.started_record import StartedRecord

NEEDS_A_DATABASE = [
    ("verify",),
    ("rebuild",),
    ("metrics", "INC-2026-0001"),
    ("export", "INC-2026-0001"),
    ("incident", "list"),
]


def test_migrate_creates_the_database_and_can_be_repeated(tmp_path: Path) -> None:
    first, second = muster(tmp_path, "migrate"), muster(tmp_path, "migrate")

    assert (first.code, second.code) == (0, 0), first.everything
    assert "its triggers fire" in second.out
    assert (tmp_path / "muster.db").exists()


def test_a_role_without_rights_is_referred_to_the_owner(postgres_url: str, tmp_path: Path) -> None:
    postgres.server().run("DROP ROLE IF EXISTS muster_stranger")
    postgres.server().run("CREATE ROLE muster_stranger LOGIN")

    result = muster(tmp_path, "verify", DATABASE_URL=postgres_url.replace("muster@", "muster_stranger@"))

    assert result.code == 1
    assert "permission denied" in result.err
    assert "`muster migrate --service-role NAME`" in result.err


def test_migrate_grants_access_to_a_role_that_owns_nothing(postgres_url: str, tmp_path: Path) -> None:
    postgres.server().run("DROP ROLE IF EXISTS muster_guest")
    postgres.server().run("CREATE ROLE muster_guest LOGIN")
    guest = postgres_url.replace("muster@", "muster_guest@")
    before = muster(tmp_path, "verify", DATABASE_URL=guest)

    result = muster(tmp_path, "migrate", "--service-role", "muster_guest", DATABASE_URL=postgres_url)
    after = muster(tmp_path, "verify", DATABASE_URL=guest)
    postgres.server().run("DROP OWNED BY muster_guest")

    assert (before.code, result.code, after.code) == (1, 0, 0)
    assert "muster_guest may work in it and owns nothing of it." in result.out


@pytest.mark.parametrize(
    ("role", "url", "says"),
    [
        ("muster_guest", "sqlite:///muster.db", "Only PostgreSQL has roles"),
        ("x; DROP TABLE entry", "", "a role name is lower-case letters, digits and underscores"),
    ],
)
def test_a_role_that_cannot_be_granted_access_is_refused(
    role: str, url: str, says: str, postgres_url: str, tmp_path: Path
) -> None:
    result = muster(tmp_path, "migrate", "--service-role", role, DATABASE_URL=url or postgres_url)

    assert (result.code, result.out) == (2, "")
    assert says in result.err
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
def test_an_unusable_database_is_reported_in_a_sentence(command: str, url: str, says: str, tmp_path: Path) -> None:
    result = muster(tmp_path, command, DATABASE_URL=url)

    assert (result.code, result.out) == (1, "")
    assert says in result.err or (command == "verify" and "There is no database" in result.err)
    assert "hunter22" not in result.err
    assert "Traceback" not in result.err


@pytest.mark.parametrize("words", NEEDS_A_DATABASE)
def test_without_a_database_a_record_command_says_so_and_creates_none(words: tuple[str, ...], tmp_path: Path) -> None:
    result = muster(tmp_path, *words)

    assert (result.code, result.out) == (1, "")
    assert "There is no database at muster.db yet" in result.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("words", NEEDS_A_DATABASE)
def test_an_empty_file_is_no_record_yet(words: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "muster.db").touch()

    result = muster(tmp_path, *words)

    assert result.code == 1
    assert "The database is empty" in result.err


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "muster.db").write_text("a shopping list\n" * 100, encoding="utf-8")

    result = muster(tmp_path, "verify")

    assert result.code == 1
    assert "file is not a database" in result.err
    assert "Traceback" not in result.err


@pytest.mark.parametrize("words", [("policy", str(ROOT / "policy.yaml")), ("policy",)], ids=["named", "in use"])
def test_the_shipped_policy_is_in_order(tmp_path: Path, words: tuple[str, ...]) -> None:
    (tmp_path / ".env").write_text(f"MUSTER_POLICY={ROOT / 'policy.yaml'}\n", encoding="utf-8")

    result = muster(tmp_path, *words)

    assert result.code == 0, result.everything
    assert re.match(r"\S*policy\.yaml can become active: version 2026\.1, approved by .*, 4 services\.", result.out)
    assert "P1, P2 owe customer updates" in result.out


def test_a_policy_with_nothing_left_open_is_reported_as_such(tmp_path: Path) -> None:
    whole = re.sub(r"(?m)^#(?=\S|  )", "", POLICY).replace('owner: ""', "owner: U0123ABCD\n    ladder: payments")
    whole = whole.replace("    ladder: payments\n    owner_group: payments", "    owner_group: payments")
    (tmp_path / "policy.yaml").write_text(whole, encoding="utf-8")

    result = muster(tmp_path, "policy")

    assert (result.code, result.out.count("\n")) == (0, 1), result.everything
    assert result.out.startswith("Nothing is wrong: version 2026.1")


def test_a_channel_without_quotes_is_a_fault(tmp_path: Path) -> None:
    slip = POLICY.replace('incidents_channel: "#incidents"', "incidents_channel: #incidents")
    (tmp_path / "policy.yaml").write_text(slip, encoding="utf-8")

    result = muster(tmp_path, "policy")

    assert (result.code, result.out) == (1, "")
    assert 'Put it in quotes: incidents_channel: "#incidents".' in result.err


def test_every_fault_of_a_policy_is_named_with_its_line(tmp_path: Path) -> None:
    broken = POLICY.replace("tier: 3", "tier: three").replace("P5: {ack: 960", "P5: {ack: -1")
    (tmp_path / "policy.yaml").write_text(broken, encoding="utf-8")

    result = muster(tmp_path, "policy")

    expected = [broken[: broken.index(part)].count("\n") + 1 for part in ("tier: three", "P5: {ack: -1")]
    assert (result.code, result.out) == (1, "")
    assert [int(n) for n in re.findall(r"^policy\.yaml line (\d+): ", result.err, re.MULTILINE)] == expected


@pytest.mark.parametrize(
    ("given", "code", "says"),
    [
        (None, 2, "policy.yaml cannot be read: No such file or directory."),
        (b"version: \xff\xfe", 2, "is no text in UTF-8"),
        (b"version: [1\nowner: x", 1, "line 2"),
        (b"a: \x07", 1, "line 1: has a character that YAML does not allow"),
        (b"", 1, "line 1"),
        (b"- a\n- b\n", 1, "line 1"),
        (b"? [a, b]\n: c\n", 1, "line 1"),
        (b"version: *nobody\n", 1, "line 1"),
        (b"version: !!python/object:os.system x\n", 1, "line 1"),
    ],
)
def test_an_unreadable_policy_is_reported_in_a_sentence(
    given: bytes | None, code: int, says: str, tmp_path: Path
) -> None:
    if given is not None:
        (tmp_path / "policy.yaml").write_bytes(given)

    result = muster(tmp_path, "policy")

    assert (result.code, result.out) == (code, ""), result.everything
    assert says in result.err
    assert "Traceback" not in result.err


@pytest.mark.parametrize("typed", [lambda number: number.lower(), lambda number: number[4:].replace("-0", "-")])
def test_a_number_may_be_typed_as_in_slack(
    typed: Callable[[str], str], record: StartedRecord, number: str, tmp_path: Path
) -> None:
    result = record.muster(tmp_path, "metrics", typed(number))

    assert result.code == 0, result.everything
    assert json.loads(result.out)


@pytest.mark.parametrize("command", ["export", "metrics"])
def test_an_unknown_number_is_answered_with_the_existing_numbers(
    command: str, record: StartedRecord, number: str, tmp_path: Path
) -> None:
    result = record.muster(tmp_path, command, "inc-1999-0007")

    assert (result.code, result.out) == (1, "")
    assert result.err == f"There is no incident INC-1999-0007. The latest are {number}.\n"


def test_metrics_without_a_number_are_one_json_object_for_each_incident(
    record: StartedRecord, number: str, tmp_path: Path
) -> None:
    record.muster(tmp_path, "incident", "declare", "service=search", "impact=3", "urgency=3", "Slow")

    result = record.muster(tmp_path, "metrics")

    found = [json.loads(line) for line in result.out.splitlines()]
    assert [(one["number"] > number, one["service"], one["priority"]) for one in found] == [
        (True, "search", "P5"),
        (False, "search", "P1"),
    ]
    assert {"time_to_ack_s", "state"} <= found[0].keys()


def test_metrics_are_json(record: StartedRecord, number: str, tmp_path: Path) -> None:
    result = record.muster(tmp_path, "metrics", number.lower())

    assert result.code == 0, result.everything
    assert isinstance(json.loads(result.out), dict)


def test_the_review_is_printed_or_written_as_pdf(record: StartedRecord, number: str, tmp_path: Path) -> None:
    printed = record.muster(tmp_path, "review", number)
    written = record.muster(tmp_path, "review", number, "--pdf", "--out", str(tmp_path / "here"))
    unknown = record.muster(tmp_path, "review", "INC-2026-9999", "--pdf")

    assert printed.out.startswith(f"# Review of {number}: "), printed.everything
    assert "[E1]" in printed.out
    assert (tmp_path / "here" / f"{number}-review.pdf").read_bytes().startswith(b"%PDF-"), written.everything
    assert (written.err, unknown.code) == ("", 1)


def test_an_export_into_an_unwritable_folder_is_refused(record: StartedRecord, number: str, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file is here", encoding="utf-8")

    result = record.muster(tmp_path, "export", number)

    assert (result.code, result.out) == (1, "")
    assert f"out/{number}" in result.err
    assert "Traceback" not in result.err
    assert "exported" not in [entry.fact.kind for entry in record.entries()]


def test_an_export_says_that_it_replaces_the_one_before(record: StartedRecord, number: str, tmp_path: Path) -> None:
    first, second = (record.muster(tmp_path, "export", number) for _ in range(2))

    assert (first.code, second.code) == (0, 0), first.everything
    assert "replaces" not in first.out
    assert "It replaces the export that was there" in second.out


@pytest.mark.parametrize("words", [("verify",), ("export", "INC-2026-0001")])
def test_a_configured_key_that_is_missing_is_not_replaced_by_a_new_one(
    words: tuple[str, ...], record: StartedRecord, number: str, tmp_path: Path
) -> None:
    result = record.muster(tmp_path, *words, MUSTER_KEY_FILE="keys/muster.key")

    assert result.code == 1
    assert "There is no file keys/muster.key" in result.err
    assert list(tmp_path.glob("**/*.key")) == []


def test_a_key_is_created_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    made = muster(tmp_path, "keygen")
    before = (tmp_path / "muster.key").read_bytes()
    again = muster(tmp_path, "keygen")

    assert made.code == 0, made.everything
    assert re.fullmatch(r"[0-9a-f]{64}", made.out.splitlines()[-1])
    assert (again.code, again.out) == (1, "")
    assert "muster.key exists and is left as it is" in again.err
    assert (tmp_path / "muster.key").read_bytes() == before
    assert (tmp_path / "muster.key").stat().st_mode & 0o777 == 0o600


def test_a_key_in_a_missing_folder_is_refused(tmp_path: Path) -> None:
    result = muster(tmp_path, "keygen", "no/such/folder/muster.key")

    assert result.code == 1
    assert "cannot be written: No such file or directory." in result.err


@pytest.mark.parametrize(
    ("content", "code", "says"),
    [
        (None, 2, "does not exist"),
        ("events: [", 1, "script.yaml"),
        ("- a", 1, "script.yaml"),
        ("", 1, "script.yaml"),
        ("a: \x07", 1, "script.yaml"),
        ("id: x\nevents: []\n", 1, "line 2: events must not be empty"),
        (
            "events:\n - {id: a, at: soon}\n",
            1,
            "line 2: events.0.at must be a time like 2026-01-31T17:20:00Z, not soon",
        ),
    ],
)
def test_a_file_that_is_no_scenario_is_refused_by_name(
    content: str | None, code: int, says: str, tmp_path: Path
) -> None:
    if content is not None:
        (tmp_path / "script.yaml").write_text(content, encoding="utf-8")

    result = muster(tmp_path, "replay", "script.yaml")

    assert (result.code, result.out) == (code, "")
    assert says in result.err
    assert "Traceback" not in result.err


def test_an_unknown_command_is_refused(tmp_path: Path) -> None:
    result = muster(tmp_path, "dance")

    assert result.code == 2
    assert "No such command 'dance'" in result.err
