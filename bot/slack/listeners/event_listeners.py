"""Listeners for events: messages, edits, deletions, reactions, joins and leaves, members and groups, the Home tab.

An event is acknowledged once it is on the record. An event that could not be recorded is not, so Slack sends it again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from bot.rendering.message_catalog import reason_text, sentence
from bot.slack.capture.message_events import captures_of
from bot.slack.gateway.gateway import SlackGateway
from bot.slack.interaction import from_event
from bot.slack.payload import Json
from bot.slack.surfaces.slack_reply import SlackReply
from commands.core.request import Fields
from roles.accounts import refusal_to_act

PIN: Final = "pushpin"
# After Muster rejoins a channel it waits for late events before it backfills.
_LATE_EVENTS: Final = timedelta(seconds=5)
_MEMBERSHIP: Final = frozenset({"member_joined_channel", "member_left_channel"})


@dataclass(frozen=True)
class EventListeners:
    """The listeners of one workspace."""

    gateway: SlackGateway

    def on_message(self, body: Json) -> None:
        """Record a message, edit, deletion, join or leave of an incident channel; rejoin when Muster was removed."""
        captured, event = captures_of(body), body["event"]
        if captured is None or captured.team != self.gateway.team:
            return
        if event.get("user") != self.gateway.bot:
            self.gateway.inbox.add(captured)
        elif event["type"] in _MEMBERSHIP:
            after = _LATE_EVENTS if event["type"] == "member_joined_channel" else timedelta(0)
            self.gateway.jobs.backfill(event["channel"], self.gateway.record.clock.now(), after)

    def on_reaction(self, body: Json) -> None:
        """Pin or unpin a message for a 📌; any other reaction is recorded as a sign that its author was there."""
        interaction, event = from_event(body, self.gateway.record.clock.now()), body["event"]
        is_pin = event.get("reaction") == PIN and (event.get("item") or {}).get("type") == "message"
        if is_pin:
            verb = "pin" if event["type"] == "reaction_added" else "unpin"
            fields: Fields = {"channel": interaction.context.channel, "ts": interaction.context.message}
            self.on_message(body)
            self.gateway.executor.execute_reaction(interaction, verb, fields)
        else:
            self.on_message(body)

    def on_mention(self, body: Json) -> None:
        """Tell a person who mentions Muster which command to type, or that their account may not act."""
        interaction = from_event(body, self.gateway.record.clock.now())
        reason = refusal_to_act(self.gateway.lookup.actor(interaction).account)
        if reason is not None:
            self.gateway.replies.send(interaction, SlackReply(reason_text(reason)))
            return
        self.gateway.replies.send(interaction, SlackReply(sentence("mention", command=self.gateway.command)))

    def on_home(self, body: Json) -> None:
        """Refresh the Home tab of a person who opens it; the messages tab needs no refresh."""
        interaction = from_event(body, self.gateway.record.clock.now())
        may_act = refusal_to_act(self.gateway.lookup.actor(interaction).account) is None
        if body["event"].get("tab") == "home" and may_act:
            self.gateway.jobs.refresh_home(interaction)

    def on_member(self, body: Json) -> None:
        """Update the directory with a member who joined, changed or left the workspace."""
        self.gateway.users.update(body["event"]["user"])

    def on_group(self, body: Json) -> None:
        """Update the directory with the people who joined or left a user group."""
        event = body["event"]
        self.gateway.users.change_group(
            event["subteam_id"], event.get("added_users") or (), event.get("removed_users") or ()
        )
