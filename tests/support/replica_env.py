"""Several Musters in processes of their own, one PostgreSQL, one pretend workspace, and what went over its wire.

Beside them people who declare, note and talk, and remember what they were answered. What came of it all is judged by the
checks of the soak.
"""

from __future__ import annotations

import signal
import socket
import time
from collections import Counter
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from threading import Event, Thread
from typing import Any

import psycopg
import yaml

from bot.plain_yaml import load_yaml
from bot.simulation.soak.invariants import SoakState
from bot.simulation.soak.ledger import Ledger, LedgerEntry
from bot.slack.client.sent_lookup import job_of
from sandbox.delivery.dispatcher import Timing
from sandbox.delivery.envelope import Delivery
from sandbox.pretend_workspace import Sandbox
from sandbox.state.entities import Channel, Person
from sandbox.state.workspace_clock import Clock
from storage.store import Store, open_store
from tests.support.forked_process import ForkedProcess, run_logged
from tests.support.muster_command import ROOT, environment
from tests.support.policies import full_policy
from tests.support.wait import until

PATIENCE = 90.0
ACK_SECONDS = 9.0
PEOPLE = ("ann", "bea", "cleo", "dov", "eve")
MUSTER = ("bot.cli.main", "run")
REPLICA = ("tests.support.replica_process",)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class Replica:
    """One Muster in a process of its own."""

    def __init__(self, folder: Path, words: tuple[str, ...], given: dict[str, str]) -> None:
        folder.mkdir(exist_ok=True)
        self.log = folder / "log"
        self.log.touch()
        module, *rest = words
        self.process = ForkedProcess(run_logged, self.log, module, tuple(rest), folder, environment(**given))

    @property
    def said(self) -> str:
        return self.log.read_text("utf-8", "replace")

    @property
    def owner(self) -> str:
        """The name under which it holds jobs."""
        return f"{socket.gethostname()}:{self.process.pid}"

    def is_running(self) -> bool:
        """Tell whether it says that it runs; one that ended instead fails the test with what it said."""
        assert self.process.poll() is None, f"it ended with {self.process.returncode}:\n{self.said}"
        return "Muster runs in" in self.said

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """End it and give its exit status."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)


class Wire:
    """Everything that went over the wire of a workspace that was not answered, and how many sockets there were."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._seq = sandbox.wire_log.seq
        self._over = Event()
        self.sockets = sandbox.sockets.count()
        self.fewest = self.sockets
        self.unanswered: list[str] = []
        self._thread = Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Wire:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.is_set():
            self._over.wait(0.05)
            passages = self._sandbox.wire_log.since(self._seq, 1000)
            assert len(passages) < 1000, "something went by unseen"
            for one in passages:
                self._seq = one.seq
                self.sockets += {"opened": 1, "closed": -1}.get(one.name, 0) if one.kind == "socket" else 0
                self.fewest = min(self.fewest, self.sockets)
                self.unanswered += [f"{one.name}: {one.result}"] if one.kind == "unacked" else []


