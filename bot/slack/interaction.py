"""What Slack sends, as who asked, where, and the key that makes it one request however often it is delivered.

Reads payloads only: it runs nothing, looks nothing up and knows no verb. The moment is the caller's.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from pydantic import JsonValue

from bot.slack.blocks.action_context import ActionContext, read_chosen, unpack
from bot.slack.payload import Json
from bot.slack.responder import ReplyTarget
from commands.core.request import Actor, Place, Request
from incident.entry import Source, Surface
from roles.person_ids import PersonId, slack_person


@dataclass(frozen=True)
class Interaction:
    """One thing that came from Slack: who, where, when, how to answer them, and whether a form is open before them."""

    team: str
    user: str
    key: str
    at: datetime
    surface: Surface
    where: ActionContext
    aside: ReplyTarget
    trigger: str | None = None
    event: str | None = None
    in_form: bool = False

    @property
    def person(self) -> PersonId:
        """The id of the person who acted."""
        return slack_person(self.team, self.user)

    def request(
        self, verb: str, fields: dict[str, JsonValue], actor: Actor, occurred_at: datetime | None = None
    ) -> Request:
        """Return the request that this interaction makes."""
        where = self.where
        return Request(
            verb=verb,
            fields=fields,
            actor=actor,
            team=self.team,
            place=Place(channel=where.channel, message=where.message, thread=where.thread, number=where.number),
            source=Source(surface=self.surface, channel=where.channel, message=where.message, event=self.event),
            key=self.key,
            at=self.at,
            occurred_at=occurred_at,
            drawn_at=where.entry,
        )

    def at_place(self, where: ActionContext) -> Interaction:
        """Say the same of another place: the incident a button was drawn for, or a number that was typed."""
        return replace(self, where=where)


def from_command(body: Json, at: datetime) -> Interaction:
    """Read a slash command; its trigger is its key."""
    team, user, channel = body["team_id"], body["user_id"], body["channel_id"]
    return Interaction(
        team=team,
        user=user,
        key=f"{team}:command:{body['trigger_id']}",
        at=at,
        surface=Surface.COMMAND,
        where=ActionContext(channel=channel),
        aside=ReplyTarget(user, channel, response_url=body.get("response_url")),
        trigger=body["trigger_id"],
        event=body["trigger_id"],
    )


def from_action(body: Json, at: datetime) -> Interaction:
    """Read a pressed button. A second click is another request; the rules say what it still does."""
    team, user, action = _team(body), body["user"]["id"], body["actions"][0]
    container = body.get("container") or {}
    channel = (body.get("channel") or {}).get("id") or container.get("channel_id")
    drawn = unpack(action.get("value") or read_chosen((action.get("selected_option") or {}).get("value") or "")[1])
    held = str(container.get("message_ts") or container.get("view_id"))
    return Interaction(
        team=team,
        user=user,
        key=f"{team}:action:{user}:{held}:{action['action_id']}:{action['action_ts']}",
        at=at,
        surface=Surface.BUTTON,
        where=drawn.model_copy(update={"channel": drawn.channel or channel}),
        aside=ReplyTarget(
            user,
            channel,
            thread=container.get("thread_ts"),
            response_url=body.get("response_url"),
            replaces=bool(container.get("is_ephemeral")),
        ),
        trigger=body.get("trigger_id"),
        event=action["action_ts"],
        in_form=(body.get("view") or {}).get("type") == "modal",
    )


def from_view(body: Json, at: datetime) -> Interaction:
    """Read a submitted form. The form and what stood in it are the key: sent twice it is one request, mended another."""
    team, user, view = _team(body), body["user"]["id"], body["view"]
    where = unpack(view.get("private_metadata"))
    return Interaction(
        team=team,
        user=user,
        key=f"{team}:view:{view['id']}:{view.get('hash')}:{_mark(view.get('state'))}",
        at=at,
        surface=Surface.FORM,
        where=where,
        aside=ReplyTarget(user, where.channel),
        trigger=body.get("trigger_id"),
        event=view["id"],
    )


def from_shortcut(body: Json, at: datetime) -> Interaction:
    """Read a shortcut; one from a message's menu says which message, threaded ones included."""
    team, user = _team(body), body["user"]["id"]
    message, channel = body.get("message") or {}, (body.get("channel") or {}).get("id")
    ts = body.get("message_ts") or message.get("ts")
    return Interaction(
        team=team,
        user=user,
        key=f"{team}:shortcut:{user}:{body['callback_id']}:{body['action_ts']}",
        at=at,
        surface=Surface.SHORTCUT,
        where=ActionContext(channel=channel, message=ts, thread=message.get("thread_ts")),
        aside=ReplyTarget(user, channel, thread=message.get("thread_ts"), response_url=body.get("response_url")),
        trigger=body.get("trigger_id"),
        event=body["action_ts"],
    )


def from_event(body: Json, at: datetime) -> Interaction:
    """Read an event; Slack delivers one under the same id however often it tries."""
    team, event = _team(body), body["event"]
    item = event.get("item") or {}
    channel = event.get("channel") if isinstance(event.get("channel"), str) else item.get("channel")
    user = event.get("user")
    user = user if isinstance(user, str) else ""
    return Interaction(
        team=team,
        user=user,
        key=f"{team}:event:{body['event_id']}",
        at=at,
        surface=Surface.EVENT,
        where=ActionContext(channel=channel, message=item.get("ts"), thread=event.get("thread_ts")),
        aside=ReplyTarget(user, channel, thread=event.get("thread_ts")),
        event=body["event_id"],
    )


def _mark(state: Json | None) -> str:
    """Tell what was put into a form from anything else that could be."""
    return sha256(json.dumps(state, sort_keys=True).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _team(body: Json) -> str:
    team = body.get("team_id") or (body.get("team") or {}).get("id")
    return str(team)
