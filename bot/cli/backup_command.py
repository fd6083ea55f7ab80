"""`muster backup` and `muster restore`: copy the record into a file and back, and verify the copy."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from bot.cli.cli_errors import EXPECTED_ERRORS, explain, fail
from bot.cli.database_access import open_database
from bot.cli.verify_command import InvalidEvidence, evidence, exit_status, read_seen, report_text
from bot.config.settings import read_record_settings
from bot.monitoring.logs import shown_database
from storage.files.evidence_files import ANY_SIZE, EvidenceFiles
from storage.integrity.high_water_mark import FILE
from storage.maintenance.backup import back_up
from storage.maintenance.evidence_copy import copy_evidence, folder_of
from storage.maintenance.restore import Extent, RestoreResult, restore
from storage.maintenance.verification import VerificationEvidence, VerificationReport, verify_with

_NOT_INCLUDED: Final = (
    "It holds everything people wrote. The signing key, .env and policy.yaml are not in it: copy them too."
)


def back_up_database(file: Path) -> int:
    """Write a backup to `file`, print what its verification found, and return the exit status."""
    try:
        with open_database() as (store, settings):
            url = settings.database_url.get_secret_value()
            report = back_up(store, url, file, evidence(settings, VerificationEvidence(files=store.files)))
    except EXPECTED_ERRORS as error:
        return fail(explain(error))
    folder = folder_of(file)
    beside = f" The files of evidence are in {folder}: keep both together." if folder.exists() else ""
    print(f"Wrote {file}. {_NOT_INCLUDED}{beside}")
    print(report_text(report))
    return exit_status(report)


def restore_database(file: Path, *, replace: bool, seen: str) -> int:
    """Replace the database by a backup, print what it holds and what is lost, and return the exit status.

    `seen` is the last published root as NUMBER:ROOT; without it the loss after the backup is unknown.
    """
    try:
        published = read_seen(seen)
    except InvalidEvidence as invalid:
        return fail(str(invalid), 2)
    settings = read_record_settings()
    url = settings.database_url.get_secret_value()
    try:
        restored = restore(url, file, replace=replace)
        # What was seen after the backup is lost on purpose, and reported below.
        (settings.spool / FILE).unlink(missing_ok=True)
        with open_database() as (store, _):
            copied = copy_evidence(store, EvidenceFiles(folder_of(file)), EvidenceFiles(settings.evidence, ANY_SIZE))
            report = verify_with(store, evidence(settings, VerificationEvidence(seen=published, files=store.files)))
    except EXPECTED_ERRORS as error:
        return fail(explain(error))
    print(f"{shown_database(url)} holds {_extent(restored.now)}.")
    for line in (
        *((f"Files of evidence put back into {settings.evidence}: {copied}.",) if copied else ()),
        *_replaced(restored),
        *_rights(url, restored),
        *_lost(report, published[0].seq if published else None),
    ):
        print(line)
    print(report_text(report))
    return exit_status(report)


def _extent(extent: Extent) -> str:
    until = f", the last of {extent.until:%Y-%m-%d %H:%M:%S} UTC" if extent.until and extent.entries else ""
    return f"{extent.entries} entries{until}"


def _replaced(restored: RestoreResult) -> list[str]:
    if not restored.before.entries:
        return []
    kept = f" That database is kept as {restored.replaced_file}." if restored.replaced_file else ""
    return [f"Before, it held {_extent(restored.before)}.{kept}"]


def _rights(url: str, restored: RestoreResult) -> list[str]:
    """Say which roles of PostgreSQL may work in the restored tables."""
    if restored.roles:
        return [f"Rights put back for: {', '.join(restored.roles)}."]
    if not url.startswith("postgres"):
        return []
    return ["No other role had rights here. If Muster runs as one: `muster migrate --service-role NAME`."]


def _lost(report: VerificationReport, published: int | None) -> list[str]:
    """Say what a published checkpoint proves to be lost; a backup alone cannot show what came after it."""
    lines = ["Numbers of incidents declared after the backup are given out again; their channels stay in Slack."]
    if published is None:
        return [*lines, "Give the root that was published last (--seen NUMBER:ROOT) to know what is lost."]
    last = report.trusted.seq if report.trusted else 0
    if published > last and report.trusted is not None:
        when = f"{report.trusted.taken_at:%Y-%m-%d %H:%M:%S} UTC"
        lines.append(
            f"Lost: what was recorded after {when}. Checkpoint {published} was published, this ends with {last}."
        )
    return lines
