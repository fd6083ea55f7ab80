"""Writes the export of one incident into a folder: page, report, entries, evidence, verify.py, signed manifest."""

from __future__ import annotations

import errno
import gc
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from bot.export import html_page
from bot.export.after.review_document import has_review, review_page, tasks_of, write_review
from bot.export.checked_chain import CheckedChain, NotExportable, changes_texts
from bot.export.document import readable
from bot.export.export_record import export_record
from bot.export.outside.pack_files import write_packs
from bot.export.proof import (
    Evidence,
    write_evidence_files,
    write_json,
    write_manifest,
    write_people,
    write_proof,
)
from bot.export.reader_names import ReaderNames
from commands.core.run import note_outcome, record_passed
from incident.entries.delivery import Exported
from incident.entry import Entry, IncidentKey
from incident.fold.fold import fold
from incident.frozen import utc_text
from incident.model.incident import Incident
from incident.outside.regimes import RegimeBook
from incident.policy import Policy
from incident.record import masked_view
from incident.record.hash_chain import digest
from organisation.model.task_state import Task
from roles.person_ids import PersonId
from storage.integrity.checkpoints import Proof
from storage.integrity.signing_keys import Signer
from storage.record.entry_rows import StoredEntryRow
from storage.store import Store

_SIGNED_RECORD: Final = "the record is signed, and its key is missing: set MUSTER_KEY_FILE as for `muster run`"


@dataclass(frozen=True)
class Seal:
    """The signing key of an export, and the function that has its checkpoint time-stamped. Both are optional."""

    signer: Signer | None = None
    stamp: Callable[[Proof], None] | None = None


@dataclass(frozen=True)
class Export:
    """A written export: its folder, the entries it covers, the key that signed it, and what it has.

    `replaces` is True if an export was in its place.
    """

    folder: Path
    number: str
    entries: int
    head: str
    public_key: str | None
    is_stamped: bool
    has_policy: bool
    replaces: bool


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
    """Write the export into `out/<number>`, which is replaced, and record it on the incident.

    It is recorded once it is complete and before it has its name, so that a try that fails leaves neither. A redaction
    that comes in between has it written again. Raise NotExportable for a record that does not agree with itself.
    """
    record_passed(key, recorder=store.recorder, policy=policy, at=at)
    export = None
    with _uncollected():
        while export is None:
            export = _try_to_write(store, key, out=out, exported_by=exported_by, at=at, seal=seal, policy=policy)
    return export


