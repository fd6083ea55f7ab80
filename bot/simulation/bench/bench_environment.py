"""The environment of the bench: a pretend workspace in this process, `muster run` in another, real time.

The workspace enforces every rule of Slack but the rate limits, which would only measure Slack. Two processes do not
share an interpreter lock. The database is a SQLite file unless another is given; the policy has every extra switched on: an on-call schedule,
an escalation policy, a runbook, an incidents channel, a channel per audience.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Final

import yaml

from bot.plain_yaml import load_yaml
from bot.simulation.bench.muster_process import MusterProcess
from bot.simulation.replay.scenario_policy import SHIPPED
from incident.policy import Policy
from sandbox.delivery.dispatcher import Timing
from sandbox.delivery.envelope import Delivery
from sandbox.pretend_workspace import Sandbox
from sandbox.state.entities import Person

COMMAND: Final = "/inc"
LOBBY: Final = "general"
SERVICE: Final = "checkout"
PEOPLE: Final = 50
PATIENCE_S: Final = 60.0
_CHANNEL_PREFIX: Final = "inc-"
_QUIET_S: Final = 0.2
_LOOK_EVERY_S: Final = 0.01


class BenchEnvironment:
    """A workspace and the Muster that serves it. `startup_s` is from process start to socket connected."""

    def __init__(
        self, folder: Path, people: int = PEOPLE, timing: Timing | None = None, more: Mapping[str, str] | None = None
    ) -> None:
        manifest = load_yaml(SHIPPED.with_name("app.yaml").read_text(encoding="utf-8"))
        names = [f"person{n:03d}" for n in range(people)]
        self.sandbox = Sandbox(
            [Person(name, name.capitalize()) for name in names],
            manifest=manifest,
            channels=(LOBBY, "incidents", "exec"),
            strict_tiers=False,
            timing=timing,
        )
        self.users = [self.sandbox.workspace.find_person(name).id for name in names]
        self.database = f"sqlite:///{folder / 'muster.db'}"
        self._folder = folder
        self._process: MusterProcess | None = None
        self._settings = dict(more or {})
        self.startup_s = 0.0

    @property
    def process(self) -> MusterProcess:
        """The running Muster."""
        assert self._process is not None
        return self._process

    def start(self) -> None:
        """Start workspace and Muster, and wait until they are connected."""
        self.sandbox.start()
        policy = self._folder / "policy.yaml"
        policy_json = policy_of(self.users).model_dump(mode="json")
        policy.write_text(yaml.safe_dump(policy_json, allow_unicode=True), encoding="utf-8")
        self.database = self._settings.get("DATABASE_URL", self.database)
        settings = {
            "SLACK_BOT_TOKEN": self.sandbox.bot_token,
            "SLACK_APP_TOKEN": self.sandbox.app_token,
            "SLACK_API_URL": self.sandbox.base_url,
            "DATABASE_URL": self.database,
            "MUSTER_POLICY": str(policy),
        }
        self._settings |= settings
        self.startup_s = self.launch()

    def restart(self) -> float:
        """Stop Muster and start it again on the same database. Return the seconds until it is connected."""
        self.process.stop()
        while self.sandbox.sockets.count():
            time.sleep(_LOOK_EVERY_S)
        return self.launch()

    def launch(self) -> float:
        """Start Muster. Return the seconds until it is connected."""
        started = time.perf_counter()
        self._process = MusterProcess(self._folder, self._settings)
        self.require(lambda: self.sandbox.sockets.count() > 0, "Muster did not connect")
        return round(time.perf_counter() - started, 2)

    def stop(self) -> None:
        """Stop both."""
        if self._process is not None:
            self._process.stop()
        self.sandbox.stop()

    def set_latency(self, ms: float) -> None:
        """Set the latency of every call to Slack, in ms."""
        self.sandbox.faults.set_latency(ms)

    def open_declare_form(self, user: str) -> str:
        """Open a person's declare form and return its view id."""
        return self.sandbox.actor.slash(user, LOBBY, COMMAND, "declare").view(PATIENCE_S).id

    def submit(self, user: str, view: str, title: str) -> Delivery:
        """Submit an open declare form."""
        return self.sandbox.actor.submit(user, view, {"title": title, "service": SERVICE})

    def incident_channels(self) -> list[str]:
        """Return the ids of the incident channels, oldest first."""
        workspace = self.sandbox.workspace
        with workspace.lock:
            return [one.id for one in workspace.channels.values() if one.name.startswith(_CHANNEL_PREFIX)]

    def run_concurrently(self, actions: list[Callable[[], Delivery]]) -> list[Delivery]:
        """Run the actions at the same time, each on its own thread."""
        with ThreadPoolExecutor(len(actions)) as pool:
            return list(pool.map(lambda action: action(), actions))

    def settle(self) -> None:
        """Wait until the wire has been quiet for a while."""
        seq, since = self.sandbox.wire_log.seq, time.monotonic()
        while time.monotonic() - since < _QUIET_S:
            time.sleep(_LOOK_EVERY_S)
            if self.sandbox.wire_log.seq != seq or self.sandbox.outstanding():
                seq, since = self.sandbox.wire_log.seq, time.monotonic()

    def until(self, condition: Callable[[], bool], seconds: float = PATIENCE_S) -> bool:
        """Wait for a condition. False on timeout."""
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline or not self.process.is_running:
                return condition()
            time.sleep(_LOOK_EVERY_S)
        return True

    def require(self, condition: Callable[[], bool], message: str) -> None:
        """Wait for a condition. RuntimeError with this message and the end of Muster's log on timeout."""
        if not self.until(condition):
            raise RuntimeError(f"{message}. The end of its log:\n{self.process.log_tail()}")


@contextmanager
def bench_environment(
    timing: Timing | None = None, *, people: int = PEOPLE, more: Mapping[str, str] | None = None
) -> Iterator[BenchEnvironment]:
    """Yield a fresh environment. `timing` sets Slack's timeouts and retries; `more` are further settings of Muster."""
    with tempfile.TemporaryDirectory(prefix="muster-bench-") as folder:
        environment = BenchEnvironment(Path(folder), people, timing, more)
        try:
            environment.start()
            yield environment
        finally:
            environment.stop()


def policy_of(users: list[str]) -> Policy:
    """Return the shipped policy with every extra of a declaration switched on."""
    shipped = Policy.model_validate(load_yaml(SHIPPED.read_text(encoding="utf-8")))
    service = shipped.services[SERVICE].model_copy(
        update={
            "owner": users[-1],
            "roster": "first",
            "ladder": "first",
            "runbook": "https://runbooks.example/checkout",
        }
    )
    policy_json = shipped.model_dump(mode="json") | {
        "effective": date(2000, 1, 1),
        "services": {SERVICE: service.model_dump(mode="json")},
        "rosters": {"first": users[-4:-1]},
        "ladders": {"first": {"rungs": users[-4:-1], "timeout_minutes": 5}},
        "incidents_channel": "#incidents",
        "audiences": {"exec": "#exec"},
    }
    return Policy.model_validate(policy_json)
