"""Listeners for events: messages, edits, deletions, reactions, pins, joins and leaves, members and groups, the Home tab.

An event is acknowledged once it is on the record. An event that could not be recorded is not, so Slack sends it again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from bot.rendering.message_catalog import reason_text, sentence
from bot.slack.capture.message_events import captures_of
from bot.slack.gateway.gateway import SlackGateway
from bot.slack.interaction import Interaction, author_team, from_event
from bot.slack.listeners.shortcuts import pinned_words
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
            self._meet(event)
        elif event["type"] in _MEMBERSHIP:
            after = _LATE_EVENTS if event["type"] == "member_joined_channel" else timedelta(0)
            self.gateway.jobs.backfill(event["channel"], self.gateway.record.clock.now(), after)

    def _meet(self, message: Json) -> None:
        """Learn the name of an account of another workspace that speaks here: it is in no list of members."""
        user, team = message.get("user"), author_team(message)
        if not isinstance(user, str) or team in (None, self.gateway.team) or self.gateway.users.person(user):
            return
        if profile := message.get("user_profile"):
            self.gateway.users.update({"id": user, "team_id": team, "is_stranger": True, "profile": profile})
        else:
            self.gateway.replies.responder.submit(lambda: self._look_up(user))

    def _look_up(self, user: str) -> None:
        self.gateway.users.look_up(user)

    def on_reaction(self, body: Json) -> None:
        """Pin or unpin a message for a 📌; any other reaction is recorded as a sign that its author was there."""
        interaction, event = from_event(body, self.gateway.record.clock.now()), body["event"]
        is_pin = event.get("reaction") == PIN and (event.get("item") or {}).get("type") == "message"
        self.on_message(body)
        if is_pin:
            fields: Fields = {"channel": interaction.context.channel, "ts": interaction.context.message}
            self._pin(interaction, fields, is_added=event["type"] == "reaction_added", by=event.get("item_user"))

    def on_pin(self, body: Json) -> None:
        """Pin or unpin a message that a person pinned in Slack's own way, with the words that Slack shows of it."""
        interaction, event = from_event(body, self.gateway.record.clock.now()), body["event"]
        message = (event.get("item") or {}).get("message") or {}
        if interaction.context.message is not None and interaction.user != self.gateway.bot:
            is_added = event["type"] == "pin_added"
            fields: Fields = {"channel": interaction.context.channel, "ts": interaction.context.message}
            fields |= pinned_words(interaction, message) if is_added else {}
            self._pin(interaction, fields, is_added=is_added, by=message.get("user"))

    def _pin(self, interaction: Interaction, fields: Fields, *, is_added: bool, by: str | None) -> None:
        """Run the request, and show its answer to the person alone. Its own messages are on the record already."""
        if by == self.gateway.bot:
            return
        reply = self.gateway.executor.execute_reaction(interaction, "pin" if is_added else "unpin", fields)
        if reply is not None:
            self.gateway.replies.send(interaction, reply)

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
