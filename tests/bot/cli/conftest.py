"""A pretend workspace for commands that talk to Slack."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.plain_yaml import load_yaml
from sandbox.pretend_workspace import Sandbox
from sandbox.state.entities import Person
from tests.support.muster_command import POLICY, ROOT
from tests.support.started_record import StartedRecord, start_record


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A workspace with two people in it."""
    manifest = load_yaml((ROOT / "app.yaml").read_text(encoding="utf-8"))
    people = (Person(name="ann", real_name="Ann"), Person(name="bea", real_name="Bea"))
    with Sandbox(people, manifest=manifest, channels=("general", "incidents")) as opened:
        yield opened


@pytest.fixture
def env(sandbox: Sandbox, sqlite_url: str) -> dict[str, str]:
    """The environment in which Muster finds that workspace and a fresh database."""
    return {
        "SLACK_BOT_TOKEN": sandbox.bot_token,
        "SLACK_APP_TOKEN": sandbox.app_token,
        "SLACK_API_URL": sandbox.base_url,
        "DATABASE_URL": sqlite_url,
    }


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """A folder that holds only the shipped policy."""
    folder = tmp_path / "here"
    folder.mkdir()
    (folder / "policy.yaml").write_text(POLICY, encoding="utf-8")
    return folder


@pytest.fixture
def record(sqlite_url: str) -> StartedRecord:
    """A database on which Muster has run, with a policy in force and two people in the directory."""
    return start_record(sqlite_url)


@pytest.fixture
def number(record: StartedRecord, tmp_path: Path) -> str:
    """The number of an incident declared on that database."""
    record.muster(tmp_path, "incident", "declare", "service=search", "impact=1", "urgency=1", "No results")
    with record.store() as store:
        return store.queries.incidents("T1")[0].number
