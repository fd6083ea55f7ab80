"""A pretend workspace with our edge connected to it over a real socket, on a real SQLite store. No worker runs."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

from bot.clock import RealClock
from bot.config.policy_loader import ActivePolicy, read_policy
from bot.plain_yaml import load_yaml
from bot.rendering.renderer import Renderer
from bot.requests.reply import Texts
from bot.requests.request_path import RequestPath
from bot.slack.bolt_app import build_app
from bot.slack.client.client_factory import client_for, identify
from bot.slack.gateway.gateway import build_gateway
from bot.slack.gateway.people_store import store_people
from bot.slack.responder import Responder
from bot.slack.socket_mode.socket_connection import SocketConnection
from bot.slack.user_directory import UserDirectory
from commands.core.record_service import RecordService
from commands.core.request import Place, Request
from incident.entries.delivery import ChannelMade
from incident.entry import EntryPoint, Source
from roles.person_ids import slack_person
from sandbox.pretend_workspace import Sandbox
from sandbox.state.entities import Person
from storage.store import open_store
from tests.support.open_incidents import open_incidents

ROOT = Path(__file__).parents[2]
MANIFEST = load_yaml((ROOT / "app.yaml").read_text(encoding="utf-8"))
POLICY = (ROOT / "policy.yaml").read_text(encoding="utf-8")
TODAY = datetime.now(UTC).date()
PEOPLE = (
    Person(name="ann", real_name="Ann Lee", tz="Europe/London"),
    Person(name="bea", real_name="Bea Ortiz", tz="America/New_York"),
    Person(name="gus", real_name="Gus Guest", is_restricted=True),
    Person(name="hal", real_name="Hal Bot", is_bot=True),
)


class SlackEnv:
    """Everything a test acts with: `actor` as people, `store` to look at the record, `edge` for what cannot be clicked."""

    def __init__(self, url: str, *, policy: str = POLICY, socket: bool = True, **timing: float) -> None:
        self.sandbox = Sandbox(PEOPLE, manifest=MANIFEST, channels=("general", "incidents"), strict_tiers=False)
        self.sandbox.start()
        self.actor = self.sandbox.actor
        client = client_for(self.sandbox.base_url, self.sandbox.bot_token, timeout=3)
        self.who = identify(client)
        self.team = str(self.who.team_id)
        self.store = open_store(url, team=self.team)
        self.clock = RealClock()
        self.people = UserDirectory(
            self.team, self._keep, client=client_for(self.sandbox.base_url, self.sandbox.bot_token)
        )
        self.active = ActivePolicy(read_policy(policy, TODAY))
        self.responder = Responder(client)
        self.record = RecordService(self.store.recorder, self.active, self.clock)
        self.gateway = build_gateway(
            RequestPath(self.record, Texts(Renderer(), "/incident")),
            bot=str(self.who.bot_user_id),
            users=self.people,
            responder=self.responder,
            drafts=self.store.drafts,
        )
        self.people.refresh(client, self.active.policy)
        self.app = build_app(
            self.gateway,
            ("/incident", "/inc"),
            authorized=self.who,
            client=client_for(self.sandbox.base_url),
            signing_secret=None if socket else self.sandbox.signing_secret,
        )
        self.greetings: list[datetime] = []
        self.socket = (
            SocketConnection(self.app, self.sandbox.app_token, on_connected=self._greet, **timing) if socket else None
        )
        if self.socket:
            self.socket.start()
            assert self.sandbox.wait_for_socket()

    def _greet(self) -> None:
        self.greetings.append(self.clock.now())

    def _keep(self, people) -> None:
        store_people(self.store, people, self.clock.now())

    def close(self) -> None:
        """Stop everything, the workspace first, so that no connection waits to be closed."""
        if self.socket:
            self.socket.stop()
        self.responder.close()
        self.store.close()
        self.sandbox.stop()

    def user(self, name: str) -> str:
        return self.sandbox.workspace.find_person(name).id

    def person(self, name: str):
        return slack_person(self.team, self.user(name))

    def channel(self, name: str) -> str:
        return self.sandbox.workspace.find_channel(name).id

    def incident(self, title: str = "Payments fail", *, channel: str = "inc-1", by: str = "ann", **fields: object):
        """Declare an incident as if its channel had been made already; give its folded state."""
        key = self.run("declare", {"title": title, "service": "checkout", "impact": 1, "urgency": 1, **fields}, by).key
        made = self.actor.create_channel("ann", channel)
        self.actor.invite("ann", channel, "bea", self.gateway.bot)
        assert self.sandbox.settle()
        fact = ChannelMade(channel=made, name=channel)
        self.record.note(key, [fact], f"made:{key.id}")
        return self.now(key)

    def run(self, verb: str, fields: dict, by: str = "ann", **place: str):
        request = Request(
            verb=verb,
            fields=fields,
            actor=self.people.actor(self.user(by), self.active.policy),
            team=self.team,
            place=Place(**place),
            source=Source(surface=EntryPoint.CLI),
            key=f"test:{time.monotonic_ns()}",
            at=self.clock.now(),
        )
        outcome = self.record.run(request)
        assert not outcome.is_refused, outcome
        return outcome

    def now(self, key):
        return self.store.recorder.read(lambda reader: reader.peek(key))

    def entries(self, key, *kinds: str):
        return self.store.recorder.read(lambda reader: reader.entries(key, kinds=kinds))

    def open_incidents(self):
        return self.store.recorder.read(lambda reader: open_incidents(reader, self.team))

    def whispers(self, name: str) -> list:
        """Return the ephemeral messages to a person, oldest first."""
        with self.sandbox.workspace.lock:
            return list(self.sandbox.workspace.ephemerals.get(self.user(name), ()))
