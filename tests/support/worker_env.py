"""Muster's worker against the pretend workspace: a real WebClient, a real SQLite store, time that stands until moved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count
from typing import Any

from slack_sdk import WebClient

from bot.clock import SetClock
from bot.failpoints import Failpoint, no_failpoint
from bot.notify.page_sender import medium_of
from bot.rendering.renderer import Mode, Renderer
from bot.slack.capture.recent_messages import RecentMessages
from bot.slack.client.rate_limiter import RateLimiter
from bot.slack.client.sent_lookup import SentLookup
from bot.slack.client.web_api import SlackClient
from bot.worker.job_context import SlackCache
from bot.worker.job_runner import WorkerDependencies
from bot.worker.port import JobHandler
from bot.worker.slack_adapter import SlackAdapter
from bot.worker.worker import Worker
from commands.core.record_service import FixedPolicy, RecordService
from commands.core.request import Actor, Place, Request
from commands.core.run import run
from incident.entry import Entry, EntryPoint, IncidentKey, Source
from incident.jobs import JobKind
from incident.model.incident import Incident
from incident.policy import Policy
from incident.ports import Outcome
from roles.person_ids import PersonId, slack_person
from sandbox.pretend_workspace import Sandbox
from sandbox.state.entities import Channel, Message, Person
from storage.store import Store
from tests.support.clock import T
from tests.support.policies import worker_policy

START = T(5)
EVERYBODY = frozenset({"responder", "major_authority", "closer", "legal", "privacy"})
PEOPLE = ("ilse", "eva", "rob", "rosa")


@dataclass
class WorkerEnv:
    """Everything in its place. `at` is the clock that Muster and the workspace share."""

    sandbox: Sandbox
    store: Store
    clock: SetClock
    worker: Worker
    policy: Policy
    team: str
    users: dict[str, str]
    adapter: SlackAdapter
    keys: Iterator[int] = field(default_factory=count)

    @property
    def slack(self) -> SlackClient:
        return self.adapter.slack

    def person(self, name: str) -> PersonId:
        return slack_person(self.team, self.users[name])

    def act(
        self, verb: str, by: str, at: IncidentKey | None = None, /, *, on: str | None = None, **fields: Any
    ) -> Outcome:
        """Run a verb as a person, in an incident, on one of its messages."""
        incident = self.incident(at) if at else None
        request = Request(
            verb=verb,
            fields=fields,
            actor=Actor(id=self.person(by), groups=EVERYBODY),
            team=self.team,
            place=Place(
                number=incident.number if incident else None,
                channel=incident.places.channel if incident else None,
                message=on,
            ),
            source=Source(surface=EntryPoint.COMMAND),
            key=f"request:{next(self.keys)}",
            at=self.clock.now(),
        )
        outcome = run(request, recorder=self.store.recorder, policy=self.policy, policy_hash="0" * 64)
        assert not outcome.is_refused, outcome
        return outcome

    def declare(self, title: str = "Payments fail", impact: int = 1, urgency: int = 1, **fields: Any) -> IncidentKey:
        outcome = self.act("declare", "ilse", title=title, service="checkout", impact=impact, urgency=urgency, **fields)
        assert outcome.key is not None
        return outcome.key

    def another_worker(
        self,
        owner: str,
        *,
        threads: int = 8,
        handlers: Mapping[JobKind, JobHandler] | None = None,
        **slack: Any,
    ) -> Worker:
        """Build a worker as another process would have it; `slack` changes fields of its client."""
        adapter = replace(self.adapter, slack=replace(self.slack, **slack), cache=SlackCache())
        return worker_with(adapter, self.store, owner=owner, threads=threads, handlers=handlers)

    def drain(self) -> int:
        return self.worker.drain(self.clock.now())

    def after(self, minutes: float = 0, seconds: float = 0) -> int:
        """Let time pass and do each thing when it is due."""
        until, done = self.clock.now() + timedelta(minutes=minutes, seconds=seconds), self.drain()
        while (soonest := self.store.jobs.next_run_at()) is not None and soonest <= until:
            self.clock.set(soonest)
            done += self.drain()
        self.clock.set(until)
        return done

    def incident(self, key: IncidentKey) -> Incident:
        found = self.store.recorder.read(lambda reader: reader.peek(key))
        assert found is not None
        return found

    def entries(self, key: IncidentKey, *kinds: str) -> list[Entry]:
        return list(self.store.recorder.read(lambda reader: reader.entries(key, kinds=kinds)))

    def channel(self, key: IncidentKey) -> Channel:
        return self.sandbox.workspace.channels[self.incident(key).places.channel or ""]

    def messages(self, key: IncidentKey) -> list[Message]:
        """The bot's own posts in the incident channel, without Slack's notices."""
        return posts(self.channel(key), self.sandbox)

    def texts(self, key: IncidentKey) -> list[str]:
        return [message.text for message in self.messages(key)]

    def named(self, name: str) -> Channel:
        return self.sandbox.workspace.find_channel(name)

    def direct(self, name: str) -> list[Message]:
        """The direct messages of the bot to a person."""
        return posts(self.sandbox.workspace.dm(self.users[name]), self.sandbox)

    def calls(self, method: str) -> int:
        """How often a method was called."""
        return sum(1 for passage in self.sandbox.wire_log.since(0, 10_000) if passage.name == method)


def posts(channel: Channel, sandbox: Sandbox) -> list[Message]:
    return [m for m in channel.messages.values() if m.user == sandbox.workspace.bot.id and not m.subtype]


def slack_of(
    sandbox: Sandbox, clock: Any, *, timeout: float = 5, reached: Failpoint = no_failpoint, counts: bool = False
) -> SlackClient:
    client = WebClient(sandbox.bot_token, base_url=sandbox.base_url, timeout=timeout, retry_handlers=[])
    client.proxy = None
    return SlackClient(
        client,
        team=sandbox.workspace.team_id,
        bot=sandbox.workspace.bot.id,
        limiter=RateLimiter(counts=counts),
        clock=clock,
        reached=reached,
    )


def worker_with(
    adapter: SlackAdapter,
    store: Store,
    *,
    owner: str,
    threads: int = 8,
    handlers: Mapping[JobKind, JobHandler] | None = None,
) -> Worker:
    """Build a worker whose only handlers beside Slack's are the given ones; they replace Slack's."""
    needs = WorkerDependencies(
        handlers={**adapter.handlers(), **(handlers or {})},
        policy=adapter.record.active,
        clock=adapter.slack.clock,
        medium=medium_of,
        reached=adapter.slack.reached,
    )
    return Worker(store, needs, owner=owner, threads=threads)


@contextmanager
def worker_env_on(
    store: Store,
    *,
    sent_lookup: SentLookup | None = None,
    strict: bool = False,
    sends_events: bool = False,
    **policy: Any,
) -> Iterator[WorkerEnv]:
    """Put a worker between a store and a fresh workspace; a strict one keeps to Slack's tiers, and so does Muster.

    A worker hears no event, and a workspace that `sends_events` tries to deliver each again and again.
    """
    clock = SetClock(START)
    people = [Person(name, name.capitalize()) for name in PEOPLE]
    channels = ("general", "incidents", "exec")
    with Sandbox(people, channels=channels, clock=clock, strict_tiers=strict, sends_events=sends_events) as sandbox:
        users = {person.name: person.id for person in people}
        # A worker claims its own team's jobs only, so the workspace is the store's team.
        team = sandbox.workspace.team_id = store.team or sandbox.workspace.team_id
        rules = worker_policy(team, users, **policy)
        adapter = SlackAdapter(
            slack_of(sandbox, clock, counts=strict),
            record=RecordService(store.recorder, FixedPolicy(rules), clock),
            renderer=Renderer(),
            plain=Renderer(Mode.DOCUMENT, names=lambda person: person.rpartition(":")[2].capitalize()),
            sent_lookup=sent_lookup or SentLookup(),
            recent_messages=RecentMessages(lambda: rules.capture_before_minutes),
        )
        worker = worker_with(adapter, store, owner="rig")
        try:
            yield WorkerEnv(sandbox, store, clock, worker, rules, team, users, adapter)
        finally:
            worker.stop()
