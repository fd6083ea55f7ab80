"""A database after the first start of Muster: migrated, with a policy in force and two people. Knows no Slack."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.config.policy_loader import read_policy
from incident.entry import Entry
from incident.ports import Person
from roles.person_ids import slack_person
from storage.store import Store, open_store
from tests.support.muster_command import POLICY, CommandResult, muster

TEAM = "T1"
FIRST_START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


@dataclass(frozen=True)
class StartedRecord:
    """One such database, by its address."""

    url: str

    def muster(self, folder: Path, *words: str, **given: str) -> CommandResult:
        """Run a command on it."""
        return muster(folder, *words, DATABASE_URL=self.url, **given)

    def store(self) -> Store:
        """Open its store."""
        return open_store(self.url, team=TEAM)

    def entries(self, number: int = 1) -> Sequence[Entry]:
        """Return the entries of the incident that was declared first, second, …"""
        with self.store() as store:
            keys = sorted(one.key for one in store.queries.incidents(TEAM))
            return store.recorder.read(lambda reader: reader.entries(keys[number - 1]))

    def count(self) -> int:
        """Return the number of all entries."""
        with self.store() as store:
            return sum(sum(store.queries.entry_counts(key).values()) for key in store.queries.chain_keys())


def start_record(url: str) -> StartedRecord:
    """Do to a database what the first start of Muster does."""
    people = [Person(id=slack_person(TEAM, "U1"), name="Ann Low"), Person(id=slack_person(TEAM, "U2"), name="Bea Ray")]
    gone = Person(id=slack_person(TEAM, "U3"), name="Cy Old", is_active=False)
    with open_store(url, team=TEAM) as store:
        store.migrate()
        store.directory.activate_policy(read_policy(POLICY, FIRST_START.date()).policy, POLICY, FIRST_START)
        store.directory.put([*people, gone], FIRST_START)
    return StartedRecord(url)