class ReplicaEnv:
    """The workspace, its people, the database and the Musters."""

    def __init__(self, folder: Path, url: str, clock: Clock | None = None) -> None:
        self.folder, self.url = folder, url
        self.sandbox = Sandbox(
            [Person(name, name.capitalize()) for name in PEOPLE],
            manifest=load_yaml((ROOT / "app.yaml").read_text("utf-8")),
            channels=("general", "incidents", "exec"),
            clock=clock,
            strict_tiers=False,
            # Slack waits three seconds. How fast we answer is measured elsewhere; here only what is never answered counts.
            timing=Timing(ack_seconds=ACK_SECONDS),
        )
        self.team = self.sandbox.workspace.team_id
        self.policy = full_policy([self.sandbox.workspace.find_person(name).id for name in PEOPLE])
        self.ledger = Ledger()
        self.replicas: list[Replica] = []
        self._tokens = count(1)
        self._ways_out = ExitStack()

    def __enter__(self) -> ReplicaEnv:
        self.sandbox.start()
        text = yaml.safe_dump(self.policy.model_dump(mode="json"), allow_unicode=True)
        (self.folder / "policy.yaml").write_text(text, "utf-8")
        self._ways_out.callback(self.sandbox.stop)
        return self

    def __exit__(self, *_: object) -> None:
        for one in self.replicas:
            one.process.kill()
            one.process.communicate()
        self._ways_out.close()

    def start(self, words: tuple[str, ...] = MUSTER, **given: str) -> Replica:
        """Start one more Muster."""
        settings = {
            "SLACK_BOT_TOKEN": self.sandbox.bot_token,
            "SLACK_APP_TOKEN": self.sandbox.app_token,
            "SLACK_API_URL": self.sandbox.base_url,
            "DATABASE_URL": self.url,
            "MUSTER_POLICY": str(self.folder / "policy.yaml"),
            # One for all, so that what a slow database made one keep on disk outlives that one's end.
            "MUSTER_SPOOL": str(self.folder / "spool"),
        }
        replica = Replica(self.folder / f"muster-{len(self.replicas)}", words, settings | given)
        self.replicas.append(replica)
        return replica

    def store(self) -> Store:
        return open_store(self.url, team=self.team)

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Ask the database itself."""
        with psycopg.connect(self.url) as connection:
            return connection.execute(query.encode(), values).fetchall()

    def declare(self, user: str = "ann", impact: int = 1) -> str:
        """Declare an incident and give its channel once there is a card in it."""
        token = self._token("declare")
        words = f"declare service=checkout impact={impact} urgency=1 {token} fails"
        self._keep(token, "declare", self.sandbox.actor.slash(user, "general", "/incident", words))
        return str(
            until(
                lambda: next((c.id for c in self.channels() if token in c.name and c.pins), None),
                token,
                seconds=PATIENCE,
            )
        )

    def note(self, channel: str, user: str = "ann") -> Delivery:
        """Note something in a channel."""
        token = self._token("note")
        words = f"note {token} the pool is exhausted"
        return self._keep(token, "note", self.sandbox.actor.slash(user, channel, "/incident", words))

    def decide(self, channel: str, user: str = "ann") -> Delivery:
        """Decide something in a channel, which posts a line there."""
        token = self._token("decide")
        words = f"decide {token} we fail over because the primary is gone"
        return self._keep(token, "decide", self.sandbox.actor.slash(user, channel, "/incident", words))

    def update(self, channel: str, user: str = "ann") -> Delivery:
        """Update people inside."""
        return self.sandbox.actor.slash(user, channel, "/incident", "update internal we are still looking").wait()

    def say(self, channel: str, user: str = "ann") -> None:
        """Say something in a channel."""
        text = f"{self._token('m')} latency is up"
        self.ledger.set_message(channel, self.sandbox.actor.post(user, channel, text), text)

    def channels(self) -> list[Channel]:
        """The channels of incidents."""
        with self.sandbox.workspace.lock:
            return [one for one in self.sandbox.workspace.channels.values() if one.name.startswith("inc-")]

    def rest(self, store: Store) -> None:
        """Wait until nothing is under way, due or in anybody's hands."""
        busy = "SELECT count(*) FROM job WHERE state = 'ready' AND (lease_owner IS NOT NULL OR run_at < %s)"
        calm = 0

        def is_calm() -> bool:
            nonlocal calm
            soon = self.sandbox.clock.now().strftime("%Y-%m-%dT%H:%M:%S.999999Z")
            is_done = self.sandbox.redeliver() and not self.sandbox.outstanding() and not self.has_spooled()
            calm = calm + 1 if is_done and self.rows(busy, soon) == [(0,)] else 0
            time.sleep(0.1)
            return calm > 5

        until(is_calm, "nothing is left to be done", seconds=PATIENCE)

    def has_spooled(self) -> bool:
        """Tell whether something waits on disk for the database: a line behind the first of a file."""
        return any(b"\n{" in file.read_bytes() for file in (self.folder / "spool").glob("*.jsonl"))

    def problems(self) -> list[str]:
        """What was lost, doubled or left undone."""
        with self.store() as store:
            self.rest(store)
            return SoakState(store, self, self.ledger).problems()  # type: ignore[arg-type]

    def doubled_posts(self) -> list[str]:
        """The jobs of ours that posted more than once."""
        posts = Counter(
            (channel.id, job)
            for channel in self.sandbox.workspace.channels.values()
            for message in channel.messages.values()
            if (job := job_of({"metadata": message.metadata}))
        )
        return [job for (_, job), times in posts.items() if times > 1]

    def lines(self, channel: Channel) -> list[int]:
        """The numbers of the entries that the lines in a channel speak of, in the order in which they stand there."""
        jobs = [job_of({"metadata": channel.messages[ts].metadata}) for ts in sorted(channel.messages)]
        return [int(job.rpartition(":")[2]) for job in jobs if job and job.startswith(("say:", "update_here:"))]

    def _token(self, what: str) -> str:
        return f"{what[0]}{next(self._tokens):05d}"

    def _keep(self, token: str, verb: str, delivery: Delivery) -> Delivery:
        delivery.wait()
        answer = str((delivery.payload or {}).get("text", "")) if delivery.acked and delivery.error is None else None
        self.ledger.add(LedgerEntry(token, verb, answer))
        return delivery
