"""Where Muster is measured: a pretend workspace here, a whole `muster run` in a process of its own, a clock that runs.

The workspace keeps every rule of Slack but the rate limits, which would only measure Slack. Muster is a separate process
so that the two do not wait for one interpreter. Its database is a SQLite file, its policy has every extra switched on: a
roster, a ladder, a runbook, an incidents channel, a place for each audience.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Final

import yaml

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
_MADE: Final = "inc-"
_QUIET_S: Final = 0.2
_LOOK_EVERY_S: Final = 0.01


class BenchEnvironment:
    """A workspace full of people and the Muster that serves it. `startup_s` is from process start to socket connected."""

    def __init__(self, folder: Path, people: int = PEOPLE, timing: Timing | None = None) -> None:
        manifest = yaml.safe_load(SHIPPED.with_name("app.yaml").read_text(encoding="utf-8"))
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
        self.startup_s = 0.0

    @property
    def process(self) -> MusterProcess:
        """The running Muster."""
        assert self._process is not None
        return self._process

    def begin(self) -> None:
        """Start both and wait until they are connected."""
        self.sandbox.start()
        policy = self._folder / "policy.yaml"
        given = policy_of(self.users).model_dump(mode="json")
        policy.write_text(yaml.safe_dump(given, allow_unicode=True), encoding="utf-8")
        settings = {
            "SLACK_BOT_TOKEN": self.sandbox.bot_token,
            "SLACK_APP_TOKEN": self.sandbox.app_token,
            "SLACK_API_URL": self.sandbox.base_url,
            "DATABASE_URL": self.database,
            "MUSTER_POLICY": str(policy),
        }
        began = time.perf_counter()
        self._process = MusterProcess(self._folder, settings)
        self._until(lambda: self.sandbox.sockets.count() > 0, "Muster did not connect")
        self.startup_s = round(time.perf_counter() - began, 2)

    def end(self) -> None:
        """Stop both."""
        if self._process is not None:
            self._process.stop()
        self.sandbox.stop()

    def lag(self, ms: float) -> None:
        """Make every call to Slack take so long."""
        self.sandbox.faults.set_latency(ms)

    def form(self, user: str) -> str:
        """Open the declare form of somebody and give its id."""
        return self.sandbox.actor.slash(user, LOBBY, COMMAND, "declare").view(PATIENCE_S).id

    def submit(self, user: str, view: str, title: str) -> Delivery:
        """Submit an open declare form."""
        return self.sandbox.actor.submit(user, view, {"title": title, "service": SERVICE})

    def made(self) -> list[str]:
        """Name the incident channels that were made, by id, oldest first."""
        workspace = self.sandbox.workspace
        with workspace.lock:
            return [one.id for one in workspace.channels.values() if one.name.startswith(_MADE)]

    def at_once(self, acts: list[Callable[[], Delivery]]) -> list[Delivery]:
        """Let everybody act at the same moment."""
        with ThreadPoolExecutor(len(acts)) as pool:
            return list(pool.map(lambda act: act(), acts))

    def settle(self) -> None:
        """Wait until nothing has gone over the wire for a while."""
        seq, since = self.sandbox.wire_log.seq, time.monotonic()
        while time.monotonic() - since < _QUIET_S:
            time.sleep(_LOOK_EVERY_S)
            if self.sandbox.wire_log.seq != seq or self.sandbox.outstanding():
                seq, since = self.sandbox.wire_log.seq, time.monotonic()

    def until(self, has_come: Callable[[], bool], seconds: float = PATIENCE_S) -> bool:
        """Wait for something; tell whether it came in time."""
        deadline = time.monotonic() + seconds
        while not has_come():
            if time.monotonic() > deadline or not self.process.is_running:
                return has_come()
            time.sleep(_LOOK_EVERY_S)
        return True

    def _until(self, has_come: Callable[[], bool], otherwise: str) -> None:
        if not self.until(has_come):
            raise RuntimeError(f"{otherwise}. The last it said:\n{self.process.last_words()}")


@contextmanager
def bench_environment(timing: Timing | None = None, *, people: int = PEOPLE) -> Iterator[BenchEnvironment]:
    """Give a ground of one's own and take it away afterwards; `timing` is how long its Slack waits, and when it repeats."""
    with tempfile.TemporaryDirectory(prefix="muster-bench-") as folder:
        made = BenchEnvironment(Path(folder), people, timing)
        try:
            made.begin()
            yield made
        finally:
            made.end()


def policy_of(users: list[str]) -> Policy:
    """Give the shipped policy with every extra of a declaration switched on."""
    shipped = Policy.model_validate(yaml.safe_load(SHIPPED.read_text(encoding="utf-8")))
    service = shipped.services[SERVICE].model_copy(
        update={
            "owner": users[-1],
            "roster": "first",
            "ladder": "first",
            "runbook": "https://runbooks.example/checkout",
        }
    )
    given = shipped.model_dump(mode="json") | {
        "effective": date(2000, 1, 1),
        "services": {SERVICE: service.model_dump(mode="json")},
        "rosters": {"first": users[-4:-1]},
        "ladders": {"first": {"rungs": users[-4:-1], "timeout_minutes": 5}},
        "incidents_channel": "#incidents",
        "audiences": {"exec": "#exec"},
    }
    return Policy.model_validate(given)
