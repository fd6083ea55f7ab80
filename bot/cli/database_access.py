"""Opens the database for a command: the store of the team whose record it holds, its policy and its key. Knows no Slack.

Only `migrate` and `run` create a database; every other command reports that there is none.
"""

from __future__ import annotations

import getpass
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.clock import RealClock
from bot.config.policy_loader import LoadedPolicy, active_policy, read_policy
from bot.config.settings import RecordSettings, read_record_settings
from commands.core.rules.incident_by_number import full_number
from incident.entry import IncidentKey
from incident.ports import Person, Recorder
from roles.person_ids import PersonId, cli_person
from storage.database import schema
from storage.database.engine import read_url
from storage.integrity.signing_keys import Signer, read_key
from storage.store import Store, open_store

DEFAULT_KEY: Final = Path("muster.key")
_NO_TEAM: Final = "T0"


class NotFound(Exception):  # noqa: N818 - it is an answer for a person
    """A database, team or incident that a command needs does not exist; the message says what to do."""


@dataclass(frozen=True)
class Opened:
    """The record of one workspace: its team, the policy in force, and the people in its directory."""

    team: str
    recorder: Recorder
    policy: LoadedPolicy
    people: tuple[Person, ...]


@contextmanager
def open_any_record(settings: RecordSettings | None = None) -> Iterator[tuple[Store, RecordSettings]]:
    """Open the database of the settings whatever its rows hold, to check or repair it. Raise NotFound without a migrated one."""
    settings = settings or read_record_settings()
    url = settings.database_url.get_secret_value()
    file = missing_file(url)
    if file is not None:
        raise NotFound(
            f"There is no database at {file} yet. `muster run` creates it, or DATABASE_URL names another one."
        )
    with open_store(url) as store:
        store.files.open(settings.evidence)
        if store.transactions.read(schema.current) is None:
            raise NotFound(
                "The database is empty. `muster run` begins a record in it; `muster migrate` only its tables."
            )
        store.transactions.read(schema.check_schema)
        yield store, settings


@contextmanager
def open_database(given: RecordSettings | None = None) -> Iterator[tuple[Store, RecordSettings]]:
    """Open the database of the settings, for the team whose record it holds. Raise NotFound without a migrated one."""
    with open_any_record(given) as (store, settings):
        team = team_of(store)
    url = settings.database_url.get_secret_value()
    with open_store(url, team=team or _NO_TEAM) as store:
        store.high_water_mark.open(settings.spool, writes=False)
        store.files.open(settings.evidence)
        yield store, settings


@contextmanager
def open_record_store() -> Iterator[tuple[Store, RecordSettings]]:
    """Open the store of a workspace in which `muster run` has run; raise NotFound for a database of no workspace."""
    with open_database() as (store, settings):
        if store.team in (None, _NO_TEAM):
            raise NotFound(
                "No Muster has run on this database yet, so that it belongs to no workspace. `muster run` first."
            )
        yield store, settings


@contextmanager
def open_record() -> Iterator[Opened]:
    """Open the record of a workspace, as `open_record_store` does, without its store."""
    with open_record_store() as (store, settings):
        team = store.team or _NO_TEAM
        yield Opened(team, store.recorder, policy_in_force(store, settings), store.directory.all_people())


def team_of(store: Store) -> str | None:
    """Return the team whose record the database holds, None before the first start; raise NotFound for several teams."""
    # A row that was tampered with may name a team by anything; `verify` reports it.
    teams = sorted({key.team for key in store.queries.chain_keys() if isinstance(key.team, str)})
    if len(teams) > 1:
        raise NotFound(f"This database holds the records of {len(teams)} teams; one installation serves one.")
    return teams[0] if teams else None


def missing_file(url: str) -> Path | None:
    """Return the file of a SQLite database that does not exist, else None. Connecting would create an empty one."""
    address = read_url(url)
    path = Path(address.database or "") if address.get_backend_name() == "sqlite" else None
    return path if path is not None and not path.exists() else None


def find(store: Store, number: str) -> IncidentKey:
    """Return the key of the incident with this number, as people type it; raise NotFound naming the latest ones."""
    whole = full_number(number, RealClock().now().year)
    key = store.recorder.read(lambda reader: reader.find(store.team or "", number=whole))
    if key is None:
        latest = [one.number for one in store.queries.incidents(store.team or "", limit=5)]
        hint = f"The latest are {', '.join(latest)}." if latest else "There is none yet."
        raise NotFound(f"There is no incident {whole}. {hint}")
    return key


def policy_in_force(store: Store, settings: RecordSettings) -> LoadedPolicy:
    """Return the policy that `muster run` activated last; the file's if none was activated."""
    stored, now = store.directory.active_policy(), RealClock().now()
    if stored is None:
        return active_policy(settings.policy, now, lambda: None)[0].loaded
    return read_policy(stored[1], now.date(), was_active=True)


def signer_of(settings: RecordSettings) -> Signer | None:
    """Return the signing key: that of MUSTER_KEY_FILE, which must exist, or muster.key where there is one.

    No key is made here: a signature by a key that is known to no reader proves nothing.
    """
    path = settings.key_file or DEFAULT_KEY
    return None if settings.key_file is None and not path.exists() else read_key(path)


def claimed_identity() -> PersonId:
    """Return the operating system's user as an actor; the id is marked as claimed. A container may have no user name."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = str(os.getuid())
    return cli_person(user, socket.gethostname())
