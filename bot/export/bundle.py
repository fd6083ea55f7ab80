"""Writes the export of one incident into a folder: page, report, entries, evidence, manifest, verify.py."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.export import html_page
from bot.export.document import document_report
from bot.export.proof import Evidence, write_json, write_proof
from bot.export.reader_names import Names, names_from
from bot.rendering import mrkdwn
from commands.core.run import note_outcome
from incident.entries.delivery import Exported
from incident.entry import Entry, IncidentKey
from incident.frozen import utc_text
from incident.model.incident import Incident
from incident.policy import Policy
from incident.record import masked_view
from roles.person_ids import PersonId
from storage.integrity.checkpoints import Checkpoint
from storage.integrity.signing_keys import Signer
from storage.record.entry_rows import StoredEntryRow, to_entry
from storage.store import Store


@dataclass(frozen=True)
class Seal:
    """The signing key of an export, and the function that has its checkpoint time-stamped. Both are optional."""

    signer: Signer | None = None
    stamp: Callable[[Checkpoint], None] | None = None


@dataclass(frozen=True)
class Export:
    """A written export: its folder, and the entries it covers."""

    folder: Path
    number: str
    entries: int
    head: str
    public_key: str | None
    is_stamped: bool = False


def write_bundle(
    store: Store,
    key: IncidentKey,
    *,
    out: Path,
    exported_by: PersonId,
    at: datetime,
    seal: Seal,
    policy: Policy,
) -> Export:
    """Record the export on the incident, take a checkpoint, and write everything into `out/<number>`, which is replaced.

    Raise LookupError for an incident that no checkpoint covers.
    """
    before = store.queries.rows(key)
    exported = Exported(who=exported_by, upto=before[-1].n, head=before[-1].hash)
    note_outcome(
        key, [exported], job=f"export:{key.id}:{before[-1].hash}", recorder=store.recorder, policy=policy, at=at
    )
    taken = store.checkpoints.take(at, seal.signer, team=key.team)
    if taken is not None and seal.stamp is not None:
        seal.stamp(taken)
    proof, incident = store.checkpoints.proof(key), store.recorder.read(lambda reader: reader.peek(key))
    if proof is None or incident is None:
        raise LookupError("the incident is not under a checkpoint; run `muster verify`")
    lines = store.queries.rows(key)[: proof.leaf.n]
    folder = out / incident.number
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    stored = [to_entry(line) for line in lines]
    masks = masked_view.masks_of_chain(stored)
    entries = [masked_view.masked(entry, masks) for entry in stored]
    visible = [
        _without_text(line) if masked_view.hides(masks, entry) else line
        for line, entry in zip(lines, stored, strict=True)
    ]
    names = names_from(store.directory.person, key.team)
    _write_documents(folder, incident, entries, names=names, at=at, exported_by=exported_by, head=lines[-1].hash)
    _write_policy(folder, store.directory.policy_text(incident.policy_hash))
    evidence = Evidence(proof, seal.signer, store.timestamps.of(proof.seq), store.signing_keys.rotations())
    write_proof(folder, visible, evidence)
    _write_manifest(folder, incident, lines, at)
    is_stamped = evidence.stamp is not None
    return Export(folder, incident.number, len(lines), lines[-1].hash, evidence.public_key, is_stamped)


def _without_text(line: StoredEntryRow) -> StoredEntryRow:
    """Drop the text that a mask hides, because an export cannot be recalled; its digest stays."""
    return line._replace(words=None, salt=None)


def _write_documents(
    folder: Path,
    incident: Incident,
    entries: Sequence[Entry],
    *,
    names: Names,
    at: datetime,
    exported_by: PersonId,
    head: str,
) -> None:
    render = html_page.document_renderer(names)
    record = document_report(entries, as_of=at, names=names, render=render)
    write_json(folder / "record.json", record)
    plain = _plain_text(names, incident)
    context = html_page.HtmlPageContext(
        number=incident.number,
        title=plain(incident.title),
        symptom=plain(incident.symptom),
        record=record,
        restored_after=html_page.restored_after(record),
        audiences=html_page.audience_rows(record, entries),
        messages=html_page.message_rows(entries, render),
        escalations=html_page.escalation_rows(incident, names),
        failed_deliveries=html_page.failed_deliveries(entries, render),
        entries=len(entries),
        head=head,
        policy_hash=incident.policy_hash,
        exported_at=f"{utc_text(at)[:19]}Z",
        exported_by=names(exported_by),
        css=html_page.STYLE.read_text("utf-8"),
    )
    (folder / "index.html").write_text(html_page.render_page(context, render), encoding="utf-8")


def _write_policy(folder: Path, text: str | None) -> None:
    """Write the policy of the incident byte for byte, so that its SHA-256 is the one in the record."""
    if text is not None:
        (folder / "policy.yaml").write_bytes(text.encode("utf-8"))


def _write_manifest(folder: Path, incident: Incident, lines: Sequence[StoredEntryRow], at: datetime) -> None:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    manifest = {
        "format": "muster-export/1",
        "number": incident.number,
        "team": incident.key.team,
        "incident": incident.key.id,
        "entries": len(lines),
        "head": lines[-1].hash,
        "exported_at": utc_text(at),
        "files": {p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in files},
    }
    write_json(folder / "MANIFEST.json", manifest)


def _plain_text(names: Names, incident: Incident) -> Callable[[str], str]:
    team = incident.key.team
    return lambda text: mrkdwn.plain_text(text, lambda user: names(PersonId(f"slack:{team}:{user}")))
