"""The commands that work on the record alone: migrate, policy, verify, rebuild, export, metrics, keygen.

What is asked for goes to standard output. What went wrong goes to standard error, with 1, or with 2 where a file or
setting that was named does not fit.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from pydantic import ValidationError

from bot.cli.opening import find, me, opened, policy_of, signer_of
from bot.cli.troubles import TROUBLES, told
from bot.clock import RealClock
from bot.export.make import make_export
from bot.logs import shown_database
from bot.policy_file import BrokenPolicy, read_policy
from bot.settings import read_record_settings
from incident.metrics import metrics
from storage.checkpoints import Checkpoint, Proof
from storage.rebuild import rebuild
from storage.signing import new_key, read_key
from storage.store import open_store
from storage.verify import Problem, Report, verify


def migrate_database() -> int:
    """Make or upgrade the tables, prove the guards, and say so."""
    url = read_record_settings().database_url.get_secret_value()
    try:
        with open_store(url) as store:
            store.migrate()
    except TROUBLES as trouble:
        return _complain(told(trouble))
    print(f"{shown_database(url)} has the schema of this Muster, and its guards fire.")
    return 0


def check_policy(file: Path) -> int:
    """Name every fault of a policy with its line, or say that there is none."""
    try:
        policy = read_policy(file.read_text(encoding="utf-8"), RealClock().now().date()).policy
    except OSError as unreadable:
        return _complain(f"{file} cannot be read: {unreadable.strerror}.", 2)
    except UnicodeDecodeError as unreadable:
        return _complain(f"{file} is no text in UTF-8: byte {unreadable.start} cannot be read.", 2)
    except BrokenPolicy as broken:
        return _complain("\n".join(f"{file} {one}" for one in broken.wrong))
    print(
        f"Nothing is wrong: version {policy.version}, approved by {policy.approver}, {len(policy.services)} services."
    )
    return 0


def verify_database(checkpoint: Path | None) -> int:
    """Verify everything and name what is broken."""
    try:
        published = () if checkpoint is None else (read_published(checkpoint),)
    except (OSError, ValueError) as unfit:
        why = unfit.strerror if isinstance(unfit, OSError) else unfit
        return _complain(f"{checkpoint} cannot be used: {why}.", 2)
    try:
        with opened() as (store, settings):
            key = read_key(settings.key_file).public_key if settings.key_file else None
            report = verify(store, published=published, public_key=key)
    except TROUBLES as trouble:
        return _complain(told(trouble))
    print(found(report))
    return 0 if report.is_sound else 1


def rebuild_database() -> int:
    """Make again what is derived from the record, where the record itself is sound."""
    try:
        with opened() as (store, _):
            rebuilt = rebuild(store)
            report = verify(store)
    except TROUBLES as trouble:
        return _complain(told(trouble))
    print(f"Made again: {', '.join(key.id for key in rebuilt) or 'nothing'}.")
    print(found(report))
    return 0 if report.is_sound else 1


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


def found(report: Report) -> str:
    """Say what a verification found."""
    if report.is_sound:
        return f"Verified: {report.entries} entries in {report.chains} chains, {report.checkpoints} checkpoints."
    return "\n".join(_problem(one) for one in report.problems)


def export_incident(number: str, out: Path) -> int:
    """Write an export and say where it lies."""
    try:
        with opened() as (store, settings):
            key, now = find(store, number), RealClock().now()
            signer, policy = signer_of(settings), policy_of(store, settings).policy
            made = make_export(store, key, out=out, who=me(), at=now, signer=signer, policy=policy)
    except TROUBLES as trouble:
        return _complain(told(trouble))
    print(f"{made.number}: {made.entries} entries in {made.folder}. Read index.html; check with python3 verify.py.")
    print(f"Public key: {made.public_key}")
    return 0


def print_metrics(number: str) -> int:
    """Print the metrics of one incident."""
    try:
        with opened() as (store, _):
            incident = store.queries.incident(find(store, number))
    except TROUBLES as trouble:
        return _complain(told(trouble))
    if incident is None:
        return _complain(f"{number} has no state to measure. `muster verify` says why.")
    print(json.dumps(metrics(incident).model_dump(), indent=1))
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
