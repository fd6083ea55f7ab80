"""Intake: how many alerts a second are accepted and durable, and how long a sender waits for the 202 at 200 requests a second.

Senders, endpoint and database share this machine and one process, so that both figures are lower bounds.
"""

from __future__ import annotations

import http.client
import json
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from pydantic import SecretStr

from bot.bootstrap.alert_intake import endpoint_of
from bot.clock import RealClock
from bot.config.policy_loader import read_policy
from bot.inbound.sns_signature import SnsVerifier
from bot.simulation.bench.percentiles import spread
from bot.web.http_app import web_app
from bot.web.http_server import WebServer
from commands.core.record_service import FixedPolicy, RecordService
from incident.policy_parts.intake_rules import Intake
from storage.store import Store, open_store

_SECRET: Final = "bench"  # noqa: S105 - of a server that only this process reaches
_SETTING: Final = "MUSTER_INTAKE_BENCH"
_POLICY: Final = Path(__file__).parents[4] / "policy.yaml"
_SENDERS: Final = 16
_PER_POST: Final = 10
_PER_SECOND: Final = 200
_MS: Final = 1000.0
_ACCEPTED: Final = 202


def measure_intake(*, posts: int, database: str | None = None) -> dict[str, Any]:
    """Post alerts, ten in each request, as fast as they are taken; then as many requests at 200 a second, one in each.

    `database` is the address of an empty database, a SQLite file unless given.
    """
    with _served(database) as (port, store):
        started = time.monotonic()
        _post_all(port, [_body(n, _PER_POST) for n in range(posts)], None)
        rate = posts * _PER_POST / (time.monotonic() - started)
        waits = _post_all(port, [_body(n, 1) for n in range(posts)], _PER_SECOND)
        stored = len(store.deliveries.waiting(2 * posts + 1))
    return {"alerts_per_s": round(rate), "accepted": 2 * posts, "durable": stored, "ack_ms_at_200_per_s": spread(waits)}


@contextmanager
def _served(database: str | None) -> Iterator[tuple[int, Store]]:
    """Serve the routes of intake on a fresh database."""
    clock = RealClock()
    policy = read_policy(_POLICY.read_text("utf-8"), clock.now().date(), was_active=True).policy
    sources = {"bench": {"form": "alertmanager", "secret": _SETTING}}
    policy = policy.model_copy(update={"intake": Intake.model_validate({"sources": sources})})
    with tempfile.TemporaryDirectory() as folder:
        address = database or f"sqlite:///{folder}/bench.db"
        with open_store(address, team="T0BENCH") as store:
            store.migrate()
            record = RecordService(store.recorder, FixedPolicy(policy), clock)
            endpoint = endpoint_of(record, store, {_SETTING: SecretStr(_SECRET)}, SnsVerifier())
            server = WebServer(web_app(lambda: True, intake=endpoint), port=0)
            server.start()
            try:
                yield server.port, store
            finally:
                server.stop()
                endpoint.inbox.close()


def _post_all(port: int, bodies: Sequence[bytes], per_second: int | None) -> list[float]:
    """Post from several senders, each on a connection that stays open, and return how long each waited, in ms.

    With a rate each request has a time of its own, and waits that late ones inherit count.
    """
    local, opened, started = threading.local(), list[http.client.HTTPConnection](), time.monotonic()

    def post(n: int) -> float:
        due = started + n / per_second if per_second else time.monotonic()
        time.sleep(max(0.0, due - time.monotonic()))
        if not hasattr(local, "connection"):
            local.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            opened.append(local.connection)
        local.connection.request("POST", "/intake/bench", bodies[n], {"Authorization": f"Bearer {_SECRET}"})
        answer = local.connection.getresponse()
        answer.read()
        if answer.status != _ACCEPTED:
            raise RuntimeError(f"an alert was answered with {answer.status}")
        return (time.monotonic() - due) * _MS

    try:
        with ThreadPoolExecutor(_SENDERS) as senders:
            return list(senders.map(post, range(len(bodies))))
    finally:
        for connection in opened:
            connection.close()


def _body(n: int, alerts: int) -> bytes:
    members = [
        {
            "status": "firing",
            "fingerprint": f"{n:08x}{one:08x}",
            "labels": {"alertname": "Errors", "instance": f"web-{one}", "severity": "critical"},
            "annotations": {"summary": f"Errors of web-{one}"},
            "startsAt": "2026-06-09T08:02:11Z",
        }
        for one in range(alerts)
    ]
    return json.dumps({"version": "4", "groupLabels": {"alertname": f"Errors {n}"}, "alerts": members}).encode()
