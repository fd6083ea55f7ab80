"""A short incident acted out by people in the pretend workspace, while the Muster that serves them may be killed at any point.

The people do the same whether it is killed or not: without a response they try again, as people would.
"""

from __future__ import annotations

import copy
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from bot.plain_yaml import load_yaml
from incident.medium import Medium
from incident.model.contact_method import ContactMethod
from roles.person_ids import slack_person
from sandbox.delivery.dispatcher import Timing
from sandbox.delivery.envelope import Delivery
from sandbox.pretend_workspace import Sandbox
from sandbox.state.entities import Person
from storage.store import open_store
from tests.support.clock import T
from tests.support.failpoint_runner import KILLED, PATIENCE_S, FailpointRunner
from tests.support.kill_whole import SharedClock
from tests.support.paging_providers import MOBILE, NUMBER, TWILIO_SID, TWILIO_TOKEN, PagingProviders
from tests.support.policies import full_policy
from tests.support.smtp_double import SmtpDouble
from tests.support.worker_env import PEOPLE

ROOT = Path(__file__).resolve().parents[2]
START = T(5)
# What is given up by the one who died can be taken up after this, the lease of a claim.
LEASE = timedelta(seconds=31)
COMMAND = "/incident"
RECIPIENT = "MUSTER_LIST_EXECUTIVES"


