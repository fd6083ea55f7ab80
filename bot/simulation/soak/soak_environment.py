"""Where a soak takes place: a pretend workspace here, real Musters in processes of their own, one database.

A Muster that ends by itself is started again, as systemd would; one that is to be killed gets SIGKILL. Checks nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import yaml

from bot.simulation.bench.bench_environment import policy_of
from bot.simulation.bench.muster_process import MusterProcess
from bot.simulation.replay.scenario_policy import SHIPPED
from incident.policy import Policy
from sandbox.pretend_workspace import Sandbox
from sandbox.state.entities import Person

COMMAND: Final = "/inc"
LOBBY: Final = "general"
PEOPLE: Final = 12
_STARTS_WITHIN_S: Final = 60.0


class SoakEnvironment:
    """The workspace, its people, and the Musters that serve it."""

    def __init__(self, folder: Path, *, database: str | None, replicas: int = 1) -> None:
        manifest = yaml.safe_load(SHIPPED.with_name("app.yaml").read_text(encoding="utf-8"))
        names = [f"person{n:02d}" for n in range(PEOPLE)]
        self.sandbox = Sandbox(
            [Person(name, name.capitalize()) for name in names],
            manifest=manifest,
            channels=(LOBBY, "incidents", "exec"),
            strict_tiers=False,
        )
        self.users = [self.sandbox.workspace.find_person(name).id for name in names]
        self.database = database or f"sqlite:///{folder / 'muster.db'}"
        self.policy: Policy = policy_of(self.users)
        self.restarts = self.events = 0
        self.last_words: list[str] = []
        self.sandbox.workspace.subscribe(self._count)
        self._folder, self._replicas = folder, replicas
        self._musters: list[MusterProcess] = []

    def begin(self) -> None:
        """Start the workspace and the Musters, and wait until they are connected."""
        self.sandbox.start()
        text = yaml.safe_dump(self.policy.model_dump(mode="json"), allow_unicode=True)
        (self._folder / "policy.yaml").write_text(text, encoding="utf-8")
        self._musters = [self._start(n) for n in range(self._replicas)]
        if not until(lambda: self.sandbox.sockets.count() >= self._replicas, _STARTS_WITHIN_S):
            raise RuntimeError(f"Muster did not connect. The last it said:\n{self._musters[0].last_words()}")

    def end(self) -> None:
        """Stop everything."""
        for one in self._musters:
            one.stop()
        self.sandbox.stop()

    def kill(self, which: int, pause: float) -> None:
        """End one Muster without a word, and start it again after a while."""
        which %= self._replicas
        self._musters[which].kill()
        time.sleep(pause)
        self._musters[which] = self._start(which)

    def look_after(self) -> None:
        """Start again what has ended by itself."""
        for n, one in enumerate(self._musters):
            if not one.is_running:
                self.restarts += 1
                self.last_words.append(one.last_words())
                self._musters[n] = self._start(n)

    def stop_musters(self) -> None:
        """End the Musters in good order, so that nothing changes any more."""
        for one in self._musters:
            one.stop()

    def is_connected(self) -> bool:
        """Tell whether every Muster has a connection."""
        return self.sandbox.sockets.count() >= self._replicas

    def incident_channels(self) -> list[str]:
        """Name the channels in which people see an incident's card, by id, oldest first."""
        workspace = self.sandbox.workspace
        with workspace.lock:
            ours = [one for one in workspace.channels.values() if one.name.startswith("inc-")]
            return [one.id for one in ours if one.pins]

    def _count(self, *_: Any) -> None:
        self.events += 1

    def _start(self, n: int) -> MusterProcess:
        folder = self._folder / f"muster-{n}"
        folder.mkdir(exist_ok=True)
        settings = {
            "SLACK_BOT_TOKEN": self.sandbox.bot_token,
            "SLACK_APP_TOKEN": self.sandbox.app_token,
            "SLACK_API_URL": self.sandbox.base_url,
            "DATABASE_URL": self.database,
            "MUSTER_POLICY": str(self._folder / "policy.yaml"),
        }
        return MusterProcess(folder, settings)


def until(has_come: Callable[[], bool], seconds: float) -> bool:
    """Wait for something; tell whether it came in time."""
    deadline = time.monotonic() + seconds
    while not has_come():
        if time.monotonic() > deadline:
            return has_come()
        time.sleep(0.05)
    return True
