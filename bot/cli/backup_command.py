"""The commands that keep the record: backup, restore, retention, and the keys that sign."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from bot.cli.cli_errors import EXPECTED_ERRORS, explained
from bot.cli.database_access import open_database, policy_of
from bot.cli.verify_command import InvalidEvidence, exit_status, found, known_outside, read_seen
from bot.clock import RealClock
from bot.config.settings import read_record_settings
from bot.monitoring.logs import shown_database
from storage.errors import StorageError
from storage.integrity.signing_keys import new_key, read_key
from storage.maintenance.backup import back_up
from storage.maintenance.restore import Extent, Restored, restore
from storage.maintenance.verification import Report, VerificationEvidence, verify_by

_APART: Final = "It holds everybody's words. The signing key, .env and policy.yaml are not in it; keep them apart."


def back_up_database(file: Path) -> int:
    """Write a backup, and say what verifying it found."""
    try:
        with open_database() as (store, settings):
            url = settings.database_url.get_secret_value()
            report = back_up(store, url, file, known_outside(settings))
    except EXPECTED_ERRORS as trouble:
        return _complain(explained(trouble))
    print(f"Wrote {file}. {_APART}")
    print(found(report))
    return exit_status(report)


def restore_database(file: Path, *, replace: bool, seen: str) -> int:
    """Put a backup in the place of the database, and say what is there now and what is lost."""
    try:
        noted = read_seen(seen)
    except InvalidEvidence as unfit:
        return _complain(str(unfit), 2)
    settings = read_record_settings()
    url = settings.database_url.get_secret_value()
    try:
        restored = restore(url, file, replace=replace)
        with open_database() as (store, _):
            report = verify_by(store, known_outside(settings, VerificationEvidence(seen=noted)))
    except EXPECTED_ERRORS as trouble:
        return _complain(explained(trouble))
    print(f"{shown_database(url)} holds {_reach(restored.now)}.")
    for line in (*_replaced(restored), *_after(report, noted[0].seq if noted else None)):
        print(line)
    print(found(report))
    return exit_status(report)


def retire(*, dry_run: bool) -> int:
    """Delete what is past its retention, or list it."""
    try:
        with open_database() as (store, settings):
            loaded, now = policy_of(store, settings), RealClock().now()
            if dry_run:
                gone = store.retention.due(loaded.policy, now)
            else:
                gone = store.retention.retire(loaded.policy, loaded.hash, now)
    except EXPECTED_ERRORS as trouble:
        return _complain(explained(trouble))
    for one in gone:
        waits = " It waits for a checkpoint." if one.awaits else ""
        ended, until = one.term.ended_at.date(), one.term.kept_until.date()
        print(f"{one.number}: ended {ended}, kept {one.term.years} years, until {until}.{waits}")
    verb = "would be deleted" if dry_run else "deleted"
    print(f"{len(gone) or 'Nothing'} {verb}." if len(gone) != 1 else f"1 incident {verb}.")
    return 0


def make_key(file: Path) -> int:
    """Make a signing key and print its public half."""
    try:
        signer = new_key(file)
    except FileExistsError:
        return _complain(f"{file} exists and is left as it is. Name another file.")
    except OSError as trouble:
        return _complain(f"{file} cannot be written: {trouble.strerror}.")
    print(f"Wrote {file}. Keep it outside the database, and give this public key to whoever checks exports:")
    print(signer.public_key)
    return 0


def rotate_key(file: Path) -> int:
    """Make a new key, have the old one name it on the record, and say what to do next."""
    settings = read_record_settings()
    if settings.key_file is None:
        return _complain("MUSTER_KEY_FILE names no key that could hand over. Name the key that signs now.", 2)
    try:
        old = read_key(settings.key_file)
        with open_database() as (store, _):
            made = make_key(file)
            if made:
                return made
            with _kept_only_if_named(file):
                store.signing_keys.rotate(old, read_key(file), RealClock().now())
    except EXPECTED_ERRORS as trouble:
        return _complain(explained(trouble))
    print(f"{old.public_key} names it as its successor, on the record.")
    print(
        f"Now set MUSTER_KEY_FILE={file} for every replica, start them again, and put {settings.key_file} away safely."
    )
    return 0


@contextmanager
def _kept_only_if_named(file: Path) -> Iterator[None]:
    """Leave no key behind that nobody named: it would be taken for the one that signs."""
    try:
        yield
    except (StorageError, SQLAlchemyError):
        file.unlink()
        raise


def _reach(extent: Extent) -> str:
    until = f", the last of {extent.until:%Y-%m-%d %H:%M:%S} UTC" if extent.until and extent.entries else ""
    return f"{extent.entries} entries{until}"


def _replaced(restored: Restored) -> list[str]:
    if not restored.before.entries:
        return []
    kept = f" That database is kept as {restored.kept_as}." if restored.kept_as else ""
    return [f"Before, it held {_reach(restored.before)}.{kept}"]


def _after(report: Report, seen: int | None) -> list[str]:
    """Say what a published checkpoint shows to be lost. Without one nobody can tell from the backup alone."""
    lines = [
        "Numbers of incidents that were declared after the backup are given out again; their channels stay in Slack."
    ]
    if seen is None:
        return [*lines, "Give the root that was published last (--seen NUMBER:ROOT) to know what is lost."]
    last = report.trusted.seq if report.trusted else 0
    if seen > last and report.trusted is not None:
        when = f"{report.trusted.taken_at:%Y-%m-%d %H:%M:%S} UTC"
        lines.append(f"Lost: what was recorded after {when}. Checkpoint {seen} was published, this ends with {last}.")
    return lines


def _complain(words: str, code: int = 1) -> int:
    print(words, file=sys.stderr)
    return code
