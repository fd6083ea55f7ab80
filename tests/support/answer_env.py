"""A record with people and a call to one of them, and the public address at which pages are answered, over real HTTP."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from base64 import b64encode
from hashlib import sha1, sha256
from hmac import new as hmac_of
from itertools import count
from typing import Any, NamedTuple
from urllib.parse import urlencode

from bot.bootstrap.public_address import public_answers
from bot.config.settings import Settings
from bot.notify.answers.answer_address import CallReference
from bot.web.http_app import web_app
from bot.web.http_server import WebServer
from incident.entries.role_holders import Escalated, EscalationAnswered
from incident.entry import Entry, IncidentKey
from incident.medium import Medium
from incident.model.components import Escalation
from incident.model.contact_method import ContactMethod
from incident.model.incident import Incident
from sandbox.pretend_workspace import Sandbox
from storage.store import Store
from tests.support import paging_providers as known
from tests.support.slack_env import SlackEnv

BASE = "https://muster.internal"
PAGERDUTY_SECRET, JSM_SECRET = "signs-webhooks-of-pagerduty", "opens-webhooks-of-jsm"
NUMBERS = {"ann": "+491701111111", "bea": "+491702222222"}
TWILIO_SIGNATURE, PAGERDUTY_SIGNATURE = "X-Twilio-Signature", "X-PagerDuty-Signature"


class Reply(NamedTuple):
    """What was answered."""

    status: int
    text: str
    headers: dict[str, str]


class AnswerEnv:
    """Ann declares and calls, Bea is called. `url` is where our server is; its public address is `BASE`."""

    def __init__(self, database: str) -> None:
        self.slack = SlackEnv(database, socket=False)
        self.settings = settings_of(self.slack.sandbox)
        self.server = self.replica()
        self.url = f"http://127.0.0.1:{self.server.port}"
        self._ids, self._channels = count(1), count(1)
        for name, number in NUMBERS.items():
            method = ContactMethod(medium=Medium.SMS, address=number)
            self.store.directory.put_contact_methods(self.slack.person(name), [method])

    @property
    def store(self) -> Store:
        return self.slack.store

    def replica(self) -> WebServer:
        """Start one more server on the same record."""
        endpoints = public_answers(self.settings, self.store, self.slack.record, self.slack.people)
        assert endpoints is not None
        self.addresses = endpoints.addresses
        server = WebServer(web_app(lambda: True, answers=endpoints), port=0)
        server.start()
        return server

    def close(self) -> None:
        self.server.stop()
        self.slack.close()

    def call(self, person: str = "bea", **fields: Any) -> CallReference:
        """Declare an incident and call a person to it."""
        incident = self.slack.incident(channel=f"inc-{next(self._channels)}", **fields)
        return self.call_to(incident.number, person)

    def call_to(self, number: str, person: str) -> CallReference:
        """Call a person to an incident."""
        fields = {"who": self.slack.person(person), "reason": "The pool is full"}
        outcome = self.slack.run("escalate", fields, "ann", number=number)
        return CallReference(number, outcome.first)

    def take_over(self, call: CallReference, person: str) -> None:
        """Page the next level after a call, and let that person accept."""
        who = self.slack.person(person)
        paged = Escalated(how="functional", to=person, person=who, reason="", follows=call.n, automatic=True)
        self.slack.record.note(self.key(call), [paged], f"paged:{call.n}")
        self.slack.run("answer", {"answer": "accepted"}, person, number=call.number)

    def incident(self, call: CallReference) -> Incident:
        key = self.key(call)
        found = self.slack.now(key)
        assert found is not None
        return found

    def key(self, call: CallReference) -> IncidentKey:
        found = self.store.recorder.read(lambda reader: reader.find(self.slack.team, number=call.number))
        assert found is not None
        return found

    def escalation(self, call: CallReference) -> Escalation:
        return next(one for one in self.incident(call).escalations if one.n == call.n)

    def answers(self, call: CallReference) -> list[Entry]:
        """Every answer to a call on the record."""
        found = self.slack.entries(self.key(call), EscalationAnswered.kind)
        return [entry for entry in found if entry.fact.escalation == call.n]

    def path(self, call: CallReference, medium: Medium) -> str:
        return self.addresses.url(call, medium).removeprefix(BASE)

    def get(self, path: str) -> Reply:
        return asked(f"{self.url}{path}")

    def press(self, call: CallReference, answer: str, medium: Medium = Medium.EMAIL) -> Reply:
        """Press a button of the page behind a link."""
        return asked(f"{self.url}{self.path(call, medium)}", urlencode({"answer": answer}).encode())

    def twilio(self, path: str, form: dict[str, str], *, token: str = known.TWILIO_TOKEN, at: str = "") -> Reply:
        """Post a form as Twilio does, signed over our public address."""
        return signed_form(at or self.url, path, form, token)

    def dial(self, call: CallReference, digits: str, sid: str = "CA1", **more: str) -> Reply:
        """Press a key in a telephone call."""
        form = {"CallSid": sid, "CallStatus": "in-progress", "Digits": digits, **more}
        return self.twilio(self.path(call, Medium.VOICE), form)

    def text(self, body: str, number: str = NUMBERS["bea"]) -> Reply:
        """Send a text message to the number of Twilio."""
        form = {"MessageSid": f"SM{next(self._ids)}", "From": number, "To": known.NUMBER, "Body": body}
        return self.twilio("/answer/sms", form)

    def pagerduty(self, body: bytes, *, secret: str = PAGERDUTY_SECRET) -> Reply:
        """Post a webhook as PagerDuty does."""
        signature = f"v1={hmac_of(secret.encode(), body, sha256).hexdigest()}"
        headers = {PAGERDUTY_SIGNATURE: signature} if secret else {}
        return asked(f"{self.url}/answer/pagerduty", body, **{"Content-Type": "application/json"}, **headers)

    def jsm(self, body: dict[str, Any], *, secret: str = JSM_SECRET) -> Reply:
        """Post a webhook as Jira Service Management does."""
        headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {secret}"} if secret else {})}
        return asked(f"{self.url}/answer/jsm", json.dumps(body).encode(), **headers)


def settings_of(sandbox: Sandbox) -> Settings:
    """Return the settings of a Muster at which pages are answered in every way."""
    given: dict[str, Any] = {
        "_env_file": None,
        "slack_bot_token": sandbox.bot_token,
        "slack_app_token": sandbox.app_token,
        "MUSTER_PUBLIC_URL": BASE,
        "MUSTER_PAGERDUTY_WEBHOOK_SECRET": PAGERDUTY_SECRET,
        "MUSTER_JSM_WEBHOOK_SECRET": JSM_SECRET,
        "MUSTER_TWILIO_SID": known.TWILIO_SID,
        "MUSTER_TWILIO_TOKEN": known.TWILIO_TOKEN,
        "MUSTER_TWILIO_FROM": known.NUMBER,
    }
    return Settings(**given)


def signed_form(at: str, path: str, form: dict[str, str], token: str = known.TWILIO_TOKEN) -> Reply:
    """Post a form to our server with the signature that Twilio makes over our public address; without a token with none."""
    signed = f"{BASE}{path}" + "".join(f"{name}{form[name]}" for name in sorted(form))
    signature = b64encode(hmac_of(token.encode(), signed.encode(), sha1).digest()).decode()
    return asked(f"{at}{path}", urlencode(form).encode(), **({TWILIO_SIGNATURE: signature} if token else {}))


def asked(address: str, body: bytes | None = None, **headers: str) -> Reply:
    """Ask, and return what was answered whatever its status."""
    try:
        with urllib.request.urlopen(urllib.request.Request(address, body, headers), timeout=10) as reply:
            return Reply(reply.status, reply.read().decode(), dict(reply.headers))
    except urllib.error.HTTPError as refused:
        return Reply(refused.code, refused.read().decode(), dict(refused.headers))
