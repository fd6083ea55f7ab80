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
from collections.abc import Mapping
from datetime import datetime

from slack_sdk import WebClient

from bot.clock import RealClock
from bot.failpoints import killed_at, no_failpoint
from bot.rendering.renderer import Mode, Renderer
from bot.slack.client.rate_limiter import RateLimiter
from bot.slack.client.sent_lookup import SentLookup
from bot.slack.client.web_api import SlackClient
from bot.worker.handlers.job_handlers import HANDLERS
from bot.worker.job_context import JobContext, JobHandler, JobRun
from bot.worker.worker import Worker, WorkerDependencies
from commands.core.request import Actor, Place, Request
from commands.core.run import run
from incident.entry import Source, Surface
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


SETTLES = {"": SentLookup, "messages": BlindToMessages, "channels": BlindToChannels, "ownership": TrustsAnyChannel}


def keyless(send: JobHandler) -> JobHandler:
    """Send under a key that changes with each try, as if jobs had none."""

    def sent(task: JobRun, means: JobContext) -> object:
        anew = task.job.model_copy(update={"key": f"{task.job.key}:{time.monotonic_ns()}"})
        return send(JobRun(anew, task.at, task.incident, task.is_first), means)

    return sent


def sends(without: str) -> Mapping[JobKind, JobHandler]:
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
        budget=RateLimiter(),
        clock=RealClock(),
        reached=killed_at(point) if point else no_failpoint,
    )
    outside = WorkerDependencies(
        slack,
        policy=lambda: policy,
        renderer=RENDERER,
        plain=PLAIN,
        settle=SETTLES.get(without, SentLookup)(),
        sends=sends(without),
        timeout_s=TIMEOUT_S,
    )
    with open_store(environ["RIG_DATABASE"], team=slack.team) as store:
        worker = Worker(store, outside, owner=f"process-{os.getpid()}", threads=4)
        if environ["RIG_DECLARES"]:
            request = declaration(slack, environ["RIG_BY"])
            run(request, recorder=store.recorder, policy=policy, policy_hash="0" * 64)
        deadline = time.monotonic() + 20
        while (soonest := store.jobs.earliest()) is not None and soonest.timestamp() < time.time() + 5:
            worker.drain(slack.now())
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
        source=Source(surface=Surface.COMMAND),
        key="declare:1",
        at=slack.now(),
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
