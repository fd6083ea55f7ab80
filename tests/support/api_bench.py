"""The API over real HTTP on a real store, with two people and as many tokens as a test makes. No Slack, no worker."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.bootstrap.api_routes import api_routes
from bot.clock import RealClock
from bot.config.policy_loader import ActivePolicy, read_policy
from bot.slack.user_directory import UserDirectory
from bot.web.http_app import web_app
from bot.web.http_server import WebServer
from commands.core.record_service import RecordService
from incident.entry import Entry, IncidentKey
from incident.model.api.api_token import ApiToken
from incident.model.api.scope import Scope
from roles.person_ids import PersonId, service_client, slack_person
from storage.store import Store
from tests.support.muster_command import POLICY

TEAM = "T1"
ANN, BEA = slack_person(TEAM, "U1"), slack_person(TEAM, "U2")
BOT = service_client("deploy-bot")
EVERYTHING = (Scope.READ, Scope.ACT)


@dataclass(frozen=True)
class Answer:
    """What was answered."""

    status: int
    headers: dict[str, str]
    body: Any

    @property
    def code(self) -> str | None:
        return self.body.get("code") if isinstance(self.body, dict) else None


class ApiBench:
    """`token` is one of a service that may do everything; `call` sends it unless it is given another."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.clock = RealClock()
        active = ActivePolicy(read_policy(POLICY, datetime.now(UTC).date()))
        self.record = RecordService(store.recorder, active, self.clock)
        self.people = UserDirectory(TEAM, lambda people: None)
        self.people.update(member("U1", "ann"), member("U2", "bea"), member("U3", "cy") | {"deleted": True})
        self.server = WebServer(web_app(lambda: True, api=api_routes(store, self.record, self.people, "/incident")), 0)
        self.server.start()
        self.url = f"http://127.0.0.1:{self.server.port}/api/v1"
        self.token = self.make()

    def close(self) -> None:
        self.server.stop()

    def make(self, owner: PersonId = BOT, scopes: tuple[Scope, ...] = EVERYTHING, **more: Any) -> str:
        at = self.clock.now()
        given = {"name": "deploy-bot", "per_minute": 6000, "expires_at": at + timedelta(days=1), **more}
        _, text = self.store.tokens.create(
            ApiToken(id="", owner=owner, scopes=scopes, created_at=at, created_by=PersonId("cli:ann@host"), **given)
        )
        return text

    def call(self, method: str, path: str, body: Any = None, *, token: str | None = None, **headers: str) -> Answer:
        """Send a request; `headers` are named with underscores. A body that is bytes is sent to the letter."""
        raw = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {"Authorization": f"Bearer {self.token if token is None else token}", **given}
        if raw is not None:
            sent.setdefault("Content-Type", "application/json")
        request = urllib.request.Request(self.url + path, raw, sent, method=method)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return _answer(answer.status, answer)
        except urllib.error.HTTPError as refused:
            with refused:
                return _answer(refused.code, refused)

    def get(self, path: str, **more: Any) -> Answer:
        return self.call("GET", path, **more)

    def post(self, path: str, body: Any = None, **more: Any) -> Answer:
        return self.call("POST", path, {} if body is None else body, **more)

    def declare(self, **fields: Any) -> str:
        """Declare an incident by the API; return its number."""
        answer = self.post("/incidents", {"title": "Payments fail", "service": "checkout", **fields})
        assert answer.status == 201, answer
        return str(answer.body["incident"])

    def key(self, number: str) -> IncidentKey:
        found = self.store.recorder.read(lambda reader: reader.find(TEAM, number=number))
        assert found is not None
        return found

    def entries(self, number: str, *kinds: str) -> list[Entry]:
        key = self.key(number)
        return list(self.store.recorder.read(lambda reader: reader.entries(key, kinds=kinds)))


def member(user: str, name: str) -> dict[str, Any]:
    """Return a member as Slack lists them."""
    return {"id": user, "team_id": TEAM, "name": name, "real_name": name.title(), "profile": {}}


def _answer(status: int, answer: Any) -> Answer:
    raw, headers = answer.read(), {name.lower(): value for name, value in answer.headers.items()}
    return Answer(status, headers, json.loads(raw) if raw else None)
