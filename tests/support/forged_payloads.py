"""Payloads as Slack would sign them, with any account, incident and fields, and a receiver of the answers to them."""

from __future__ import annotations

import itertools
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from slack_bolt import BoltRequest, BoltResponse

from bot.slack.blocks.action_context import ActionContext
from incident.model.incident import Incident
from tests.support.slack_env import SlackEnv

_COUNT = itertools.count(1)
Json = dict[str, Any]


class Forger(NamedTuple):
    """An account as a payload names it."""

    user: str
    team: str


class AnswerReceiver:
    """Receives what is sent to response URLs."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        texts = self.texts

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                texts.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Log nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def dispatch(place: SlackEnv, body: Json) -> BoltResponse:
    """Hand a payload to Bolt as a socket or a webhook does."""
    return place.app.dispatch(BoltRequest(body=body, mode="socket_mode"))


def slash(by: Forger, channel: str, text: str) -> Json:
    n = next(_COUNT)
    return {
        "command": "/incident",
        "text": text,
        "team_id": by.team,
        "user_id": by.user,
        "channel_id": channel,
        "trigger_id": f"forged.{n}",
    }


def button(by: Forger, channel: str, verb: str, incident: Incident, fields: Json, url: str) -> Json:
    """Return a pressed button whose value names an incident, its channel, a present entry and fields."""
    n = next(_COUNT)
    action = {"action_id": f"verb:{verb}", "action_ts": f"{n}.1", "value": _context(incident, fields).packed()}
    return {
        "type": "block_actions",
        "container": {"message_ts": "1.1", "channel_id": channel},
        "channel": {"id": channel},
        "actions": [action],
        "response_url": url,
        "trigger_id": f"forged.{n}",
        **_person(by),
    }


def submission(by: Forger, verb: str, incident: Incident, fields: Json) -> Json:
    """Return a sent form whose private metadata name an incident, its channel and fields."""
    n = next(_COUNT)
    view = {
        "id": f"V{n}",
        "hash": f"{n}",
        "type": "modal",
        "callback_id": f"verb:{verb}",
        "private_metadata": _context(incident, fields).model_copy(update={"entry": None}).packed(),
        "blocks": [],
        "state": {"values": {}},
    }
    return {"type": "view_submission", "view": view, "trigger_id": f"forged.{n}", **_person(by)}


def message_shortcut(by: Forger, channel: str, callback: str, url: str, text: str = "words") -> Json:
    n = next(_COUNT)
    return {
        "type": "message_action",
        "callback_id": callback,
        "action_ts": f"{n}.2",
        "channel": {"id": channel},
        "message": {"ts": f"17000000{n:02d}.000100", "user": by.user, "text": text},
        "response_url": url,
        "trigger_id": f"forged.{n}",
        **_person(by),
    }


def event(place: SlackEnv, fields: Json, *, outer_team: str | None = None) -> Json:
    """Return an event that Slack delivers for our workspace; in a shared channel `outer_team` may be another's."""
    n = next(_COUNT)
    return {
        "type": "event_callback",
        "team_id": outer_team or place.team,
        "event_id": f"EvForged{n}",
        "event_time": 1,
        "authorizations": [{"team_id": place.team, "user_id": place.gateway.bot, "is_bot": True}],
        "event": fields,
    }


def answer(response: BoltResponse) -> str:
    """Return what an acknowledgement shows."""
    return response.body if isinstance(response.body, str) else json.dumps(response.body)


def _context(incident: Incident, fields: Json) -> ActionContext:
    return ActionContext(
        incident=incident.key.id,
        entry=incident.n,
        channel=incident.places.channel,
        number=incident.number,
        fields=fields,
    )


def _person(by: Forger) -> Json:
    return {"user": {"id": by.user, "team_id": by.team}, "team": {"id": by.team}}
