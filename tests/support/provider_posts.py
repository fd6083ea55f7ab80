"""What providers post when a person answers, and how what they get back reads."""

from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree

from bot.notify.answers.answer_address import CallReference
from bot.notify.answers.page_key import page_key
from incident.medium import Medium
from tests.support.answer_env import BASE, AnswerEnv, Reply, asked, signed_form
from tests.support.paging_providers import PagingProviders


def words_of(reply: Reply) -> str:
    """Return what Twilio is to read out or to write."""
    assert reply.status == 200
    assert reply.headers["content-type"].startswith("text/xml")
    return " ".join(one.text or "" for one in ElementTree.fromstring(reply.text).iter() if one.text)


def asks_for_a_key(reply: Reply) -> list[str]:
    """Return the addresses to which Twilio is to post a key."""
    nodes = ElementTree.fromstring(reply.text).iter()
    return [one.attrib["action"] for one in nodes if "action" in one.attrib]


def press_key(url: str, providers: PagingProviders, digits: str, sid: str | None = None) -> Reply:
    """Press a key in the last telephone call, or in one by its SID: Twilio posts it to the address in the call's script."""
    calls = [one for one, sent in providers.telephone.items() if "Twiml" in sent]
    sid = sid or calls[-1]
    nodes = ElementTree.fromstring(providers.telephone[sid]["Twiml"]).iter()
    action = next(one.attrib["action"] for one in nodes if "action" in one.attrib)
    form = {"CallSid": sid, "CallStatus": "in-progress", "Digits": digits}
    return signed_form(url, action.removeprefix(BASE), form)


def pagerduty_event(env: AnswerEnv, call: CallReference, id_: str = "01D", **changes: Any) -> bytes:
    at = env.slack.clock.now().isoformat()
    event = {
        "id": id_,
        "event_type": "incident.acknowledged",
        "occurred_at": at,
        "agent": {"summary": "Bea Ortiz", "type": "user_reference"},
        "data": {"id": "P1", "type": "incident", "incident_key": page_key(env.slack.team, call)},
    }
    return json.dumps({"event": event | changes}).encode()


def jsm_event(env: AnswerEnv, call: CallReference, **changes: Any) -> dict[str, Any]:
    alert = {
        "alertId": "052652ac",
        "alias": page_key(env.slack.team, call),
        "username": "bea@example.org",
        "updatedAt": int(env.slack.clock.now().timestamp() * 1_000_000_000),
    }
    return {"action": "Acknowledge", "alert": alert, "source": {"type": "web"}} | changes


def pushover(env: AnswerEnv, call: CallReference, **changes: str) -> int:
    at = str(int(env.slack.clock.now().timestamp()))
    form = {"receipt": "r1", "acknowledged": "1", "acknowledged_at": at, "acknowledged_by": "uKey"} | changes
    body = "&".join(f"{name}={value}" for name, value in form.items()).encode()
    return asked(f"{env.url}{env.path(call, Medium.PUSHOVER)}", body).status