class Play:
    """The workspace, the database and the Muster that serves them. `at` are the failpoints at which it will be killed."""

    def __init__(self, runner: FailpointRunner, folder: Path, url: str, *, at: list[str], without: str = "") -> None:
        self.runner, self.at, self.without = runner, list(at), without
        self.killed_at: list[str] = []
        self.used: set[FailpointRunner] = set()
        self.reached = folder / "reached"
        self.clock_path = folder / "clock"
        self.clock = SharedClock(self.clock_path)
        self.clock.set(START)
        self.url, self.folder = url, folder
        self.sandbox = Sandbox(
            [Person(name, name.capitalize()) for name in PEOPLE],
            manifest=load_yaml((ROOT / "app.yaml").read_text("utf-8")),
            channels=("general", "incidents", "exec"),
            clock=self.clock,
            strict_tiers=False,
            timing=Timing(ack_seconds=2.0),
        )
        self.users = {name: self.sandbox.workspace.find_person(name).id for name in PEOPLE}
        self.providers, self.mail = PagingProviders(), SmtpDouble()

    @property
    def rang(self) -> Counter[str]:
        """How often each telephone was rang with the same words."""
        return Counter(f"{call['To']}: {call['Twiml']}" for call in self.providers.telephone.values())

    @property
    def mailed(self) -> Counter[str]:
        """How often each mail arrived, by its Message-ID."""
        return Counter(str(mail["Message-ID"]) for mail in self.mail.received)

    def __enter__(self) -> Play:
        self.sandbox.start()
        policy = full_policy(list(self.users.values())).model_dump(mode="json")
        policy["groups"]["legal"] = [self.users["ilse"]]
        policy["update_recipients"] = {"exec": [RECIPIENT]}
        policy["notify"] = [{"when": {"major": True}, "tell": [self.users["ilse"]], "within": 15}]
        (self.folder / "policy.yaml").write_text(yaml.safe_dump(policy, allow_unicode=True), "utf-8")
        team = self.sandbox.workspace.team_id
        with open_store(self.url, team=team) as store:
            for name, medium, address in (("rosa", Medium.VOICE, MOBILE), ("ilse", Medium.EMAIL, "ilse@example.org")):
                method = ContactMethod(medium=medium, address=address)
                store.directory.put_contact_methods(slack_person(team, self.users[name]), [method])
        return self

    def __exit__(self, failed: type[BaseException] | None, *_: object) -> None:
        if failed is not None:
            for runner in self.used:
                runner.restart()
        self.sandbox.stop()
        self.providers.close()
        self.mail.close()

    def start(self) -> None:
        """Start Muster; one that is killed while it starts is started again."""
        self.start_on(self.runner)
        first = self.runner.receive()
        assert first is not None
        if "ended" in first:
            self.note_death(first)
            self.start()
        else:
            assert self.sandbox.wait_for_socket()

    def start_on(self, runner: FailpointRunner, *, stop_at: str = "") -> int:
        """Start Muster on a runner and return its process id. `stop_at` is the failpoint at which it is stopped (SIGSTOP)."""
        self.used.add(runner)
        settings = {
            "point": self.at[0] if self.at else "",
            "stop_at": stop_at,
            "without": self.without,
            "clock": str(self.clock_path),
            "log": str(self.reached),
            "recipients": {RECIPIENT: "executives@example.org"},
            "environment": {
                "slack_bot_token": self.sandbox.bot_token,
                "slack_app_token": self.sandbox.app_token,
                "slack_api_url": self.sandbox.base_url,
                "database_url": self.url,
                "MUSTER_POLICY": str(self.folder / "policy.yaml"),
                "MUSTER_GAP_SECONDS": 3600,
                "MUSTER_SPOOL": str(self.folder / "spool"),
                "MUSTER_SMTP_URL": f"smtp://127.0.0.1:{self.mail.port}",
                "MUSTER_MAIL_FROM": "muster@example.org",
                "MUSTER_TWILIO_SID": TWILIO_SID,
                "MUSTER_TWILIO_TOKEN": TWILIO_TOKEN,
                "MUSTER_TWILIO_FROM": NUMBER,
                "MUSTER_TWILIO_URL": self.providers.url,
            },
        }
        return runner.start("kill_whole", settings)

    def stop(self) -> None:
        """Stop Muster in good order."""
        self.runner.send("stop")
        assert self.runner.ended() == 0

    def note_death(self, message: dict[str, Any]) -> None:
        """Note the failpoint, and let its leases end, so that its jobs can be claimed again."""
        assert message == {"ended": KILLED}, message
        self.killed_at.append(self.at.pop(0))
        self.clock.set(self.clock.now() + LEASE)

    def was_killed(self, seconds: float = 0.0) -> bool:
        """True if Muster was killed; it is started again then, and Slack delivers again what was not acknowledged."""
        message = self.runner.receive(seconds)
        if message is None:
            return False
        self.note_death(message)
        self.start()
        assert self.sandbox.redeliver(), "an event that came late was never acknowledged"
        return True

    def drain(self, word: str = "drain") -> dict[str, Any]:
        """Do the jobs that are due; if Muster is killed, another one does the rest."""
        while True:
            self.runner.send(word)
            message = self.runner.receive()
            assert message is not None, "Muster does not respond"
            if "ended" not in message:
                return message
            self.note_death(message)
            self.start()
            assert self.sandbox.redeliver()

    def settle(self, word: str = "drain") -> datetime | None:
        """Wait until nothing is outstanding and nothing due; give when the next job is due."""
        idle = time.monotonic()
        while True:
            deadline = time.monotonic() + PATIENCE_S
            while self.sandbox.outstanding():
                assert time.monotonic() < deadline, "something was never acknowledged"
                self.was_killed(0.002)
            reply = self.drain(word)
            word = "drain"
            if reply["done"] or self.sandbox.outstanding():
                idle = time.monotonic()
                continue
            due = datetime.fromisoformat(reply["next"]) if reply["next"] else None
            if due is None or due > self.clock.now():
                return due
            # The database may not have noticed yet that whoever held the row is dead.
            assert time.monotonic() < idle + PATIENCE_S, "something is due and nobody does it"
            time.sleep(0.01)

    def until(self, minutes: float) -> None:
        """Let time pass, stopping at each moment at which something is due."""
        at = START + timedelta(minutes=minutes)
        while (due := self.settle()) is not None and due < at:
            self.clock.set(due)
        self.clock.set(at)

    def act(self, do: Callable[[], Delivery], *, is_done: Callable[[], bool] = lambda: False) -> Delivery:
        """Do something as a person does: again, if there was no answer and nothing shows that it was done."""
        while True:
            delivery = do()
            if delivery.acked:
                return delivery
            assert self.was_killed(PATIENCE_S), delivery.error
            self.settle()
            if is_done():
                return delivery

    def type(self, user: str, line: str, channel: str | None = None) -> None:
        """Type a line; whoever gets no answer looks whether it stands in the channel all the same."""
        where = channel or self.channel
        before = len(self.sandbox.workspace.find_channel(where).messages)
        self.act(
            lambda: self.sandbox.actor.slash(user, where, COMMAND, line),
            is_done=lambda: len(self.sandbox.workspace.find_channel(where).messages) > before,
        )
        self.settle()

    @property
    def channel(self) -> str:
        """The incident's channel."""
        made = self.sandbox.workspace.channels.values()
        return next(one.id for one in made if one.name.startswith("inc-"))

    def declare(self) -> None:
        """Fill in the form and submit it; where that fails, press the button again, unless the window says that it is declared."""
        view = self.act(lambda: self.sandbox.actor.slash("ilse", "general", COMMAND, "declare")).view(10).id
        values = {"title": "Payments fail", "service": "checkout", "impact": "1", "urgency": "1"}
        shown = self.sandbox.workspace.views
        form = copy.deepcopy(shown[view])

        def submit() -> Delivery:
            if self.without:
                shown[view] = copy.deepcopy(form)
            return self.sandbox.actor.submit("ilse", view, values)

        self.act(submit, is_done=lambda: not self.without and view in shown and "title" not in shown[view].values)
        self.settle()

    def decide(self, user: str, said: str, text: str) -> None:
        """Make a decision out of what somebody said, by the shortcut and the form behind it."""
        opened = self.act(lambda: self.sandbox.actor.message_shortcut(user, self.channel, said, "decision_add"))
        view = opened.view(10).id
        self.act(lambda: self.sandbox.actor.submit(user, view, {"text": text, "rationale": "Nothing else is as quick"}))
        self.settle()

    def perform(self) -> None:
        """Play it all."""
        actor = self.sandbox.actor
        actor.post("eva", "general", "Does checkout fail for anybody else?")
        self.start()
        actor.invite("ilse", "general", self.sandbox.workspace.bot.id)
        self.settle()
        self.declare()
        self.until(1)
        self.type("ilse", "take commander")
        self.until(2)
        said = actor.post("eva", self.channel, "Every card payment fails since ten")
        self.settle()
        actor.react("rob", self.channel, said, "pushpin")
        self.settle()
        self.until(3)
        self.type("ilse", "note The gateway was changed at ten")
        self.type("ilse", "update exec next=90m Card payments fail, we are rolling back")
        self.decide("ilse", said, "Roll back, since every card payment fails")
        # She may not, so the words are hidden until somebody decides.
        self.type("eva", f"redact {said} because It names a customer")
        actor.open_home("rob")
        self.settle()
        self.until(5)
        self.type("ilse", "escalate @rosa We need the gateway's owner".replace("@rosa", f"<@{self.users['rosa']}>"))
        self.until(6)
        self.stop()
        actor.post("rob", self.channel, "Rolling back the gateway")
        self.until_unheard()
        self.start()
        assert self.sandbox.redeliver()
        self.settle("checkpoint")
        self.until(8)
        self.type("ilse", "priority impact=1 urgency=2 because Only payments by card fail")
        actor.join("rosa", self.channel)
        self.settle()
        self.until(33)
        self.type("ilse", "update internal We have rolled back and watch the gateway")
        # She was called half an hour ago; her telephone is hung up.
        self.type("rosa", "answer accepted")
        self.until(34)
        self.settle()
        self.stop()

    def until_unheard(self) -> None:
        """Wait until Slack has given up on reaching anybody for now."""
        deadline = time.monotonic() + PATIENCE_S
        while self.sandbox.outstanding():
            assert time.monotonic() < deadline
            time.sleep(0.002)


@contextmanager
def performed(
    runner: FailpointRunner, folder: Path, url: str, *, at: list[str] | None = None, without: str = ""
) -> Iterator[Play]:
    """Act out the whole story on a database, while Muster is killed at each of these failpoints in turn."""
    folder.mkdir(parents=True, exist_ok=True)
    with Play(runner, folder, url, at=at or [], without=without) as play:
        play.perform()
        yield play
