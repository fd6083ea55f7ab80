"""A scenario for the failpoint runner: declare an incident, or continue what a killed process left, and do every job.

`point` is the failpoint to be killed at, or the same side of a call or a job that has none of its own. `without` disables one look-up or key, to show that the tests would notice.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from slack_sdk import WebClient

from bot.clock import RealClock
from bot.failpoints import Failpoint, no_failpoint
from bot.rendering.renderer import Mode, Renderer
from bot.slack.client.rate_limiter import RateLimiter
from bot.slack.client.sent_lookup import SentLookup
from bot.slack.client.web_api import SlackClient
from bot.worker.handlers.job_handlers import HANDLERS
from bot.worker.job_context import JobContext, SlackHandler
from bot.worker.job_runner import WorkerDependencies
from bot.worker.port import JobRun
from bot.worker.slack_adapter import SlackAdapter
from bot.worker.worker import Worker
from commands.core.record_service import FixedPolicy, RecordService
from commands.core.request import Actor, Place, Request
from commands.core.run import run
from incident.entry import EntryPoint, Fact, Source
from incident.jobs import JobKind
from incident.model.incident import Incident
from incident.policy import Policy
from roles.person_ids import slack_person
from storage.store import open_store

TIMEOUT_S = 0.2
RENDERER, PLAIN = Renderer(), Renderer(Mode.DOCUMENT)


class BlindToMessages(SentLookup):
    """Settling with the metadata look-up taken out."""

    def message(self, slack: SlackClient, channel: str, job_key: str, since: datetime) -> str | None:
        return None


class BlindToChannels(SentLookup):
    """Settling with the look for our own channel taken out."""

    def channel(self, slack: SlackClient, incident: Incident) -> tuple[str, str] | None:
        return None


class TrustsAnyChannel(SentLookup):
    """Settling that takes any channel of the wished name for ours, whoever made it and when."""

    def channel(self, slack: SlackClient, incident: Incident) -> tuple[str, str] | None:
        page = slack.call("conversations.list", types="public_channel", limit=999)
        number = incident.number.lower()
        return next(((c["id"], c["name"]) for c in page["channels"] if number in c["name"]), None)


LOOKUPS = {"": SentLookup, "messages": BlindToMessages, "channels": BlindToChannels, "ownership": TrustsAnyChannel}


def keyless(handler: SlackHandler) -> SlackHandler:
    """Return a handler that sends under another key with each run, as if jobs had none."""

    def handle(run: JobRun, context: JobContext) -> Sequence[Fact]:
        renamed = run.job.model_copy(update={"key": f"{run.job.key}:{time.monotonic_ns()}"})
        return handler(replace(run, job=renamed), context)

    return handle


def keyless_handlers(without: str) -> Mapping[JobKind, SlackHandler]:
    return {kind: keyless(HANDLERS[kind]) for kind in (JobKind.CARD, JobKind.SAY)} if without == "keys" else {}


def scenario(settings: dict[str, Any]) -> None:
    """Declare if asked to, then do jobs until none is left, or until killed."""
    policy = Policy.model_validate_json(settings["policy"])
    client = WebClient(settings["token"], base_url=settings["api"], timeout=5, retry_handlers=[])
    client.proxy = None
    point, without = settings["point"], settings["without"]
    slack = SlackClient(
        client,
        team=settings["team"],
        bot=settings["bot"],
        limiter=RateLimiter(),
        clock=RealClock(),
        reached=_killed_at(point) if point else no_failpoint,
    )
    with open_store(settings["database"], team=slack.team) as store:
        adapter = SlackAdapter(
            slack,
            record=RecordService(store.recorder, FixedPolicy(policy), slack.clock),
            renderer=RENDERER,
            plain=PLAIN,
            sent_lookup=LOOKUPS.get(without, SentLookup)(),
        )
        needs = WorkerDependencies(
            handlers=adapter.handlers({**HANDLERS, **keyless_handlers(without)}),
            policy=FixedPolicy(policy),
            clock=slack.clock,
            call_seconds=TIMEOUT_S,
            reached=slack.reached,
        )
        worker = Worker(store, needs, owner=f"process-{os.getpid()}", threads=4)
        if settings["declares"]:
            request = declaration(slack, settings["by"])
            run(request, recorder=store.recorder, policy=policy, policy_hash="0" * 64)
        deadline = time.monotonic() + 20
        while (soonest := store.jobs.next_run_at()) is not None and soonest.timestamp() < time.time() + 5:
            worker.drain(slack.clock.now())
            time.sleep(0.02)
            assert time.monotonic() < deadline, "it never ends"
        worker.stop()


def _killed_at(point: str) -> Failpoint:
    def reached(name: str) -> None:
        if name == point:
            os.kill(os.getpid(), signal.SIGKILL)

    return reached


def declaration(slack: SlackClient, by: str) -> Request:
    return Request(
        verb="declare",
        fields={"title": "Payments fail", "service": "checkout", "impact": 1, "urgency": 1},
        actor=Actor(id=slack_person(slack.team, by), groups=frozenset({"responder"})),
        team=slack.team,
        place=Place(),
        source=Source(surface=EntryPoint.COMMAND),
        key="declare:1",
        at=slack.clock.now(),
    )


def warm() -> None:
    """Compile the templates before the fork."""
    RENDERER.warm()
    PLAIN.warm()
