"""A whole Muster of today's code on a stored copy, in the pretend workspace that the copy was made in.

Both test modules take the product's names from here, so that a rename in the product is made in this file alone.
"""

from __future__ import annotations

import gzip
import json
import shutil
import tarfile
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bot.bootstrap.composition import compose
from bot.clock import SetClock
from bot.config.settings import Settings
from bot.export import verify as export_verifier
from bot.export.bundle import Seal, write_bundle
from bot.plain_yaml import load_yaml
from commands.core.request import Actor, Place, Request
from commands.core.run import run
from incident.entry import Entry, EntryPoint, IncidentKey, Source
from incident.ports import Outcome
from roles.person_ids import slack_person
from sandbox.pretend_workspace import Sandbox
from sandbox.state.entities import Channel, Message
from storage.integrity.signing_keys import new_key, read_key
from storage.jobs.job_table import JOB
from storage.maintenance.projection_rebuild import rebuild
from storage.maintenance.restore import restore
from storage.maintenance.verification import VerificationEvidence, VerificationReport, verify_with
from storage.record.projections import projection
from storage.store import Store, open_store
from storage.tables import INCIDENT
from tests.support.stored_workspace import read_workspace

__all__ = ["EntryPoint", "IncidentKey", "Store", "new_key", "open_store", "read_key", "rebuild", "restore"]

COPIES = Path(__file__).parents[1] / "upgrade" / "e06b798"
MANIFEST = load_yaml((Path(__file__).parents[2] / "app.yaml").read_text(encoding="utf-8"))
ABOUT: dict[str, Any] = json.loads((COPIES / "about.json").read_text(encoding="utf-8"))
TEAM: str = ABOUT["team"]
USERS: dict[str, str] = ABOUT["users"]
MADE_AT = datetime.fromisoformat(ABOUT["clock"])
OLD_KEY, KEY = COPIES / "test-key-of-2021.pem", COPIES / "test-key-of-2026.pem"
VERIFIER = Path(export_verifier.__file__)


def unpacked(name: str, folder: Path) -> Path:
    """Unpack a stored file into a folder."""
    path = folder / name.removesuffix(".gz")
    path.write_bytes(gzip.decompress((COPIES / name).read_bytes()))
    return path


def unpacked_export(folder: Path) -> Path:
    """Unpack the stored export."""
    with tarfile.open(COPIES / "export.tar.gz") as packed:
        # Python before 3.11.4 knows no filter; the archive is our own.
        packed.extractall(folder, **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))  # type: ignore[arg-type]
    return next((folder / "export").iterdir())


def copied_spool(folder: Path) -> Path:
    """Copy the spool, each file with the zeros that were reserved behind its lines."""
    spool = shutil.copytree(COPIES / "spool", folder / "spool")
    for path in spool.glob("*.jsonl"):
        path.write_bytes(path.read_bytes() + bytes(64 * 1024))
    return spool


def waiting_lines() -> list[dict[str, Any]]:
    """The spool's lines that are not done, in order, as they are stored."""
    files = sorted((COPIES / "spool").glob("*.jsonl"))
    lines = [json.loads(line) for path in files for line in path.read_text(encoding="utf-8").splitlines()[1:]]
    done = {(one["body"]["kind"], one["key"]) for one in lines if one["kind"] == "done"}
    return [one for one in lines if one["kind"] not in ("done", "step") and (one["kind"], one["key"]) not in done]


def verified(store: Store, *, first_key: Path = OLD_KEY) -> VerificationReport:
    """Verify the whole record; every signature must lead to the key that signed first."""
    keys = {"public_key": read_key(first_key).public_key, "own_key": read_key(KEY).public_key}
    return verify_with(store, VerificationEvidence(**keys))


def projections(store: Store) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Each incident's row as it is stored, and as it is made today from its entries."""

    def work(connection: Any) -> list[tuple[dict[str, Any], dict[str, Any]]]:
        rows = [dict(row) for row in connection.execute(select(INCIDENT)).mappings()]
        keys = [IncidentKey(row["team"], row["incident"]) for row in rows]
        return [
            (row, projection.columns(projection.refold(connection, key))) for row, key in zip(rows, keys, strict=True)
        ]

    return store.transactions.read(work)


def jobs(store: Store) -> list[dict[str, Any]]:
    """Every job with all its columns."""
    return store.transactions.read(
        lambda c: [dict(row) for row in c.execute(select(JOB).order_by(JOB.c.id)).mappings()]
    )


def entries(store: Store, key: IncidentKey, *kinds: str) -> list[Entry]:
    """The entries of a chain as they are kept, masked or not."""
    return list(store.recorder.read(lambda reader: reader.unmasked().entries(key, kinds=kinds)))


