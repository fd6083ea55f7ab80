"""The commands that work on the record alone: migrate, policy, verify, export, metrics, keygen."""

from __future__ import annotations

import json
from pathlib import Path

from bot.cli.opening import NotFound, find, me, opened, signer_of
from bot.clock import RealClock
from bot.export.make import make_export
from bot.policy_file import BrokenPolicy, read_policy
from incident.metrics import metrics
from storage.checkpoints import Proof
from storage.errors import StorageError
from storage.signing import new_key
from storage.verify import Report, verify


def migrate_database() -> int:
    """Migrate and say that it is done."""
    try:
        with opened():
            print("The database has the schema of this Muster, and its guards fire.")
    except (StorageError, NotFound) as wrong:
        print(wrong)
        return 1
    return 0


def check_policy(file: Path) -> int:
    """Name every fault of a policy with its line, or say that there is none."""
    try:
        loaded = read_policy(file.read_text(encoding="utf-8"), RealClock().now().date())
    except OSError as missing:
        print(f"{file} cannot be read: {missing.strerror}.")
        return 1
    except BrokenPolicy as broken:
        for wrong in broken.wrong:
            print(wrong)
        return 1
    policy = loaded.policy
    print(
        f"Version {policy.version}, approved by {policy.approver}: {len(policy.services)} services. Nothing is wrong."
    )
    return 0


def verify_database(checkpoint: Path | None) -> int:
    """Verify everything and name what is broken."""
    published = () if checkpoint is None else (Proof.model_validate_json(checkpoint.read_text(encoding="utf-8")),)
    try:
        with opened() as (store, settings):
            key = signer_of(settings).public_key if settings.key_file else None
            report = verify(store, published=published, public_key=key)
    except (StorageError, NotFound) as wrong:
        print(wrong)
        return 1
    print(told(report))
    return 0 if report.is_sound else 1


def told(report: Report) -> str:
    """Say what a verification found."""
    if report.is_sound:
        return f"Verified: {report.entries} entries in {report.chains} chains, {report.checkpoints} checkpoints."
    return "\n".join(
        " ".join(filter(None, (f"{one.kind}:", one.key and one.key.id, one.n and f"entry {one.n}:", one.what)))
        for one in report.problems
    )


def export_incident(number: str, out: Path) -> int:
    """Write an export and say where it lies."""
    try:
        with opened() as (store, settings):
            key, now = find(store, number), RealClock().now()
            policy = read_policy(settings.policy.read_text(encoding="utf-8"), now.date()).policy
            made = make_export(store, key, out=out, who=me(), at=now, signer=signer_of(settings), policy=policy)
    except (StorageError, NotFound, BrokenPolicy, OSError) as wrong:
        print(wrong)
        return 1
    print(f"{made.number}: {made.entries} entries in {made.folder}. Read index.html; check with python3 verify.py.")
    print(f"Public key: {made.public_key}")
    return 0


def print_metrics(number: str) -> int:
    """Print the metrics of one incident."""
    try:
        with opened() as (store, _):
            incident = store.queries.incident(find(store, number))
    except (StorageError, NotFound) as wrong:
        print(wrong)
        return 1
    print(json.dumps(metrics(incident).model_dump() if incident else {}, indent=1))
    return 0


def make_key(file: Path) -> int:
    """Make a signing key and print its public half."""
    try:
        signer = new_key(file)
    except FileExistsError:
        print(f"{file} exists and is left as it is. Name another file.")
        return 1
    print(f"Wrote {file}. Keep it outside the database, and give this public key to whoever checks exports:")
    print(signer.public_key)
    return 0
