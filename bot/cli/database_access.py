"""Opens the database for a command of the record: which one, whose, with which key. Asks Slack for nothing.

Only `migrate` and `run` make a database; every other command says that there is none.
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
from bot.config.policy_loader import LoadedPolicy, read_policy
from bot.config.settings import RecordSettings, read_record_settings
from incident.entry import IncidentKey
from incident.ports import Person, Recorder
from roles.person_ids import PersonId, cli_person
from storage.database import schema
from storage.database.engine import read_url
from storage.integrity.signing_keys import Signer, read_key
from storage.store import Store, open_store

DEFAULT_KEY: Final = Path("muster.key")
_NOBODYS: Final = "T0"


class NotFound(Exception):  # noqa: N818 - it is an answer for a person
    """What a command was asked about is not there; the message says what to do."""


@dataclass(frozen=True)
class Opened:
    """The record of a workspace in which a Muster has run: whose, under which policy, and who is in it."""

    team: str
    recorder: Recorder
    policy: LoadedPolicy
    people: tuple[Person, ...]


@contextmanager
def open_database() -> Iterator[tuple[Store, RecordSettings]]:
    """Open the database that .env names as it is; the team is the one whose record it holds."""
    settings = read_record_settings()
    url = settings.database_url.get_secret_value()
    file = missing_file(url)
    if file is not None:
        raise NotFound(f"There is no database at {file} yet. `muster run` makes it, or DATABASE_URL names another one.")
    with open_store(url) as store:
        if store.transactions.read(schema.current) is None:
            raise NotFound(
                "The database is empty. `muster run` begins a record in it; `muster migrate` only its tables."
            )
        store.transactions.read(schema.check_schema)
        team = team_of(store)
    with open_store(url, team=team or _NOBODYS) as store:
        yield store, settings


@contextmanager
def open_record() -> Iterator[Opened]:
    """Open a record that belongs to a workspace already, to act on it."""
    with open_database() as (store, settings):
        if store.team in (None, _NOBODYS):
            raise NotFound(
                "No Muster has run on this database yet, so that it belongs to no workspace. `muster run` first."
            )
        yield Opened(store.team, store.recorder, policy_of(store, settings), store.directory.everybody())


def team_of(store: Store) -> str | None:
    """Return the team whose record the database holds, None before the first start; raise NotFound for several teams."""
    teams = sorted({key.team for key in store.queries.chains()})
    if len(teams) > 1:
        raise NotFound(f"This database holds the records of {len(teams)} teams; one installation serves one.")
    return teams[0] if teams else None


def missing_file(url: str) -> Path | None:
    """Give the file of a SQLite database that is not there; to connect would make an empty one."""
    address = read_url(url)
    path = Path(address.database or "") if address.get_backend_name() == "sqlite" else None
    return path if path is not None and not path.exists() else None


def find(store: Store, number: str) -> IncidentKey:
    """Find an incident by its number, or say which there are."""
    wanted = number.strip().upper()
    key = store.recorder.read(lambda reader: reader.find(store.team or "", number=wanted))
    if key is None:
        known = [one.number for one in store.queries.incidents(store.team or "", limit=5)]
        there = f"The latest are {', '.join(known)}." if known else "There is none yet."
        raise NotFound(f"There is no incident {wanted}. {there}")
    return key


def policy_of(store: Store, settings: RecordSettings) -> LoadedPolicy:
    """Give the policy that the running Muster brought into force; the file's, where none has."""
    kept = store.directory.active_policy()
    text = kept[1] if kept else settings.policy.read_text(encoding="utf-8")
    return read_policy(text, RealClock().now().date())


def signer_of(settings: RecordSettings) -> Signer | None:
    """Read the signing key; a configured one must be there. None is made here: two that nobody knows are no proof."""
    path = settings.key_file or DEFAULT_KEY
    return None if settings.key_file is None and not path.exists() else read_key(path)


def me() -> PersonId:
    """Say who is at this command line: claimed, and shown so. In a container nobody may have a name."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = str(os.getuid())
    return cli_person(user, socket.gethostname())