class UpgradeEnv:
    """A running Muster; jobs and the spool are worked off when a test says so."""

    def __init__(self, folder: Path, database: str) -> None:
        self.clock = SetClock(MADE_AT + timedelta(minutes=3))
        self.sandbox = Sandbox((), manifest=MANIFEST, channels=(), clock=self.clock, strict_tiers=False)
        read_workspace(unpacked("workspace.json.gz", folder), self.sandbox.workspace)
        self.sandbox.start()
        shutil.copy(COPIES / "policy.yaml", folder)
        given: dict[str, Any] = {
            "_env_file": None,
            "slack_bot_token": self.sandbox.bot_token,
            "slack_app_token": self.sandbox.app_token,
            "slack_api_url": self.sandbox.base_url,
            "database_url": database,
            "MUSTER_POLICY": folder / "policy.yaml",
            "MUSTER_SPOOL": copied_spool(folder),
            "MUSTER_KEY_FILE": KEY,
        }
        self.actor, self.requests = self.sandbox.actor, count(1)
        self.muster = compose(Settings(**given), clock=self.clock)
        self.store = self.muster.store
        self.muster.listen()
        assert self.sandbox.wait_for_socket()

    def close(self) -> None:
        self.muster.stop()
        self.sandbox.stop()

    def settle(self) -> None:
        """Work until nothing is due."""
        while True:
            assert self.sandbox.settle()
            if not self.muster.drain(self.clock.now()) and not self.sandbox.outstanding():
                return

    def drain_spool(self) -> None:
        """Look at the spool until it is empty."""
        for _ in range(10):
            self.muster.degraded_mode.spool_drain.drain()
            if not self.spooled():
                return
        raise AssertionError("the spool is not drained")

    def spooled(self) -> int:
        return self.muster.degraded_mode.spool.count()

    def set_aside(self) -> int:
        return self.muster.degraded_mode.spool.quarantined()

    def slash(self, user: str, channel: str, line: str) -> str:
        """Type a line and return the answer."""
        delivery = self.actor.slash(user, channel, "/inc", line).wait()
        assert delivery.acked, delivery.error
        self.settle()
        return str((delivery.payload or {}).get("text", ""))

    def press(self, name: str, channel: str, ts: str, action: str) -> None:
        """Press a button that is in the workspace since the copy was made."""
        self.clock.set(self.clock.now() + timedelta(seconds=6))
        delivery = self.actor.press(USERS[name], channel, ts, action).wait()
        assert delivery.acked, delivery.error
        self.settle()

    def later(self, minutes: float) -> None:
        """Let time pass and do each thing when it is due."""
        until = self.clock.now() + timedelta(minutes=minutes)
        while (due := self.store.jobs.next_run_at()) is not None and due <= until:
            self.clock.set(max(due, self.clock.now()))
            self.settle()
        self.clock.set(until)

    def note(self, name: str, number: str, text: str, *, key: str | None = None) -> Outcome:
        """Note something in an incident, under a key of its own or under a given one."""
        active = self.muster.active
        request = Request(
            verb="note",
            fields={"text": text},
            actor=Actor(id=slack_person(TEAM, USERS[name]), groups=frozenset({"responder"})),
            team=TEAM,
            place=Place(number=number),
            source=Source(surface=EntryPoint.COMMAND),
            key=key or f"upgrade:{next(self.requests)}",
            at=self.clock.now(),
        )
        return run(request, recorder=self.store.recorder, policy=active.policy, policy_hash=active.hash)

    def checkpoint(self) -> None:
        self.store.checkpoints.take(self.clock.now(), self.muster.signer)

    def export(self, key: IncidentKey, folder: Path) -> Path:
        """Export an incident with today's code."""
        made = write_bundle(
            self.store,
            key,
            out=folder,
            exported_by=slack_person(TEAM, USERS["nadia"]),
            at=self.clock.now(),
            seal=Seal(self.muster.signer),
            policy=self.muster.active.policy,
        )
        return made.folder

    def keys(self) -> dict[str, IncidentKey]:
        """Every incident by its number."""
        return {one.number: one.key for one in self.store.queries.incidents(TEAM, limit=50)}

    def channel(self, which: str) -> Channel:
        return self.sandbox.workspace.find_channel(which)

    def message(self, channel: str, ts: str) -> Message:
        return self.channel(channel).messages[ts]

    def ours(self, channel: Channel) -> list[Message]:
        """What Muster posted in a channel, without Slack's own notices."""
        return [m for m in channel.messages.values() if m.user == self.sandbox.workspace.bot.id and not m.subtype]
