"""Sample incidents, recorded through the regular entry points, of which a generated history is made of copies.

Three lengths, each worked to its end and each left open. Knows no copy.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Table, select

from bot.clock import SetClock
from bot.simulation.replay.scenario_policy import SHIPPED
from commands.core.capture import Capture
from commands.core.record_service import FixedPolicy, RecordService
from commands.core.request import Actor, Place, Request
from incident.entries.conversation import MessagePosted
from incident.entries.delivery import CardPosted, ChannelMade
from incident.entry import EntryPoint, IncidentKey, Source
from incident.medium import Medium, slack_ref
from incident.policy import Policy
from incident.record.hash_chain import digest
from roles.person_ids import PersonId, slack_person
from storage.jobs.job_table import JOB
from storage.store import Store, open_store
from storage.tables import BODY, CHAIN, CONCERNED, ENTRY, INCIDENT, MESSAGE_KEY, SEEN

TEAM: Final = "TBENCH"
STARTS_AT: Final = datetime(2020, 1, 1, tzinfo=UTC)
PEOPLE: Final = tuple(slack_person(TEAM, f"USAMPLE{n}") for n in range(6))
GROUPS: Final = frozenset({"responder", "major_authority", "closer"})
COPIED: Final[tuple[Table, ...]] = (ENTRY, BODY, CHAIN, INCIDENT, CONCERNED, MESSAGE_KEY, SEEN, JOB)
MESSAGES: Final = (8, 30, 110)
_BEFORE: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
    ("ack", {}),
    ("take", {"role": "commander"}),
    ("update", {"audience": "internal", "text": "One in five payments fails; we look at the last release."}),
)
_AFTER: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
    ("decide", {"text": "Take back the release of 09:55.", "rationale": "The errors began with it."}),
    ("restored", {"text": "payments go through again"}),
    ("resolve", {"how": "fix", "text": "took back the 09:55 release of checkout, which broke the cards"}),
    ("validate", {"criterion": "monitoring", "evidence": "errors at 0.1 % for half an hour"}),
    ("confirm", {"what": "category"}),
    ("confirm", {"what": "priority"}),
    ("update", {"audience": "internal", "final": True, "text": "Payments work again."}),
    ("close", {}),
)


def policy_text() -> str:
    """Return the text of the policy of a history: the one that comes with Muster."""
    return SHIPPED.read_text(encoding="utf-8")


@dataclass(frozen=True)
class Sample:
    """The stored rows of one sample incident by table, and what identifies it in them."""

    key: IncidentKey
    number: str
    channel: str
    is_open: bool
    rows: Mapping[str, list[dict[str, Any]]]


def sample_incidents(policy: Policy) -> list[Sample]:
    """Record the samples in a database of their own, and return their rows."""
    with (
        tempfile.TemporaryDirectory(prefix="muster-bench-") as folder,
        open_store(f"sqlite:///{Path(folder) / 'samples.db'}", team=TEAM) as store,
    ):
        store.migrate()
        return [
            _Recording(store, policy, f"CSAMPLE{n}").sample(messages, is_open=is_open)
            for n, (is_open, messages) in enumerate((o, m) for o in (False, True) for m in MESSAGES)
        ]


@dataclass
class _Recording:
    """One incident that is being recorded, a minute from step to step."""

    store: Store
    policy: Policy
    channel: str
    keys: Iterator[int] = field(default_factory=count)

    def __post_init__(self) -> None:
        self.clock = SetClock(STARTS_AT)
        active = FixedPolicy(self.policy, digest(policy_text()))
        self.record = RecordService(self.store.recorder, active, self.clock)

    def sample(self, messages: int, *, is_open: bool) -> Sample:
        """Record the incident with this number of messages, and return its rows."""
        service = next(iter(self.policy.services))
        started = (STARTS_AT - timedelta(minutes=5)).isoformat()
        judged = {"impact": 2, "urgency": 2, "started_at": started}
        declared = self._run("declare", None, title="Card payments fail", service=service, **judged)
        key, number = declared.key, declared.number
        if key is None or number is None:
            raise RuntimeError(f"a sample was not declared: {declared}")
        card = CardPosted(medium=Medium.SLACK, ref=slack_ref(self.channel, "1577836801.000100"))
        self.record.note(key, [ChannelMade(channel=self.channel, name="inc-sample"), card], f"made:{self.channel}")
        for verb, fields in _BEFORE:
            self._run(verb, self.channel, **fields)
        for n in range(messages):
            self._post(n)
        for verb, fields in () if is_open else _AFTER:
            self._run(verb, self.channel, **fields)
        rows = self.store.transactions.read(lambda connection: _rows(connection, key))
        return Sample(key, number, self.channel, is_open, rows)

    def _run(self, verb: str, channel: str | None, **fields: Any) -> Any:
        self.clock.set(self.clock.now() + timedelta(minutes=1))
        request = Request(
            verb=verb,
            fields=fields,
            actor=Actor(id=PEOPLE[0], groups=GROUPS),
            team=TEAM,
            place=Place(channel=channel),
            source=Source(surface=EntryPoint.COMMAND, channel=channel),
            key=f"{TEAM}:command:{self.channel}:{next(self.keys)}",
            at=self.clock.now(),
        )
        outcome = self.record.run(request)
        if outcome.is_refused:
            raise RuntimeError(f"a sample was refused {verb}: {outcome}")
        return outcome

    def _post(self, n: int) -> None:
        self.clock.set(self.clock.now() + timedelta(seconds=20))
        author: PersonId = PEOPLE[n % len(PEOPLE)]
        at = self.clock.now()
        text = f"replica {n} is {n % 7} s behind, the pool of db-{n % 5} is exhausted"
        fact = MessagePosted(channel=self.channel, ts=f"{at.timestamp():.6f}", author=author, text=text)
        source = Source(surface=EntryPoint.EVENT, channel=self.channel, event=f"Ev{self.channel}{n}")
        self.record.capture([Capture(team=TEAM, fact=fact, by=author, occurred_at=at, source=source)])


def _rows(connection: Connection, key: IncidentKey) -> dict[str, list[dict[str, Any]]]:
    def of(table: Table) -> list[dict[str, Any]]:
        ours = select(table).where(table.c.incident == key.id).order_by(*table.primary_key.columns)
        return [dict(row) for row in connection.execute(ours).mappings()]

    return {table.name: of(table) for table in COPIED}
