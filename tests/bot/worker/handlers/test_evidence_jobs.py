"""A file that a person keeps is fetched from Slack, stored and exported; what cannot be stored says so, and what to do."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.export.bundle import Seal, write_bundle
from bot.worker.handlers.evidence_jobs import EvidenceJobs
from incident.entry import IncidentKey
from storage.files.evidence_files import EvidenceFiles
from storage.integrity.signing_keys import new_key
from storage.store import Store
from tests.support.export_office import verified
from tests.support.worker_env import WorkerEnv, worker_env_on

TRACE = b"02:10 login from an odd address\n" * 100
DIGEST = hashlib.sha256(TRACE).hexdigest()


class FileBench:
    """An incident whose channel has a message with a file."""

    def __init__(self, env: WorkerEnv, folder: Path, content: bytes = TRACE, **fields: object) -> None:
        env.store.files.open(folder / "evidence", most_bytes=1_000_000)
        jobs = EvidenceJobs(env.store.files)
        handlers = {**env.adapter.handlers(jobs.slack_handlers), **jobs.handlers}
        env.worker = env.another_worker("evidence", handlers=handlers)
        self.env, self.key = env, env.declare(**fields)
        env.drain()
        self.channel = env.channel(self.key)
        self.share(content)

    def share(self, content: bytes | None, name: str = "trace.log") -> None:
        user = self.env.users["rob"]
        if user not in self.channel.members:
            self.channel.members.append(user)
        self.ts = self.env.sandbox.actor.share_file(user, self.channel.id, name, content=content)
        [self.file] = self.channel.messages[self.ts].files

    def keep(self) -> None:
        named = {name: self.file[name] for name in ("id", "name")} | {"size": self.file.get("size")}
        self.env.act("keep", "rob", self.key, channel=self.channel.id, ts=self.ts, files=[named])

    def store(self) -> None:
        self.keep()
        self.env.drain()

    @property
    def item(self):
        return self.env.incident(self.key).evidence[-1]

    @property
    def stored(self) -> list[bytes]:
        return [path.read_bytes() for path in sorted(self.env.store.files.folder.rglob("*")) if path.is_file()]

    def export(self, folder: Path) -> Path:
        folder.mkdir(parents=True)
        seal = Seal(new_key(folder / "key"))
        env = self.env
        made = write_bundle(
            env.store,
            self.key,
            out=folder,
            exported_by=env.person("ilse"),
            at=env.clock.now(),
            seal=seal,
            policy=env.policy,
        )
        return made.folder


@contextmanager
def desk_on(store: Store, folder: Path, content: bytes = TRACE, **fields: object) -> Iterator[FileBench]:
    with worker_env_on(store, groups={"privacy": ("ilse",)}) as env:
        desk = FileBench(env, folder, content, **fields)
        yield desk
        env.worker.stop()


@pytest.fixture
def desk(sqlite_store: Store, tmp_path: Path) -> Iterator[FileBench]:
    with desk_on(sqlite_store, tmp_path) as desk:
        yield desk


def test_a_kept_file_is_stored_by_its_digest_and_exported_where_verify_checks_it(desk, tmp_path):
    desk.store()

    assert (desk.item.stored, desk.item.sha256, desk.item.size) == ("stored", DIGEST, len(TRACE))
    assert desk.stored == [TRACE]
    folder = desk.export(tmp_path / "out")
    copy = folder / f"evidence-EV1-{desk.item.n}.log"
    assert copy.read_bytes() == TRACE
    assert verified(folder).stdout.startswith("verified: ")
    copy.write_bytes(TRACE.replace(b"odd", b"our"))
    assert "not the file that its entry secured" in verified(folder).stdout


def test_a_mail_of_a_provider_is_named_by_its_case_and_its_digest_is_in_the_manifest(desk, tmp_path):
    desk.share(b"Subject: case 771", "case.eml")
    desk.store()
    desk.env.act("vendor", "rob", desk.key, form="case", provider="cloud-1", case_id="771")
    desk.env.act("vendor", "rob", desk.key, form="update", case_id="771", text="see their mail", files="EV1")

    folder = desk.export(tmp_path / "out")
    record, manifest = (json.loads((folder / name).read_text("utf-8")) for name in ("record.json", "MANIFEST.json"))
    assert [case["files"] for case in record["third_party_cases"]] == [["EV1"]]
    [item] = record["evidence"]
    assert manifest["files"][item["file"]]["sha256"] == hashlib.sha256(b"Subject: case 771").hexdigest()


def test_a_file_is_kept_before_it_is_deleted_in_slack_and_stays(desk):
    desk.store()
    desk.env.sandbox.actor.delete_file(desk.env.users["rob"], desk.file["id"])

    assert desk.stored == [TRACE]


def test_the_same_file_with_other_bytes_is_another_item_that_names_the_first(desk):
    desk.store()
    desk.env.sandbox.workspace.file_bytes[desk.file["id"]] = b"cleaned"
    desk.store()

    [first, second] = desk.env.entries(desk.key, "file_stored")
    assert (first.fact.differs, second.fact.differs) == (None, "EV1")
    assert sorted(desk.stored) == sorted([TRACE, b"cleaned"])


@pytest.mark.parametrize(
    ("spoil", "why", "says"),
    [
        (lambda d: d.env.sandbox.actor.delete_file(d.env.users["rob"], d.file["id"]), "deleted", "deleted in Slack"),
        (lambda d: d.file.update(is_external=True), "external", "outside Slack"),
        (lambda d: d.file.update(size=2**30), "too_large", "1024 MB, and I store at most 1"),
        (
            lambda d: d.env.sandbox.workspace.file_bytes.update({d.file["id"]: b"x" * 1_000_001}),
            "too_large",
            "sha256sum",
        ),
        (lambda d: d.env.sandbox.faults.fail_with("missing_scope", "files.info"), "no_scope", "`files:read`"),
        (lambda d: d.file.update(url_private_download="https://example.com/trace.log"), "external", "outside Slack"),
    ],
    ids=["deleted", "external", "too large", "larger than stated", "no scope", "another host"],
)
def test_what_cannot_be_stored_is_recorded_with_the_reason_and_what_to_do(desk, spoil, why, says):
    desk.keep()
    spoil(desk)
    desk.env.drain()

    assert (desk.item.stored, desk.item.not_stored_because, desk.item.sha256) == ("not_stored", why, None)
    assert desk.stored == []
    [line] = [text for text in desk.env.texts(desk.key) if "is not stored" in text]
    assert says in line


def test_a_download_that_fails_is_tried_again(desk):
    desk.env.sandbox.faults.server_error("files.download")
    desk.keep()
    desk.env.after(minutes=5)

    assert desk.item.stored == "stored"


def redact(desk):
    desk.env.act("redact", "ilse", desk.key, ref=f"{desk.channel.id}:{desk.ts}", reason="names of customers")


def test_a_redaction_erases_the_bytes_and_leaves_the_digest(desk, tmp_path):
    desk.store()
    redact(desk)
    desk.env.drain()

    assert (desk.item.stored, desk.item.sha256, desk.stored) == ("erased", DIGEST, [])
    assert verified(desk.export(tmp_path / "out")).returncode == 0


def test_under_a_legal_hold_nothing_is_erased_until_the_hold_is_lifted(desk, tmp_path):
    desk.store()
    desk.env.act("preserve", "ilse", desk.key, reason="the police asked for it")
    redact(desk)
    desk.env.drain()
    assert desk.stored == [TRACE]
    assert not list(desk.export(tmp_path / "out").glob("evidence-*"))

    desk.env.act("preserve", "ilse", desk.key, lift=True, reason="the case is over")
    desk.env.drain()
    assert desk.stored == []


def test_a_restricted_incident_says_nothing_of_its_files_elsewhere(sqlite_store, tmp_path):
    with desk_on(sqlite_store, tmp_path, type="security") as desk:
        desk.store()
        everywhere = [one.text for c in desk.env.sandbox.workspace.channels.values() for one in c.messages.values()]

        assert desk.item.stored == "stored"
        elsewhere = [text for text in everywhere if "trace.log" in text and text not in desk.env.texts(desk.key)]
        assert [text for text in elsewhere if text != desk.channel.messages[desk.ts].text] == []


def test_the_files_of_an_incident_go_with_it_and_no_others(tmp_path):
    files = EvidenceFiles(tmp_path)
    present, retired = IncidentKey("T1", "01A"), IncidentKey("T1", "01B")
    for key in (present, retired):
        files.store(key, [TRACE])

    assert files.erase_incidents("T1", ["01B", "01C"]) == ("01B",)
    assert files.find(present, DIGEST) is not None
    assert files.find(retired, DIGEST) is None
