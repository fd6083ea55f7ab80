"""`muster verify` and `muster rebuild`: check the record against evidence from outside the database, and print the result.

Exit status: 0 everything holds; 1 the record could not be checked; 2 the evidence cannot be used; 3 tampered; 4 truncated;
5 wrong key or time stamp; 6 projections to rebuild or triggers to reinstall. The gravest problem decides.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from bot.cli.cli_errors import EXPECTED_ERRORS, explain, fail
from bot.cli.database_access import open_any_record
from bot.config.settings import RecordSettings
from bot.timestamp_authority import certificates_in
from storage.integrity.checkpoints import Checkpoint, Proof
from storage.integrity.checks.checkpoint_check import SeenCheckpoint
from storage.integrity.checks.parallel_walk import is_worth_processes
from storage.integrity.high_water_mark import FILE, read_mark
from storage.integrity.signing_keys import read_key
from storage.maintenance.projection_rebuild import rebuild
from storage.maintenance.verification import Problem, VerificationEvidence, VerificationReport, verify_with
from storage.store import Store

EXITS: Final = (("tampered", 3), ("truncated", 4), ("key", 5), ("stamp", 5), ("rebuild", 6), ("triggers", 6))
_MOST_PROCESSES: Final = 8
_SEEN: Final = re.compile(r"(\d{1,9}):([0-9a-f]{64})")
_PUBLIC_KEY: Final = re.compile(r"[0-9a-f]{64}")


class InvalidEvidence(Exception):  # noqa: N818 - it is an answer for a person
    """A file, root or key given as evidence cannot be used; the message says why."""


def verify_database(checkpoint: Path | None = None, *, seen: str = "", key: str = "", since: int | None = None) -> int:
    """Verify the whole record, print every problem, and return the exit status.

    `checkpoint` is a file with a checkpoint or proof, `seen` a published root as NUMBER:ROOT, `key` a public key in hex.
    With `since`, chains without an entry after that checkpoint are not read again.
    """
    try:
        given = VerificationEvidence(
            published=_published(checkpoint), seen=read_seen(seen), public_key=_read_public_key(key), since=since
        )
    except InvalidEvidence as invalid:
        return fail(str(invalid), 2)
    try:
        with open_any_record() as (store, settings):
            given = replace(given, processes=_processes(store), files=store.files)
            report = verify_with(store, evidence(settings, given))
    except EXPECTED_ERRORS as error:
        return fail(explain(error))
    print(report_text(report))
    return exit_status(report)


def _processes(store: Store) -> int:
    """Return the number of processes that verify a record of this size fastest."""
    is_large = store.transactions.read(is_worth_processes)
    return min(os.cpu_count() or 1, _MOST_PROCESSES) if is_large else 1


def rebuild_database() -> int:
    """Rebuild the projections of every chain that verifies, and return the exit status."""
    try:
        with open_any_record() as (store, _):
            rebuilt = rebuild(store)
            report = verify_with(store, VerificationEvidence(files=store.files))
    except EXPECTED_ERRORS as error:
        return fail(explain(error))
    print(f"Rebuilt: {', '.join(key.id for key in rebuilt) or 'nothing'}.")
    print(report_text(report))
    return exit_status(report)


def reinstall_triggers() -> int:
    """Reinstall the triggers of the record, and report what was changed without them."""
    try:
        with open_any_record() as (store, settings):
            store.reinstall_triggers()
            report = verify_with(store, evidence(settings, VerificationEvidence(files=store.files)))
    except EXPECTED_ERRORS as error:
        return fail(explain(error))
    print("The triggers are installed and fire.")
    print(report_text(report))
    return exit_status(report)


def evidence(settings: RecordSettings, given: VerificationEvidence | None = None) -> VerificationEvidence:
    """Add the settings' signing key and the authority's certificates to the evidence that was given."""
    given = given or VerificationEvidence()
    own = read_key(settings.key_file).public_key if settings.key_file else None
    return VerificationEvidence(
        published=given.published,
        seen=given.seen,
        public_key=given.public_key,
        own_key=own,
        authorities=certificates_in(settings.tsa_cert),
        since=given.since,
        processes=given.processes,
        files=given.files,
        mark=read_mark(settings.spool / FILE),
    )


def exit_status(report: VerificationReport) -> int:
    """Return the exit status of the gravest problem, 0 without one."""
    kinds = {problem.kind for problem in report.problems}
    return next((status for kind, status in EXITS if kind in kinds), 0)


def report_text(report: VerificationReport) -> str:
    """Return the report in words: one line per problem, then what is trusted, signed and stamped."""
    numbers = dict(report.numbers)
    lines = [_problem(one, numbers.get(one.key) if one.key else None) for one in report.problems]
    if report.is_sound:
        lines = [f"Verified: {report.entries} entries in {report.chains} chains, {report.checkpoints} checkpoints."]
    return "\n".join([*lines, *_notes(report)])


def _notes(report: VerificationReport) -> Iterator[str]:
    if report.trusted is not None:
        one = report.trusted
        signed = f"signed with {one.signed_by}" if one.signed_by else "unsigned"
        when = f"{one.taken_at:%Y-%m-%d %H:%M} UTC"
        yield f"The last checkpoint that all of it agrees with: {one.seq} of {when}, {signed}, root {one.root}."
    elif report.checkpoints:
        yield "No checkpoint still agrees with all that it saw."
    if report.unsigned:
        yield f"Unsigned checkpoints: {report.unsigned}. Anyone with access to the database could have written them."
    if report.unchanged:
        yield f"Not read again, since no entry was added to them: {report.unchanged} chains. `muster verify` alone reads all."
    if report.stamped:
        yield f"Time stamps from outside: {report.stamped}."
    if report.retired:
        yield f"Deleted after their retention, with a tombstone: {report.retired}."


def read_published(file: Path) -> Checkpoint | Proof:
    """Read a published checkpoint: the proof.json of an export, or a stored checkpoint. Raise ValueError for neither."""
    text = file.read_text(encoding="utf-8")
    for kind in (Proof, Checkpoint):
        try:
            published = kind.model_validate_json(text)
        except ValidationError:
            continue
        if _states_root(published):
            return published
    raise ValueError("it is no checkpoint; the proof.json of an export is one")


def _published(file: Path | None) -> tuple[Checkpoint | Proof, ...]:
    try:
        return () if file is None else (read_published(file),)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise InvalidEvidence(f"{file} cannot be used: {why}.") from error


def read_seen(text: str) -> tuple[SeenCheckpoint, ...]:
    """Parse a published root, NUMBER:ROOT; the result is empty for an empty text. Raise InvalidEvidence."""
    match = _SEEN.fullmatch(text.strip().lower())
    if text and match is None:
        raise InvalidEvidence(
            "--seen takes the number and the root of a checkpoint, as in 41:9f86d0… with all 64 digits."
        )
    return (SeenCheckpoint(seq=int(match[1]), root=match[2]),) if match else ()


def _read_public_key(text: str) -> str | None:
    if text and not _PUBLIC_KEY.fullmatch(text.strip().lower()):
        raise InvalidEvidence("--key takes a public key of 64 digits, as `muster keygen` prints it.")
    return text.strip().lower() or None


def _states_root(published: Checkpoint | Proof) -> bool:
    """True if the statement holds a root and covers a chain; `verify` checks what it states."""
    try:
        statement = json.loads(published.statement)
    except (ValueError, RecursionError):
        return False
    covers = isinstance(published, Proof) or bool(published.leaves)
    return covers and isinstance(statement, dict) and "root" in statement


def _problem(one: Problem, number: str | None) -> str:
    """Return a problem with the incident's number, if it has one, and the id of its chain."""
    chain = f"{number} ({one.key.id})" if one.key and number else one.key and one.key.id
    place = f" in {chain}" if chain else ""
    entry = f", entry {one.n}" if one.n else ""
    return f"{one.kind}{place}{entry}: {one.what}"
