"""Slack payloads as interactions: the person, the place, and the idempotency key of a slash command, click or event.

Reads payloads only: it runs nothing, looks nothing up and knows no verb. The caller stamps the time.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from pydantic import JsonValue

from bot.slack.blocks.action_context import ActionContext, read_context, split_option_value
from bot.slack.payload import Json
from bot.slack.responder import ReplyTarget
from commands.core.request import Actor, Place, Request
from incident.entry import EntryPoint, Source
from incident.frozen import clean
from roles.person_ids import PersonId, app_person, slack_person

_SLACKBOT = "USLACKBOT"


@dataclass(frozen=True)
class Interaction:
    """One payload from Slack. `user` is a Slack id; `in_form` is True when the person acted inside an open form.

    `team` is the workspace whose record it is about, `user_team` that of the account, when the payload names it.
    `is_claimed`: a button's value or a form's metadata names the channel, not Slack. `button_of` is the message whose
    button was pressed, as Slack names it; None in a view and for a message that one person alone sees. `line` is the line as it
    was typed, without the command; '' where none was.
    """

    team: str
    user: str
    key: str
    at: datetime
    surface: EntryPoint
    context: ActionContext
    reply_target: ReplyTarget
    trigger_id: str | None = None
    event: str | None = None
    in_form: bool = False
    user_team: str | None = None
    is_claimed: bool = False
    button_of: str | None = None
    line: str = ""

    @property
    def person(self) -> PersonId:
        """The id of the person who acted."""
        return slack_person(self.user_team or self.team, self.user)

    @property
    def teams(self) -> frozenset[str]:
        """The workspaces that the payload names: one that is not ours makes the account an external one."""
        return frozenset({self.team, self.user_team or self.team})

    def request(
        self, verb: str, fields: dict[str, JsonValue], actor: Actor, occurred_at: datetime | None = None
    ) -> Request:
        """Return the request that this interaction makes."""
        context = self.context
        return Request(
            verb=verb,
            fields=fields,
            actor=actor,
            team=self.team,
            place=Place(
                channel=context.channel,
                message=context.message,
                thread=context.thread,
                number=context.number,
                is_claimed=self.is_claimed,
            ),
            source=Source(
                surface=self.surface,
                channel=context.channel,
                message=context.message or self.button_of,
                event=self.event,
            ),
            key=self.key,
            at=self.at,
            occurred_at=occurred_at,
            drawn_at=context.entry,
        )

    def in_context(self, context: ActionContext) -> Interaction:
        """Return the same interaction in another context: with the number of an incident that was drawn or typed."""
        return replace(self, context=context)


def from_command(body: Json, at: datetime) -> Interaction:
    """Read a slash command. Its trigger id is its key."""
    team, user, channel = body["team_id"], body["user_id"], body["channel_id"]
    return Interaction(
        team=team,
        user=user,
        key=f"{team}:command:{body['trigger_id']}",
        at=at,
        surface=EntryPoint.COMMAND,
        context=ActionContext(channel=channel),
        reply_target=ReplyTarget(user, channel, response_url=body.get("response_url")),
        trigger_id=body["trigger_id"],
        event=body["trigger_id"],
    )


def from_action(body: Json, at: datetime) -> Interaction:
    """Read a pressed button. A second click is a second request: `decide` says whether it still changes anything."""
    team, user, action = _team(body), body["user"]["id"], body["actions"][0]
    container = body.get("container") or {}
    channel = (body.get("channel") or {}).get("id") or container.get("channel_id")
    context = read_context(
        action.get("value") or split_option_value((action.get("selected_option") or {}).get("value") or "")[1]
    )
    surface_id = str(container.get("message_ts") or container.get("view_id"))
    return Interaction(
        team=team,
        user=user,
        key=f"{team}:action:{user}:{surface_id}:{action['action_id']}:{action['action_ts']}",
        at=at,
        surface=EntryPoint.BUTTON,
        context=context.model_copy(update={"channel": context.channel or channel}),
        reply_target=ReplyTarget(
            user,
            channel,
            thread=container.get("thread_ts"),
            response_url=body.get("response_url"),
            replaces=bool(container.get("is_ephemeral")),
        ),
        trigger_id=body.get("trigger_id"),
        event=action["action_ts"],
        in_form=(body.get("view") or {}).get("type") == "modal",
        user_team=_user_team(body),
        is_claimed=context.channel not in (None, channel),
        button_of=None if container.get("is_ephemeral") else container.get("message_ts"),
    )


def from_view(body: Json, at: datetime) -> Interaction:
    """Read a submitted form. View and values make the key: sent twice it is one request, corrected it is another."""
    team, user, view = _team(body), body["user"]["id"], body["view"]
    context = read_context(view.get("private_metadata"))
    return Interaction(
        team=team,
        user=user,
        key=f"{team}:view:{user}:{view['id']}:{view.get('hash')}:{_digest(view.get('state'))}",
        at=at,
        surface=EntryPoint.FORM,
        context=context,
        reply_target=ReplyTarget(user, context.channel),
        trigger_id=body.get("trigger_id"),
        event=view["id"],
        user_team=_user_team(body),
        is_claimed=True,
    )


def from_shortcut(body: Json, at: datetime) -> Interaction:
    """Read a shortcut. A message shortcut names its message, also one in a thread."""
    team, user = _team(body), body["user"]["id"]
    message, channel = body.get("message") or {}, (body.get("channel") or {}).get("id")
    ts = body.get("message_ts") or message.get("ts")
    return Interaction(
        team=team,
        user=user,
        key=f"{team}:shortcut:{user}:{body['callback_id']}:{body['action_ts']}",
        at=at,
        surface=EntryPoint.SHORTCUT,
        context=ActionContext(channel=channel, message=ts, thread=message.get("thread_ts")),
        reply_target=ReplyTarget(user, channel, thread=message.get("thread_ts"), response_url=body.get("response_url")),
        trigger_id=body.get("trigger_id"),
        event=body["action_ts"],
        user_team=_user_team(body),
    )


def from_event(body: Json, at: datetime) -> Interaction:
    """Read an event. Slack delivers every retry under the same event id. A pin names its message within its item."""
    team, event = owner_of_event(body), body["event"]
    item = event.get("item") or {}
    channel = event.get("channel") if isinstance(event.get("channel"), str) else item.get("channel")
    message = item.get("ts") or (item.get("message") or {}).get("ts")
    user = event.get("user")
    user = user if isinstance(user, str) else ""
    return Interaction(
        team=team,
        user=user,
        key=f"{team}:event:{body['event_id']}",
        at=at,
        surface=EntryPoint.EVENT,
        context=ActionContext(channel=channel, message=message, thread=event.get("thread_ts")),
        reply_target=ReplyTarget(user, channel, thread=event.get("thread_ts")),
        event=body["event_id"],
        user_team=author_team(event),
    )


def _digest(state: Json | None) -> str:
    """Return a short digest of the values in a form."""
    return sha256(json.dumps(state, sort_keys=True).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def owner_of_event(body: Json) -> str:
    """Return the workspace for which Slack delivers an event: in a shared channel `team_id` may be another's."""
    authorized = [one.get("team_id") for one in body.get("authorizations") or () if one.get("team_id")]
    return str(authorized[0] if authorized else body.get("context_team_id") or body["team_id"])


