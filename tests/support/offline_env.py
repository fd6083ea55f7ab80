"""A whole Muster on a PostgreSQL that can be cut off, in the pretend workspace; jobs and draining go by hand."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import yaml

from bot.bootstrap.composition import compose
from bot.config.settings import Settings
from bot.plain_yaml import load_yaml
from incident.entry import Entry, IncidentKey
from sandbox.pretend_workspace import Sandbox
from sandbox.state.entities import Channel, Person
from tests.support.wait import until

T = TypeVar("T")
ROOT = Path(__file__).parents[2]
MANIFEST = load_yaml((ROOT / "app.yaml").read_text(encoding="utf-8"))
PEOPLE = tuple(Person(name=name, real_name=name.capitalize()) for name in ("ann", "bea", "cyd"))


class OfflineEnv:
    """A workspace and a Muster in it. `folder` holds the policy and the spool, which outlive the process."""

    def __init__(self, folder: Path, database: str, *, starts: bool = True, **more: Any) -> None:
        self.sandbox = Sandbox(PEOPLE, manifest=MANIFEST, channels=("general", "incidents"), strict_tiers=False)
        self.sandbox.start()
        self.folder, self.database, self.more = folder, database, more
        self.actor = self.sandbox.actor
        self._write_policy()
        if starts:
            self.start()

    def start(self) -> None:
        """Start Muster, as after a crash, with its worker and scheduler stopped."""
        self.muster = compose(self.settings())
        self.muster.listen()
        assert self.sandbox.wait_for_socket()

    def settings(self) -> Settings:
        given: dict[str, Any] = {
            "_env_file": None,
            "slack_bot_token": self.sandbox.bot_token,
            "slack_app_token": self.sandbox.app_token,
            "slack_api_url": self.sandbox.base_url,
            "database_url": self.database,
            "MUSTER_POLICY": self.folder / "policy.yaml",
            "MUSTER_SPOOL": self.folder / "spool",
        }
        return Settings(**given, **self.more)

    def stop(self) -> None:
        self.muster.stop()

    def close(self) -> None:
        self.stop()
        self.sandbox.stop()

    @property
    def spool(self) -> Any:
        return self.muster.degraded_mode.spool

    def look(self) -> None:
        """Drain the spool once, as the scheduler does."""
        self.muster.degraded_mode.spool_drain.drain()

    def work(self) -> None:
        """Run the due jobs and process the events that they cause."""
        while self.muster.drain(datetime.now(UTC)) or self.sandbox.outstanding():
            assert self.sandbox.settle()

    def come_back(self, seconds: float = 15) -> None:
        """Drain until the spool is empty, then run the due jobs."""
        until(lambda: (self.look(), self.spool.count() == 0)[1], "the spool is not drained", seconds)
        self.work()
        self.sandbox.settle()

    def slash(self, user: str, channel: str, line: str) -> str:
        """Send a slash command and return its reply; fail if it was late."""
        began = time.monotonic()
        delivery = self.actor.slash(user, channel, "/incident", line).wait()
        assert delivery.acked, delivery.error
        assert time.monotonic() - began < 3
        return str((delivery.payload or {}).get("text", ""))

    def say(self, user: str, channel: str, text: str) -> None:
        self.actor.post(user, channel, text)
        assert self.sandbox.settle()

    def declare(self, title: str = "Payments fail") -> str:
        return self.slash("ann", "general", f"declare service=checkout impact=1 urgency=1 {title}")

    def incident(self) -> IncidentKey:
        return self.muster.store.queries.incidents(self.muster.gateway.team)[0].key

    def numbers(self) -> list[str]:
        return [one.number for one in self.muster.store.queries.incidents(self.muster.gateway.team)]

    def entries(self, *kinds: str, key: IncidentKey | None = None) -> list[Entry]:
        wanted = key or self.incident()
        return list(self.muster.store.recorder.read(lambda reader: reader.entries(wanted, kinds=kinds)))

    def channels(self, prefix: str) -> list[Channel]:
        return [one for one in self.sandbox.workspace.channels.values() if one.name.startswith(prefix)]

    def channel(self, prefix: str = "inc-") -> Channel:
        """Return the one channel of that name, once it is there and its facts are pinned."""
        return until(lambda: next((c for c in self.channels(prefix) if c.pins), None))

    def ours(self, channel: Channel) -> list[str]:
        """What Muster said in a channel, as it reads now."""
        bot = self.sandbox.workspace.bot.id
        return [m.text for m in channel.messages.values() if m.user == bot and not m.subtype]

    def direct(self, name: str) -> list[Any]:
        bot, dm = self.sandbox.workspace.bot.id, self.sandbox.workspace.dm(self.user(name))
        return [m for m in dm.messages.values() if m.user == bot]

    def user(self, name: str) -> str:
        return self.sandbox.workspace.find_person(name).id

    def _write_policy(self) -> None:
        policy = load_yaml((ROOT / "policy.yaml").read_text(encoding="utf-8"))
        policy["services"] = {
            "checkout": {
                "owner": self.user("cyd"),
                "owner_group": "payments",
                "roster": "pay",
                "ladder": "pay",
                "categories": {"Application": ["Errors"]},
            },
            "bare": {"owner": self.user("cyd")},
        }
        policy["rosters"] = {"pay": [self.user("bea")]}
        policy["ladders"] = {"pay": {"rungs": [self.user("bea"), self.user("cyd")]}}
        (self.folder / "policy.yaml").write_text(yaml.safe_dump(policy), encoding="utf-8")