@contextmanager
def _uncollected() -> Iterator[None]:
    """Leave the garbage collector out: it would go over all entries again and again, and none of them refers back."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _try_to_write(
    store: Store,
    key: IncidentKey,
    *,
    out: Path,
    exported_by: PersonId,
    at: datetime,
    seal: Seal,
    policy: Policy,
) -> Export | None:
    """Write and record an export; None when a text was redacted, masked or shown during that."""
    chain = CheckedChain(store.queries, key)
    evidence = _evidence(store, chain, at, seal)
    if evidence is None:
        return None
    with _Draft(out, fold(chain.entries[:1]).number) as draft:
        export = _write(store, chain, evidence, draft, at=at, exported_by=exported_by, policy=policy)
        exported = Exported(who=exported_by, upto=export.entries, head=export.head)
        job = f"export:{key.id}:{export.entries}:{utc_text(at)}"
        note_outcome(key, [exported], job=job, recorder=store.recorder, policy=policy, at=at)
        if changes_texts(chain.later()):
            return None
        draft.publish()
    return export


def _evidence(store: Store, chain: CheckedChain, at: datetime, seal: Seal) -> Evidence | None:
    """Have a checkpoint cover the chain, which ends there; None when a text was redacted, masked or shown since it was read.

    Where the last checkpoint is signed, none is taken without the key: from then on the record would not verify with it.
    """
    last = store.checkpoints.last()
    if seal.signer is None and last is not None and last.signature is not None:
        raise NotExportable(_SIGNED_RECORD)
    store.checkpoints.take(at, seal.signer, team=chain.key.team)
    proof = store.checkpoints.proof(chain.key)
    if proof is None:
        raise NotExportable(f"no checkpoint covers {chain.key.id}; run `muster verify`")
    if changes_texts(chain.later()):
        return None
    chain.end_at(proof.leaf)
    if seal.stamp is not None:
        seal.stamp(proof)
    return Evidence(proof, seal.signer, store.timestamps.of(proof.seq), store.signing_keys.rotations())


class _Draft:
    """A folder beside the export, which only its owner may read; it is gone afterwards unless it becomes the export."""

    def __init__(self, out: Path, number: str) -> None:
        self.export = out / number
        if self.export.is_symlink() or (self.export.exists() and not self.export.is_dir()):
            raise FileExistsError(errno.EEXIST, "This is no folder, and is left as it is", str(self.export))
        if not out.exists():
            out.mkdir(parents=True)
        self.folder = Path(tempfile.mkdtemp(prefix=f"{number}.unfinished-", dir=out))

    def __enter__(self) -> _Draft:
        return self

    def publish(self) -> None:
        """Put the finished export in the place of the one before it."""
        before = self.folder.with_suffix(".replaced")
        if self.export.exists():
            self.export.rename(before)
        self.folder.rename(self.export)
        shutil.rmtree(before, ignore_errors=True)

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


def _write(
    store: Store,
    chain: CheckedChain,
    evidence: Evidence,
    draft: _Draft,
    *,
    at: datetime,
    exported_by: PersonId,
    policy: Policy,
) -> Export:
    """Write every file of the export, the manifest last."""
    masks, folder = masked_view.masks_of_chain(chain.entries), draft.folder
    entries = [masked_view.masked(entry, masks) for entry in chain.entries]
    names = ReaderNames(store.directory.person, chain.key.team)
    head = chain.rows[-1].hash
    hidden = frozenset(e.n for e in chain.entries if e.redacted or masked_view.hides(masks, e))
    copies = write_evidence_files(folder, chain.key, entries, hidden, store.files)
    incident = _write_documents(
        folder,
        entries,
        names=names,
        at=at,
        exported_by=exported_by,
        policy=policy,
        shown=_Shown(head, copies, tasks_of(store, chain.key.team)),
    )
    has_policy = _write_policy(folder, store.directory.policy_text(incident.policy_hash), incident.policy_hash)
    lines = zip(chain.rows, chain.entries, strict=True)
    write_proof(folder, (_without_text(line) if masked_view.hides(masks, e) else line for line, e in lines), evidence)
    write_people(folder / "people.json", names.shown)
    heading = {
        "exported_at": utc_text(at),
        "exported_by": exported_by,
        "number": incident.number,
        "policy": incident.policy_hash,
    }
    write_manifest(folder, heading, evidence, has_files=bool(copies))
    return Export(
        folder=draft.export,
        number=incident.number,
        entries=len(chain.rows),
        head=chain.rows[-1].hash,
        public_key=evidence.signer.public_key if evidence.signer else None,
        is_stamped=evidence.stamp is not None,
        has_policy=has_policy,
        replaces=draft.export.exists(),
    )


def _without_text(line: StoredEntryRow) -> StoredEntryRow:
    """Drop the text that a mask hides, because an export cannot be recalled; its digest stays."""
    return line._replace(words=None, salt=None)


@dataclass(frozen=True)
class _Shown:
    """What the documents show of the other files: the hash of the last entry, the copies of evidence by entry, the tasks."""

    head: str
    copies: Mapping[int, str]
    tasks: tuple[Task, ...]


def _write_documents(
    folder: Path,
    entries: Sequence[Entry],
    *,
    names: ReaderNames,
    at: datetime,
    exported_by: PersonId,
    policy: Policy,
    shown: _Shown,
) -> Incident:
    """Write the record and the page, from the entries alone, and return the folded incident with its texts readable."""
    render = html_page.document_renderer(names)
    incident = fold([readable(entry, names) for entry in entries])
    forms = policy.regime_book if incident.packs else RegimeBook()
    record = export_record(entries, incident, as_of=at, names=names, render=render, copies=shown.copies, forms=forms)
    write_packs(folder, entries, incident, names=names, render=render, at=at, forms=forms)
    if has_review(incident):
        longest = timedelta(minutes=policy.scribe.gap_minutes)
        page = review_page(
            entries, incident, names=names, render=render, longest_silence=longest, at=at, tasks=shown.tasks
        )
        write_review(folder, page, render)
    write_json(folder / "record.json", record)
    context = html_page.page_context(
        entries,
        incident,
        record,
        names=names,
        render=render,
        head=shown.head,
        exported_at=f"{utc_text(at)[:19]}Z",
        exported_by=names(exported_by),
        time_zone=policy.time_zone,
        channels=policy.audiences,
    )
    (folder / "index.html").write_text(html_page.render_page(context, render), encoding="utf-8", newline="\n")
    return incident


def _write_policy(folder: Path, text: str | None, name: str) -> bool:
    """Write the policy of the incident byte for byte; False for a text that does not have the digest in the record."""
    if not isinstance(text, str) or digest(text) != name:
        return False
    (folder / "policy.yaml").write_bytes(text.encode("utf-8"))
    return True
