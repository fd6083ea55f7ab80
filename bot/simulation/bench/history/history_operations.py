"""The operations that must not become slower as the record grows, each as the running Muster does it, without Slack."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any, Final

from bot.clock import SetClock
from bot.rendering.renderer import for_slack
from bot.requests.reply import Texts
from bot.requests.request_path import RequestPath
from bot.scheduler import enqueue_checkpoint
from bot.simulation.bench.history.sample_incidents import GROUPS, TEAM
from bot.simulation.bench.percentiles import percentile
from bot.slack.capture.gap_detector import GapDetector
from bot.slack.surfaces.home_tab import home_context, home_view
from commands.core.capture import Capture
from commands.core.record_service import FixedPolicy, RecordService
from commands.core.request import Actor, Place, Request
from incident.entries.conversation import MessagePosted
from incident.entries.delivery import ChannelMade
from incident.entry import EntryPoint, IncidentKey, Source
from incident.policy import Policy
from roles.person_ids import slack_person
from storage.store import open_store

PERSON: Final = slack_person(TEAM, "U00001")
_CHANNEL: Final = "CMEASURED"


@dataclass
class Operations:
    """The operations on one database. `number` is the display number of an incident to show."""

    url: str
    policy: Policy
    now: datetime
    number: str

    def __post_init__(self) -> None:
        self.store = open_store(self.url, team=TEAM)
        self.clock = SetClock(self.now)
        self.record = RecordService(self.store.recorder, FixedPolicy(self.policy), self.clock)
        self.path = RequestPath(self.record, Texts(for_slack(), "/incident"))
        self.counter = count()
        self.own: IncidentKey | None = None

    def all(self) -> dict[str, Callable[[], object]]:
        """Return the operations by name, after declaring the incident that some of them act on."""
        self._prepare()
        return {
            "list": lambda: self._ask("list"),
            "show": lambda: self._ask("show", number=self.number),
            "home": self._home,
            "declare": self._declare,
            "message": self._capture,
            "tick": self._tick,
            "timer": self._timer,
            "checkpoint": self._checkpoint,
            "metrics": self._metrics,
            "start": self._start,
        }

    def _prepare(self) -> None:
        outcome = self._ask("declare", title="What is measured", service=self._service)
        assert outcome.key is not None
        self.own = outcome.key
        self.record.note(
            outcome.key, [ChannelMade(channel=_CHANNEL, name="inc-measured")], f"measured:{outcome.key.id}"
        )

    @property
    def _service(self) -> str:
        return next(iter(self.policy.services))

    def _ask(self, verb: str, **fields: Any) -> Any:
        """Run a request and render its reply."""
        request = Request(
            verb=verb,
            fields=fields,
            actor=Actor(id=PERSON, groups=GROUPS),
            team=TEAM,
            place=Place(),
            source=Source(surface=EntryPoint.COMMAND),
            key=f"measured:{self.now.isoformat()}:{next(self.counter)}",
            at=self.clock.now(),
        )
        outcome = self.path.run(request)
        if outcome.is_refused:
            raise RuntimeError(f"{verb} was refused: {outcome}")
        self.path.reply(request, outcome)
        return outcome

    def _declare(self) -> None:
        """Declare an incident, and search for its possible duplicate for the reply."""
        self.clock.set(self.clock.now() + timedelta(seconds=1))
        self._ask("declare", title="Card payments fail", service=self._service)

    def _home(self) -> object:
        at = self.clock.now()
        shown = self.record.read(lambda reader: home_context(reader, TEAM, PERSON, self.policy, at))
        return home_view(shown, self.path.texts.renderer)

    def _capture(self) -> object:
        n, at = next(self.counter), self.clock.now()
        fact = MessagePosted(channel=_CHANNEL, ts=f"{at.timestamp() + n:.6f}", author=PERSON, text=f"replica {n}")
        source = Source(surface=EntryPoint.EVENT, channel=_CHANNEL, event=f"Ev{n}")
        return self.record.capture([Capture(team=TEAM, fact=fact, by=PERSON, occurred_at=at, source=source)])

    def _tick(self) -> Sequence[object]:
        """Look for due jobs as the worker does each second; the time is before any is due."""
        return self.store.jobs.claim(self.now - timedelta(days=4 * 365), "bench")

    def _timer(self) -> object:
        assert self.own is not None
        return self.record.tick(self.own)

    def _checkpoint(self) -> object:
        self.clock.set(self.clock.now() + timedelta(minutes=1))
        enqueue_checkpoint(self.store.recorder, TEAM, self.clock.now())
        return self.store.checkpoints.take(self.clock.now(), None)

    def _metrics(self) -> object:
        return self.store.jobs.counts(), self.store.jobs.oldest_due(self.clock.now())

    def _start(self) -> None:
        """Open the database, migrate, and connect after an hour without a connection."""
        self.clock.set(self.clock.now() + timedelta(hours=1))
        with open_store(self.url, team=TEAM) as store:
            store.migrate()
            record = RecordService(store.recorder, FixedPolicy(self.policy), self.clock)
            detector = GapDetector(
                store,
                record,
                team=TEAM,
                process=f"bench:{next(self.counter)}",
                is_connected=lambda: True,
                gap=timedelta(minutes=1),
            )
            detector.start()
            detector.on_connected()


def measure(new: Operations, filled: Operations, rounds: int) -> dict[str, dict[str, Any]]:
    """Return p50 and p95 of each operation on both records, in ms, and the ratio of their p95.

    Each operation runs on one record and then on the other, so that a busy moment of the machine hits both.
    """
    both = {"new": new.all(), "filled": filled.all()}
    taken: dict[str, dict[str, list[float]]] = {name: {"new": [], "filled": []} for name in both["new"]}
    for n in range(rounds + 1):
        for name in taken:
            for record, operations in both.items():
                started = time.perf_counter()
                operations[name]()
                if n:  # The first round loads templates and statements.
                    taken[name][record].append((time.perf_counter() - started) * 1000)
    for one in (new, filled):
        one.store.close()
    return {name: _compared(ms["new"], ms["filled"]) for name, ms in taken.items()}


def _compared(new: Sequence[float], filled: Sequence[float]) -> dict[str, Any]:
    before, after = ({"p50": percentile(ms, 50), "p95": percentile(ms, 95)} for ms in (new, filled))
    return {"new": before, "filled": after, "p95_ratio": round(after["p95"] / max(0.1, before["p95"]), 2)}
