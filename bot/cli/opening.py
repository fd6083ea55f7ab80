"""Opens the database for a command of the record: which one, whose, with which key. Asks Slack for nothing."""

from __future__ import annotations

import getpass
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.settings import RecordSettings, read_record_settings
from incident.entry import IncidentKey
from roles.people import PersonId, cli_person
from storage.signing import Signer, new_key, read_key
from storage.store import Store, open_store


class NotFound(Exception):  # noqa: N818 - it is an answer for a person
    """What a command was asked about is not there; the message says what to do."""


@contextmanager
def opened() -> Iterator[tuple[Store, RecordSettings]]:
    """Open the database that .env names and bring it to this schema; the team is the one whose record it holds."""
    settings = read_record_settings()
    url = settings.database_url.get_secret_value()
    with open_store(url) as store:
        store.migrate()
        teams = sorted({key.team for key in store.queries.chains()})
    if len(teams) > 1:
        raise NotFound(f"This database holds {len(teams)} teams; one installation serves one.")
    with open_store(url, team=teams[0] if teams else "T0") as store:
        yield store, settings


def find(store: Store, number: str) -> IncidentKey:
    """Find an incident by its number, or say which there are."""
    wanted = number.strip().upper()
    key = store.recorder.read(lambda reader: reader.find(store.team or "", number=wanted))
    if key is None:
        known = [one.number for one in store.queries.incidents(store.team or "", limit=5)]
        there = f"The latest are {', '.join(known)}." if known else "There is none yet."
        raise NotFound(f"There is no incident {wanted}. {there}")
    return key


def signer_of(settings: RecordSettings) -> Signer:
    """Read the signing key, or make one beside the database the first time."""
    path = settings.key_file or Path("muster.key")
    return read_key(path) if path.exists() else new_key(path)


def me() -> PersonId:
    """Say who is at this command line: claimed, and shown so."""
    return cli_person(getpass.getuser(), socket.gethostname())