def author_team(message: Json) -> str | None:
    """Return the workspace of the account that wrote or did something, if the event names it."""
    profile = message.get("user_profile")
    of_profile = profile.get("team") if isinstance(profile, dict) else None
    named = (*(message.get(name) for name in ("user_team", "source_team", "team")), of_profile)
    return next((team for team in named if isinstance(team, str) and team.startswith("T")), None)


def author_of(team: str, message: Json) -> PersonId | None:
    """Return who wrote a message: a person, the person who began a huddle, or an app under the name it gives itself.

    `team` is the workspace whose record it is; an account of another workspace is recorded as one of that workspace.
    """
    home, bot, name = author_team(message) or team, message.get("bot_id"), _name_of_app(message)
    user = message.get("user")
    if message.get("room") and user in (None, _SLACKBOT):
        user = message["room"].get("created_by") or user
    if bot and name and (not user or message.get("username")):
        return app_person(home, bot, name)
    return slack_person(home, str(user or bot)) if user or bot else None


def _name_of_app(message: Json) -> str | None:
    """Return the name under which an app posted a message: the one given for this message, else the app's own."""
    name = message.get("username") or (message.get("bot_profile") or {}).get("name")
    return clean(str(name)).strip() or None if name else None


def teams_named(body: Json) -> frozenset[str]:
    """Return every workspace that a command or an interaction names for its person or its form."""
    user, view, team = body.get("user"), body.get("view"), body.get("team")
    of_user = user.get("team_id") if isinstance(user, dict) else None
    of_view = view.get("app_installed_team_id") if isinstance(view, dict) else None
    of_team = team.get("id") if isinstance(team, dict) else team
    return frozenset(str(one) for one in (body.get("team_id"), of_team, of_user, of_view) if one)


def _user_team(body: Json) -> str | None:
    team = body["user"].get("team_id")
    return str(team) if team else None


def _team(body: Json) -> str:
    team = body.get("team_id") or (body.get("team") or {}).get("id")
    return str(team)
