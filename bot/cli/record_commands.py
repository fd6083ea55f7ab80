"""The commands that work on the record alone: migrate, policy, export, metrics.

What is asked for goes to standard output. What went wrong goes to standard error, with 1, or with 2 where a file or
setting that was named does not fit.
"""

from __future__ import annotations

import json
import sys
from functools import partial
from pathlib import Path
from typing import Final

from bot.cli.cli_errors import EXPECTED_ERRORS, explained
from bot.cli.database_access import find, me, open_database, policy_of, signer_of
from bot.clock import RealClock
from bot.config.policy_loader import BrokenPolicy, read_policy
from bot.config.settings import read_record_settings
from bot.export.bundle import Seal, write_bundle
from bot.monitoring.logs import shown_database
from bot.timestamp_authority import authority_of, stamp_now
from incident.report.incident_metrics import metrics
from storage.store import open_store

UNSIGNED: Final = "Not signed, since there is no key. `muster keygen` makes one; name it in MUSTER_KEY_FILE."


def migrate_database(service_role: str = "") -> int:
    """Make or upgrade the tables, prove the guards, let a role that owns nothing work in it, and say so."""
    url = read_record_settings().database_url.get_secret_value()
    if service_role and not url.startswith("postgres"):
        return _complain("Only PostgreSQL has roles: leave --service-role out, or set DATABASE_URL.", 2)
    try:
        with open_store(url) as store:
            store.migrate()
            if service_role:
                store.grant(service_role)
    except ValueError as wrong:
        return _complain(f"--service-role {service_role}: {wrong}.", 2)
    except EXPECTED_ERRORS as trouble:
        return _complain(explained(trouble))
    may = f" {service_role} may work in it and owns nothing of it." if service_role else ""
    print(f"{shown_database(url)} has the schema of this Muster, and its triggers fire.{may}")
    return 0


def check_policy(named: Path | None) -> int:
    """Name every fault of a policy with its line, or say that there is none; without a name, of the one in use."""
    file = named or read_record_settings().policy
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


def export_incident(number: str, out: Path) -> int:
    """Write an export and say where it lies."""
    try:
        with open_database() as (store, settings):
            key, now = find(store, number), RealClock().now()
            signer, policy = signer_of(settings), policy_of(store, settings).policy
            authority = authority_of(settings.tsa_url, settings.tsa_cert)
            stamp = partial(stamp_now, store, authority) if authority else None
            made = write_bundle(store, key, out=out, who=me(), at=now, seal=Seal(signer, stamp), policy=policy)
    except EXPECTED_ERRORS as trouble:
        return _complain(explained(trouble))
    print(f"{made.number}: {made.entries} entries in {made.folder}. Read index.html; check with python3 verify.py.")
    print(f"Public key: {made.public_key}" if made.public_key else UNSIGNED)
    if settings.tsa_url and not made.is_stamped:
        print("The time-stamp authority did not answer, so the export has no time stamp. Export again later.")
    return 0


def print_metrics(number: str) -> int:
    """Print the metrics of one incident."""
    try:
        with open_database() as (store, _):
            incident = store.queries.incident(find(store, number))
    except EXPECTED_ERRORS as trouble:
        return _complain(explained(trouble))
    if incident is None:
        return _complain(f"{number} has no state to measure. `muster verify` says why.")
    print(json.dumps(metrics(incident).model_dump(), indent=1))
    return 0


def _complain(words: str, code: int = 1) -> int:
    print(words, file=sys.stderr)
    return code
