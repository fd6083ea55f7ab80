"""Three processes in HTTP mode on one PostgreSQL. Slack delivers every request to two of them at the same moment."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from slack_sdk.signature import SignatureVerifier

from sandbox.state.entities import View
from tests.support import postgres
from tests.support.replica_env import PATIENCE, ReplicaEnv, free_port
from tests.support.wait import until

PATH = "/slack/events"


class HttpReplicas:
    """Three processes that Slack calls at `addresses`, and an incident that they work on."""

    def __init__(self, house: ReplicaEnv) -> None:
        self.house = house
        self.addresses = []
        for _ in range(3):
            port = str(free_port())
            house.start(MUSTER_MODE="http", MUSTER_HTTP_PORT=port, SLACK_SIGNING_SECRET=house.sandbox.signing_secret)
            self.addresses.append(f"http://127.0.0.1:{port}{PATH}")
        until(lambda: all(one.is_running() for one in house.replicas), "three run", seconds=PATIENCE)
        house.sandbox.deliver_to(*self.addresses, copies=2)
        self.channel = house.declare()

    def count(self, kind: str, words: str) -> int:
        """Count the entries of a kind that contain a text."""
        with self.house.store() as store:
            keys = [one.key for one in store.queries.incidents(self.house.team)]
            entries = [e for key in keys for e in store.recorder.read(lambda reader, key=key: reader.entries(key))]  # type: ignore[misc]
        return sum(e.fact.kind == kind and words in e.fact.model_dump_json() for e in entries)

    def send(self, body: dict[str, Any], secret: str | None = None) -> list[int]:
        """Send a body to all three at once, signed as Slack signs, and return the status of each response."""
        with ThreadPoolExecutor(3) as senders:
            sent = [
                senders.submit(posted, url, body, secret or self.house.sandbox.signing_secret) for url in self.addresses
            ]
            return [one.result() for one in sent]


def opened(http: HttpReplicas) -> View | None:
    """Open the form of a note. Returns None where the database is too slow; the caller tries again."""
    try:
        return http.house.sandbox.actor.slash("ann", http.channel, "/incident", "note").view(10)
    except LookupError:
        return None


def posted(url: str, body: dict[str, Any], secret: str) -> int:
    text, at = json.dumps(body), str(int(time.time()))
    signature = SignatureVerifier(secret).generate_signature(timestamp=at, body=text)
    headers = {
        "Content-Type": "application/json",
        "X-Slack-Request-Timestamp": at,
        "X-Slack-Signature": str(signature),
    }
    try:
        with urllib.request.urlopen(urllib.request.Request(url, text.encode(), headers), timeout=30) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        refused.close()
        return refused.code


@pytest.fixture(scope="module")
def http(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HttpReplicas]:
    with postgres.server().database() as url, ReplicaEnv(tmp_path_factory.mktemp("http"), url) as house:
        yield HttpReplicas(house)


def test_a_request_delivered_to_two_processes_at_once_is_applied_once(http: HttpReplicas) -> None:
    house = http.house
    for _ in range(5):
        house.say(http.channel)
        assert house.note(http.channel).acked
    view = until(lambda: opened(http), "a form opens", seconds=PATIENCE)
    filled = house.sandbox.actor.submit("ann", view.id, {"text": "filled in once"})

    assert filled.wait().acked
    assert house.problems() == []
    assert http.count("noted", "filled in once") == 1
    assert len(house.ledger.messages) == 5


def test_an_event_id_delivered_to_all_three_at_once_is_recorded_once(http: HttpReplicas) -> None:
    house = http.house
    user = house.sandbox.workspace.find_person("ann").id
    at = f"{house.sandbox.clock.now().timestamp():.6f}"
    event = {"type": "message", "channel": http.channel, "user": user, "text": "sent thrice", "ts": at, "event_ts": at}
    body = {"type": "event_callback", "team_id": house.team, "event_id": "Ev0THRICE", "event_time": 1, "event": event}

    answers = [http.send(body), http.send(body)]

    assert answers == [[200] * 3] * 2
    assert house.problems() == []
    assert http.count("message_posted", "sent thrice") == 1


def test_a_request_signed_with_another_secret_is_refused_by_every_process(http: HttpReplicas) -> None:
    answers = http.send({"type": "event_callback", "event_id": "Ev0FORGED"}, secret="another")

    assert answers == [401] * 3
    assert all("Ev0FORGED" not in one.said for one in http.house.replicas)
