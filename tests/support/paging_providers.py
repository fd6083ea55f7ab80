"""PagerDuty, Jira Service Management, Pushover, ntfy and Twilio, as far as a page needs them, on one local server.

Each takes only the credential that it gave out, refuses what the real one refuses, and keeps what reached its people.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from tests.support.http_double import Called, HttpDouble

INTEGRATION_KEY = "a1b2c3d4e5f6a7b8c9d0a1b2c3d4e5f6"
GENIE_KEY = "genie-key-of-jsm"
APP_TOKEN = "azGDORePK8gMaC0QOYAMyEEuzJnyUi"
USER_KEY = "uQiRzpo4DXghDmr9QzzfQu27cmVRsG"
NTFY_TOKEN = "tk_AgQdq7mVBoFD37zQVN29RhuMzNIz2"
TOPIC = "ada-0f3a77"
TWILIO_SID = "AC00000000000000000000000000000001"
TWILIO_TOKEN = "12345678901234567890123456789012"
NUMBER = "+15005550006"
MOBILE = "+491701234567"

ENDED = ("completed", "busy", "no-answer", "failed", "canceled", "undelivered", "delivered")

Answered = tuple[int, Mapping[str, Any]]


@dataclass
class PagingProviders(HttpDouble):
    """The five. `accounts_open` says whether JSM works its queue, and Pushover hands out receipts."""

    alerts: dict[str, str] = field(default_factory=dict)
    jsm_alerts: dict[str, dict[str, Any]] = field(default_factory=dict)
    receipts: dict[str, dict[str, Any]] = field(default_factory=dict)
    published: list[dict[str, Any]] = field(default_factory=list)
    telephone: dict[str, dict[str, str]] = field(default_factory=dict)
    works_queue: bool = True
    gives_receipts: bool = True
    refuses_changes: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        self._ids = count(1)

    def play(self, call: Called) -> Answered:
        for prefix, provider in (
            ("/v2/enqueue", self._pagerduty),
            ("/alerts", self._jsm),
            ("/1/", self._pushover),
            ("/2010-04-01/", self._twilio),
            ("/", self._ntfy),
        ):
            if call.path.startswith(prefix):
                return provider(call)
        raise LookupError(call.path)

    def _pagerduty(self, call: Called) -> Answered:
        event = call.json
        if event["routing_key"] != INTEGRATION_KEY:
            return 400, {
                "status": "invalid event",
                "message": "Event object is invalid",
                "errors": [f"Invalid routing key {event['routing_key']}"],
            }
        states = {"trigger": "triggered", "acknowledge": "acknowledged", "resolve": "resolved"}
        if event["event_action"] == "trigger":
            assert {"summary", "source", "severity"} <= set(event["payload"])
            self.alerts.setdefault(event["dedup_key"], states["trigger"])
        elif event["dedup_key"] in self.alerts:
            self.alerts[event["dedup_key"]] = states[event["event_action"]]
        return 202, {"status": "success", "message": "Event processed", "dedup_key": event["dedup_key"]}

    def _jsm(self, call: Called) -> Answered:
        if call.headers.get("Authorization") != f"GenieKey {GENIE_KEY}":
            return 401, {"message": "Could not authenticate"}
        if call.method == "POST" and call.path == "/alerts":
            if len(call.json["message"]) > 130:
                return 422, {"message": "Request body is not processable", "errors": {"message": "too long"}}
            if self.works_queue:
                self.jsm_alerts.setdefault(call.json["alias"], {"status": "open", "acknowledged": False} | call.json)
            return 202, {"result": "Request will be processed", "requestId": "43a29c5c"}
        assert call.query == {"identifierType": "alias"}
        alert = self.jsm_alerts.get(call.path.split("/")[2])
        if alert is None:
            return 404, {"message": "Alert does not exist"}
        if call.path.endswith("/close"):
            alert["status"] = "closed"
            return 202, {"result": "Request will be processed"}
        return 200, {"data": alert}

    def _pushover(self, call: Called) -> Answered:
        asked = call.form if call.method == "POST" else dict(call.query)
        if asked.get("token") != APP_TOKEN:
            return 400, {"status": 0, "token": "invalid", "errors": ["application token is invalid"]}
        if call.path == "/1/messages.json":
            if asked["user"] != USER_KEY:
                return 400, {"status": 0, "errors": [f"user identifier {asked['user']} is invalid"]}
            assert int(asked["retry"]) >= 30
            assert int(asked["expire"]) <= 10_800
            receipt = f"r{next(self._ids):029}"
            self.receipts[receipt] = {"acknowledged": 0, "expired": 0, "message": asked["message"]}
            return 200, {"status": 1, "request": "x"} | ({"receipt": receipt} if self.gives_receipts else {})
        if call.path == "/1/apps/limits.json":
            return 200, {"status": 1, "limit": 10000}
        receipt = call.path.removeprefix("/1/receipts/").partition("/")[0].removesuffix(".json")
        if receipt not in self.receipts:
            return 404, {"status": 0, "errors": ["receipt not found; may be invalid or expired"]}
        if call.path.endswith("/cancel.json"):
            self.receipts[receipt]["expired"] = 1
        return 200, {"status": 1} | self.receipts[receipt]

    def _ntfy(self, call: Called) -> Answered:
        if call.headers.get("Authorization") != f"Bearer {NTFY_TOKEN}":
            return 403, {"code": 40301, "http": 403, "error": "forbidden"}
        if call.path != "/":
            return 200, {"healthy": True}
        assert re.fullmatch(r"[\w-]{1,64}", call.json["topic"])
        self.published.append(call.json)
        return 200, {"id": f"m{next(self._ids)}", "event": "message"}

    def _twilio(self, call: Called) -> Answered:
        credential = b64encode(f"{TWILIO_SID}:{TWILIO_TOKEN}".encode()).decode()
        if call.headers.get("Authorization") != f"Basic {credential}":
            return 401, {"code": 20003, "message": "Authenticate", "status": 401}
        path = call.path.removeprefix(f"/2010-04-01/Accounts/{TWILIO_SID}").removesuffix(".json").strip("/")
        resource, _, sid = path.partition("/")
        if not resource:
            return 200, {"sid": TWILIO_SID, "status": "active"}
        if sid and call.method == "GET":
            return 200, {"sid": sid, "status": self.telephone[sid].get("Status", "queued")}
        if sid:
            if self.refuses_changes:
                return 400, {"code": 20001, "message": "Invalid parameter", "status": 400}
            if self.telephone[sid].get("Status") in ENDED:
                return 400, {
                    "code": 21220,
                    "message": "Unable to update record. Call is not in-progress.",
                    "status": 400,
                }
            self.telephone[sid] |= call.form
            return 200, {"sid": sid}
        if not re.fullmatch(r"\+[1-9]\d{6,14}", call.form["To"]):
            return 400, {"code": 21211, "message": f"The 'To' number {call.form['To']} is not valid.", "status": 400}
        sid = f"{resource[:1]}A{next(self._ids):032}"
        self.telephone[sid] = call.form
        return 201, {"sid": sid, "status": "queued"}
