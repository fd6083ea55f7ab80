"""`muster verify` and `muster rebuild`: what is known outside the database goes in, what was found comes out in words.

The exit status tells what was found: 0 everything holds; 1 it could not be checked; 2 what was named does not fit;
3 tampered; 4 truncated; 5 a key or a time stamp that is not what it should be; 6 something to make again or triggers to reinstall.
The gravest counts.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from bot.cli.cli_errors import EXPECTED_ERRORS, explained
from bot.cli.database_access import open_database
from bot.config.settings import RecordSettings
from bot.timestamp_authority import certificates_in
from storage.integrity.checkpoints import Checkpoint, Proof
from storage.integrity.checks.checkpoint_check import SeenCheckpoint
from storage.integrity.signing_keys import read_key
from storage.maintenance.projection_rebuild import rebuild
from storage.maintenance.verification import Problem, Report, VerificationEvidence, verify, verify_by

EXITS: Final = (("tampered", 3), ("truncated", 4), ("key", 5), ("stamp", 5), ("rebuild", 6), ("triggers", 6))
_SEEN: Final = re.compile(r"(\d{1,9}):([0-9a-f]{64})")
_KEY: Final = re.compile(r"[0-9a-f]{64}")


class InvalidEvidence(Exception):  # noqa: N818 - it is an answer for a person
    """What was named to check the record by cannot be used."""


def verify_database(checkpoint: Path | None = None, *, seen: str = "", key: str = "") -> int:
    """Verify everything and name what is broken."""
    try:
        given = VerificationEvidence(published=_published(checkpoint), seen=read_seen(seen), public_key=_key(key))
    except InvalidEvidence as unfit:
        return _complain(str(unfit), 2)
    try:
        with open_database() as (store, settings):
            report = verify_by(store, known_outside(settings, given))
    except EXPECTED_ERRORS as trouble:
        return _complain(explained(trouble))
    print(found(report))
    return exit_status(report)


def rebuild_database() -> int:
    """Make again what is derived from the record, where the record itself is sound."""
    try:
        with open_database() as (store, _):
            rebuilt = rebuild(store)
            report = verify(store)
    except EXPECTED_ERRORS as trouble:
        return _complain(explained(trouble))
    print(f"Made again: {', '.join(key.id for key in rebuilt) or 'nothing'}.")
    print(found(report))
    return exit_status(report)


def reinstall_triggers() -> int:
    """Reinstall the triggers of the record, and report what was changed without them."""
    try:
        with open_database() as (store, settings):
            store.reinstall_triggers()
            report = verify_by(store, known_outside(settings))
    except EXPECTED_ERRORS as trouble:
        return _complain(explained(trouble))
    print("The triggers are installed and fire.")
    print(found(report))
    return exit_status(report)


def known_outside(settings: RecordSettings, given: VerificationEvidence | None = None) -> VerificationEvidence:
    """Add to what was given what the settings name: the key that signs here, the authority's certificates."""
    given = given or VerificationEvidence()
    own = read_key(settings.key_file).public_key if settings.key_file else None
    return VerificationEvidence(
        published=given.published,
        seen=given.seen,
        public_key=given.public_key,
        own_key=own,
        authorities=certificates_in(settings.tsa_cert),
    )


def exit_status(report: Report) -> int:
    """Give the exit status of the gravest problem."""
    kinds = {problem.kind for problem in report.problems}
    return next((status for kind, status in EXITS if kind in kinds), 0)


def found(report: Report) -> str:
    """Say what a verification found."""
    lines = [_problem(one) for one in report.problems]
    if report.is_sound:
        lines = [f"Verified: {report.entries} entries in {report.chains} chains, {report.checkpoints} checkpoints."]
    return "\n".join([*lines, *_beside(report)])


def _beside(report: Report) -> Iterator[str]:
    if report.trusted is not None:
        one = report.trusted
        signed = f"signed with {one.signed_by}" if one.signed_by else "unsigned"
        when = f"{one.taken_at:%Y-%m-%d %H:%M} UTC"
        yield f"The last checkpoint that all of it agrees with: {one.seq} of {when}, {signed}, root {one.root}."
    elif report.checkpoints:
        yield "No checkpoint still agrees with all that it saw."
    if report.unsigned:
        yield f"Unsigned checkpoints: {report.unsigned}. Whoever holds the database could have made them."
    if report.stamped:
        yield f"Time stamps from outside: {report.stamped}."
    if report.retired:
        yield f"Deleted after their retention, with a tombstone: {report.retired}."


def read_published(file: Path) -> Checkpoint | Proof:
    """Read a checkpoint that left the house: the proof.json of an export, or a checkpoint as it is kept."""
    text = file.read_text(encoding="utf-8")
    for kind in (Proof, Checkpoint):
        try:
            read = kind.model_validate_json(text)
        except ValidationError:
            continue
        if _says_its_root(read):
            return read
    raise ValueError("it is no checkpoint; the proof.json of an export is one")


def _published(file: Path | None) -> tuple[Checkpoint | Proof, ...]:
    try:
        return () if file is None else (read_published(file),)
    except (OSError, ValueError) as unfit:
        why = unfit.strerror if isinstance(unfit, OSError) else unfit
        raise InvalidEvidence(f"{file} cannot be used: {why}.") from unfit


def read_seen(text: str) -> tuple[SeenCheckpoint, ...]:
    """Read a root that was published, as NUMBER:ROOT; nothing where none is given."""
    read = _SEEN.fullmatch(text.strip().lower())
    if text and read is None:
        raise InvalidEvidence(
            "--seen takes the number and the root of a checkpoint, as in 41:9f86d0… with all 64 digits."
        )
    return (SeenCheckpoint(seq=int(read[1]), root=read[2]),) if read else ()


def _key(text: str) -> str | None:
    if text and not _KEY.fullmatch(text.strip().lower()):
        raise InvalidEvidence("--key takes a public key of 64 digits, as `muster keygen` prints it.")
    return text.strip().lower() or None


def _says_its_root(read: Checkpoint | Proof) -> bool:
    """Tell whether a checkpoint states a root and speaks of a chain at all; what it states is for `verify`."""
    try:
        stated = json.loads(read.statement)
    except ValueError:
        return False
    covers = isinstance(read, Proof) or bool(read.leaves)
    return covers and isinstance(stated, dict) and "root" in stated


def _problem(one: Problem) -> str:
    place = f" in {one.key.id}" if one.key else ""
    entry = f", entry {one.n}" if one.n else ""
    return f"{one.kind}{place}{entry}: {one.what}"


def _complain(words: str, code: int = 1) -> int:
    print(words, file=sys.stderr)
    return code
