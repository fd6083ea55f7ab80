"""`muster token`, on a real database."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from bot.clock import RealClock
from bot.monitoring.logs import redact
from roles.person_ids import slack_person
from tests.support.started_record import StartedRecord


def test_a_token_is_shown_once_listed_without_its_text_and_revoked(record: StartedRecord, here: Path) -> None:
    made = record.muster(
        here, "token", "create", "deploy-bot", "--scope", "read", "--scope", "record", "--service", "checkout"
    )
    presented = made.out.splitlines()[-1]
    with record.store() as store:
        token = store.tokens.find(presented, RealClock().now())
    assert token is not None
    assert (token.owner, token.scopes, token.created_by[:4]) == ("rest:deploy-bot", ("read", "record"), "cli:")

    listed = record.muster(here, "token", "list").out
    assert "deploy-bot: acts as rest:deploy-bot; may read, record; services checkout" in listed
    assert presented not in listed
    assert redact(f"Bearer {presented} was sent") == "Bearer [hidden] was sent"

    assert record.muster(here, "token", "revoke", token.id).code == 0
    assert "revoked" in record.muster(here, "token", "list").out
    with record.store() as store:
        assert store.tokens.find(presented, RealClock().now()) is None


def test_a_token_acts_as_a_person_who_is_in_the_directory(record: StartedRecord, here: Path) -> None:
    assert record.muster(here, "token", "create", "laptop", "--person", "@ann.low").code == 0
    unknown = record.muster(here, "token", "create", "laptop", "--person", "@nobody")

    assert "names no one person in the directory" in unknown.err
    with record.store() as store:
        assert [one.owner for one in store.tokens.all()] == [slack_person("T1", "U1")]


def test_what_cannot_be_made_is_refused_with_what_to_do(record: StartedRecord, here: Path, number: str) -> None:
    assert "There is no token" in record.muster(here, "token", "list").out
    assert "small letters" in record.muster(here, "token", "create", "Deploy Bot").err
    assert "no service zebra" in record.muster(here, "token", "create", "x", "--service", "zebra").err
    assert "`muster token list`" in record.muster(here, "token", "revoke", "nope").err
    assert record.muster(here, "token", "grant", "nope", number).code == 1


def test_a_grant_is_one_incident_and_can_be_withdrawn(record: StartedRecord, here: Path, number: str) -> None:
    record.muster(here, "token", "create", "deploy-bot")
    with record.store() as store:
        [token] = store.tokens.all()

    record.muster(here, "token", "grant", token.id, number)
    assert f"restricted {number}" in record.muster(here, "token", "list").out

    record.muster(here, "token", "grant", token.id, number, "--withdraw")
    assert number not in record.muster(here, "token", "list").out


def test_the_command_line_starts_without_the_models_and_the_libraries_of_the_api() -> None:
    heavy = "{'pydantic', 'fastapi', 'mcp', 'jsonschema', 'starlette'}"
    script = f"import sys, bot.cli.main; sys.exit(len({heavy} & set(sys.modules)))"

    assert subprocess.run([sys.executable, "-c", script], timeout=60).returncode == 0
