"""The environment of a soak: a pretend workspace in this process, Muster in other processes, one database.

A process that crashes is restarted, as systemd would; a kill is a SIGKILL. Checks nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import yaml

from bot.plain_yaml import load_yaml
from bot.simulation.bench.bench_environment import policy_of
from bot.simulation.bench.muster_process import MusterProcess
from bot.simulation.replay.scenario_policy import SHIPPED
from incident.policy import Policy
from sandbox.pretend_workspace import Sandbox
from sandbox.state.entities import Person

COMMAND: Final = "/inc"
LOBBY: Final = "general"
PEOPLE: Final = 12
_START_TIMEOUT_S: Final = 60.0


class SoakEnvironment:
    """The workspace, its people, and the Muster processes."""

    def __init__(self, folder: Path, *, database: str | None, replicas: int = 1) -> None:
        manifest = load_yaml(SHIPPED.with_name("app.yaml").read_text(encoding="utf-8"))
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
        self.crash_logs: list[str] = []
        self.sandbox.workspace.subscribe(self._count)
        self._folder, self._replicas = folder, replicas
        self._processes: list[MusterProcess] = []

    def start(self) -> None:
        """Start the workspace and the processes, and wait until they are connected."""
        self.sandbox.start()
        text = yaml.safe_dump(self.policy.model_dump(mode="json"), allow_unicode=True)
        (self._folder / "policy.yaml").write_text(text, encoding="utf-8")
        self._processes = [self._start(n) for n in range(self._replicas)]
        if not until(lambda: self.sandbox.sockets.count() >= self._replicas, _START_TIMEOUT_S):
            raise RuntimeError(f"Muster did not connect. The end of its log:\n{self._processes[0].log_tail()}")

    def stop(self) -> None:
        """Stop the processes and the workspace."""
        for one in self._processes:
            one.stop()
        self.sandbox.stop()

    def kill(self, index: int, delay: float) -> None:
        """Kill one process, and start it again after `delay` seconds."""
        index %= self._replicas
        self._processes[index].kill()
        time.sleep(delay)
        self._processes[index] = self._start(index)

    def restart_crashed(self) -> None:
        """Restart the processes that have ended."""
        for n, one in enumerate(self._processes):
            if not one.is_running:
                self.restarts += 1
                self.crash_logs.append(one.log_tail())
                self._processes[n] = self._start(n)

    def stop_processes(self) -> None:
        """Stop the processes gracefully: nothing changes afterwards."""
        for one in self._processes:
            one.stop()

    def is_connected(self) -> bool:
        """True if there is a connection for every process."""
        return self.sandbox.sockets.count() >= self._replicas

    def incident_channels(self) -> list[str]:
        """Return the ids of the incident channels with a pinned card, oldest first."""
        workspace = self.sandbox.workspace
        with workspace.lock:
            channels = [one for one in workspace.channels.values() if one.name.startswith("inc-")]
            return [one.id for one in channels if one.pins]

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


def until(condition: Callable[[], bool], seconds: float) -> bool:
    """Wait for a condition. False on timeout."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return condition()
        time.sleep(0.05)
    return True
