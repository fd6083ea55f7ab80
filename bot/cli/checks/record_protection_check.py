"""Checks how the record is protected: its signing key, and whether checkpoints are published. Changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from bot.cli.checks.check_result import CheckResult, note, passed, wrong
from bot.cli.cli_errors import explain
from bot.cli.database_access import NotFound, open_database
from bot.config.settings import RecordSettings
from bot.timestamp_authority import certificates_in
from incident.policy import Policy
from storage.errors import StorageError
from storage.integrity.high_water_mark import FILE, lost_since, read_mark
from storage.integrity.signing_keys import read_key
from storage.store import Store

_SHOWN: Final = 5
_NEVER_PUBLISHED: Final = (
    "Checkpoints never leave this database, so anyone with access to it could rewrite all of it. Name an `audit_channel` in "
    "policy.yaml, or a time-stamp authority in MUSTER_TSA_URL."
)


def check_record_protection(settings: RecordSettings, policy: Policy | None) -> Iterator[CheckResult]:
    """Report who signs the record and what is unsigned; nothing without a database."""
    if settings.tsa_url is None and policy is not None and policy.audit_channel is None:
        yield note(_NEVER_PUBLISHED)
    yield from _check_authority(settings)
    try:
        with open_database(settings) as (store, _):
            results = (*_check_signatures(store, settings), *_check_seen(store, settings))
    except (NotFound, StorageError, SQLAlchemyError, OSError):
        # The checks of the database and of the key report these.
        return
    yield from results


def _check_authority(settings: RecordSettings) -> Iterator[CheckResult]:
    """Check that time stamps can be verified, where an authority is named."""
    if settings.tsa_cert is None:
        if settings.tsa_url is not None:
            yield note(
                "The signer of time stamps is not checked: name the authority's certificates in MUSTER_TSA_CERT."
            )
        return
    try:
        certificates_in(settings.tsa_cert)
    except (OSError, StorageError) as error:
        yield wrong(f"MUSTER_TSA_CERT cannot be used: {explain(error)}")
    else:
        if settings.tsa_url is None:
            yield note("MUSTER_TSA_CERT has no effect: there is no MUSTER_TSA_URL.")


def _check_seen(store: Store, settings: RecordSettings) -> Iterator[CheckResult]:
    """Report what this machine saw and the database no longer holds."""
    mark = read_mark(settings.spool / FILE)
    if mark is None or mark.team != store.team:
        return
    for one in store.transactions.read(lambda connection: tuple(lost_since(connection, mark)))[:_SHOWN]:
        yield wrong(
            f"The database lacks or changed what it held: {one.what}. `muster verify` says more. Bring the right database "
            f"back; if this one is to stay, stop Muster and delete {settings.spool / FILE}."
        )


def _check_signatures(store: Store, settings: RecordSettings) -> Iterator[CheckResult]:
    unsigned, last = store.checkpoints.unsigned(), store.checkpoints.last()
    if unsigned:
        yield note(f"Unsigned checkpoints: {unsigned}. Anyone with access to the database could have written them.")
    if last is not None:
        yield passed(f"The last checkpoint is {last.seq}, of {last.taken_at:%Y-%m-%d %H:%M} UTC.")
    known = store.signing_keys.known_keys()
    if settings.key_file is None or not known:
        return
    own = read_key(settings.key_file).public_key
    if own not in known:
        yield wrong(
            f"The key of MUSTER_KEY_FILE has not signed here and nothing names it: {own}. Name the key that signed, or "
            "let that one name a new key: `muster keygen --rotate NEW`."
        )
