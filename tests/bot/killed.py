"""A Muster that declares an incident or takes up what another left, and may be killed at a named point of sending.

Run as a process: it is the only way to die without a goodbye. It forks one Muster for each line it reads, and writes
how that one ended; where it works, the point and the guards stand in the line.
"""

from __future__ import annotations

import json
import os
import sys
import time
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from slack_sdk import WebClient

from bot.clock import RealClock
from bot.failpoints import killed_at, no_failpoint
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


def muster(environ: dict[str, str]) -> None:
    """Declare when told so, then drain until nothing is left, or until killed."""
    policy = Policy.model_validate_json(environ["RIG_POLICY"])
    client = WebClient(environ["RIG_TOKEN"], base_url=environ["RIG_API"], timeout=5, retry_handlers=[])
    client.proxy = None
    point, without = environ["MUSTER_FAILPOINT"], environ["RIG_WITHOUT"]
    slack = SlackClient(
        client,
        team=environ["RIG_TEAM"],
        bot=environ["RIG_BOT"],
        limiter=RateLimiter(),
        clock=RealClock(),
        reached=killed_at(point) if point else no_failpoint,
    )
    with open_store(environ["RIG_DATABASE"], team=slack.team) as store:
        adapter = SlackAdapter(
            slack,
            recorder=store.recorder,
            policy=lambda: policy,
            renderer=RENDERER,
            plain=PLAIN,
            sent_lookup=LOOKUPS.get(without, SentLookup)(),
        )
        needs = WorkerDependencies(
            handlers=adapter.handlers({**HANDLERS, **keyless_handlers(without)}),
            policy=lambda: policy,
            clock=slack.clock,
            call_seconds=TIMEOUT_S,
            reached=slack.reached,
        )
        worker = Worker(store, needs, owner=f"process-{os.getpid()}", threads=4)
        if environ["RIG_DECLARES"]:
            request = declaration(slack, environ["RIG_BY"])
            run(request, recorder=store.recorder, policy=policy, policy_hash="0" * 64)
        deadline = time.monotonic() + 20
        while (soonest := store.jobs.next_run_at()) is not None and soonest.timestamp() < time.time() + 5:
            worker.drain(slack.clock.now())
            time.sleep(0.02)
            assert time.monotonic() < deadline, "it never ends"
        worker.stop()


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


def main() -> None:
    """Run one Muster for each line."""
    RENDERER.warm()
    PLAIN.warm()
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            try:
                muster(json.loads(line))
                os._exit(0)
            finally:
                traceback.print_exc()
                os._exit(1)
        ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        sys.stdout.write(f"{ended}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
