"""The commands that need only the record: migrate, policy, export, metrics.

The result goes to standard output, an error to standard error with exit status 1, or 2 for a file or setting that
cannot be used.
"""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any, Final

from bot.cli.cli_errors import EXPECTED_ERRORS, explain, fail
from bot.cli.database_access import claimed_identity, find, open_database, policy_in_force, signer_of
from bot.clock import RealClock
from bot.config.policy_loader import BrokenPolicy, file_fault, located_gaps, read_policy
from bot.config.settings import read_record_settings
from bot.export.bundle import Seal, write_bundle
from bot.monitoring.logs import shown_database
from bot.timestamp_authority import authority_of, stamp_now
from incident.model.incident import Incident
from incident.report.incident_metrics import metrics
from incident.rules.impact_time import impact
from storage.store import open_store

_ALL: Final = 1_000_000
UNSIGNED: Final = "Not signed, since there is no key. `muster keygen` makes one; name it in MUSTER_KEY_FILE."


def migrate_database(service_role: str = "") -> int:
    """Create or migrate the tables, test the triggers, and grant a PostgreSQL role that owns nothing its rights."""
    url = read_record_settings().database_url.get_secret_value()
    if service_role and not url.startswith("postgres"):
        return fail("Only PostgreSQL has roles: leave --service-role out, or set DATABASE_URL.", 2)
    try:
        with open_store(url) as store:
            store.migrate()
            if service_role:
                store.grant(service_role)
    except ValueError as error:
        return fail(f"--service-role {service_role}: {error}.", 2)
    except EXPECTED_ERRORS as error:
        return fail(explain(error))
    granted = f" {service_role} may work in it and owns nothing of it." if service_role else ""
    print(f"{shown_database(url)} has the schema of this Muster, and its triggers fire.{granted}")
    return 0


def check_policy(named: Path | None) -> int:
    """Print every fault of a policy file with its line, or what it leaves open. Without a name, check MUSTER_POLICY."""
    file, today = named or read_record_settings().policy, RealClock().now().date()
    try:
        text = file.read_text(encoding="utf-8")
        policy = read_policy(text, today).policy
    except (OSError, UnicodeDecodeError) as error:
        return fail(f"{file} {file_fault(error)}.", 2)
    except BrokenPolicy as broken:
        return fail("\n".join(f"{file} {one}" for one in broken.errors))
    services = "one service" if len(policy.services) == 1 else f"{len(policy.services)} services"
    about = f"version {policy.version}, approved by {policy.approver}, {services}."
    open_questions = located_gaps(policy, text, today)
    if not open_questions:
        print(f"Nothing is wrong: {about}")
        return 0
    print(f"{file} can become active: {about} Check these lines:")
    for one in open_questions:
        print(f"  {one}")
    return 0


def export_incident(number: str, out: Path) -> int:
    """Write an export of one incident into `out` and print where it is and which key signed it."""
    try:
        with open_database() as (store, settings):
            key, now = find(store, number), RealClock().now()
            signer, policy = signer_of(settings), policy_in_force(store, settings).policy
            authority = authority_of(settings.tsa_url, settings.tsa_cert)
            stamp = partial(stamp_now, store, authority) if authority else None
            export = write_bundle(
                store,
                key,
                out=out,
                exported_by=claimed_identity(),
                at=now,
                seal=Seal(signer, stamp),
                policy=policy,
            )
    except EXPECTED_ERRORS as error:
        return fail(explain(error))
    print(f"{export.number}: {export.entries} entries in {export.folder}. Open its index.html to read them.")
    if export.replaces:
        print("It replaces the export that was there; `--out` writes into another folder.")
    print(
        f"Check it: python3 {export.folder / 'verify.py'} --key {export.public_key} {export.folder}"
        if export.public_key
        else UNSIGNED
    )
    if settings.tsa_url and not export.is_stamped:
        print("The time-stamp authority gave no usable answer, so the export has no time stamp. Export again later.")
    if not export.has_policy:
        print("The policy's text in the database is not the one in the record, so it is left out. Run `muster verify`.")
    return 0


def print_metrics(number: str) -> int:
    """Print the metrics of one incident as JSON."""
    try:
        with open_database() as (store, _):
            incident = store.queries.incident(find(store, number))
    except EXPECTED_ERRORS as error:
        return fail(explain(error))
    if incident is None:
        return fail(f"{number} has no state to measure. `muster verify` says why.")
    print(json.dumps(_measured(incident), indent=1))
    return 0


def print_all_metrics() -> int:
    """Print number, service, priority, state and metrics of every incident, newest first: one JSON object on each line."""
    try:
        with open_database() as (store, _):
            for one in store.queries.incidents(store.team or "", limit=_ALL):
                incident = store.queries.incident(one.key)
                if incident is not None:
                    about = {"number": one.number, "service": incident.service, "priority": incident.priority}
                    print(json.dumps({**about, "state": incident.state, **_measured(incident)}))
    except EXPECTED_ERRORS as error:
        return fail(explain(error))
    return 0


def _measured(incident: Incident) -> dict[str, Any]:
    """Return the metrics of an incident, with how long users were affected and since when that is counted."""
    harm = impact(incident)
    counted_from = "detected_at" if harm.is_detection else "started_at"
    return {**metrics(incident).model_dump(), "impact_s": harm.total_s, "impact_counted_from": counted_from}
