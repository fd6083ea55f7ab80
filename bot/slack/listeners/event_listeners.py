"""Listeners for what Slack tells: messages, edits, deletions, marks, who came and went, who is who, who looks at Home.

An event is acknowledged once it is on the record; one that could not be recorded is not, so Slack sends it again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from bot.rendering.message_catalog import say
from bot.slack.capture.message_events import captures_of
from bot.slack.gateway.gateway import SlackGateway
from bot.slack.interaction import from_event
from bot.slack.payload import Json
from bot.slack.surfaces.reply import Reply

MARK: Final = "pushpin"
_SETTLED: Final = timedelta(seconds=5)
_MOVED: Final = frozenset({"member_joined_channel", "member_left_channel"})


@dataclass(frozen=True)
class EventListeners:
    """The listeners of one workspace for what happens in it."""

    edge: SlackGateway

    def on_said(self, body: Json) -> None:
        """Record what was said, changed or deleted in an incident channel, and who joined or left it; go back in ourselves."""
        said, event = captures_of(body), body["event"]
        if said is None:
            return
        if event.get("user") != self.edge.bot:
            self.edge.capture(said)
        elif event["type"] in _MOVED:
            # Put out, we go back in at once; in again, we read back once nothing said before is still on its way.
            after = _SETTLED if event["type"] == "member_joined_channel" else timedelta(0)
            self.edge.want_read_back(event["channel"], self.edge.clock.now(), after)

    def on_mark(self, body: Json) -> None:
        """Put a message with a 📌 into the timeline, or record that it is gone; of other marks, that somebody was there."""
        came, event = from_event(body, self.edge.clock.now()), body["event"]
        is_ours = event.get("reaction") == MARK and (event.get("item") or {}).get("type") == "message"
        if is_ours:
            verb = "pin" if event["type"] == "reaction_added" else "unpin"
            self.edge.mark(came, verb, {"channel": came.where.channel, "ts": came.where.message})
        self.on_said(body)

    def on_mention(self, body: Json) -> None:
        """Tell somebody who mentions Muster how to speak to it."""
        came = from_event(body, self.edge.clock.now())
        self.edge.tell(came, Reply(say("mention", command=self.edge.texts.command)))

    def on_home(self, body: Json) -> None:
        """Have the Home tab drawn for who looks at it; the messages tab needs nothing."""
        if body["event"].get("tab") == "home":
            self.edge.want_home(from_event(body, self.edge.clock.now()))

    def on_member(self, body: Json) -> None:
        """Learn that somebody is new, has changed or has left the workspace."""
        self.edge.people.learn(body["event"]["user"])

    def on_group(self, body: Json) -> None:
        """Learn that people joined or left a user group."""
        event = body["event"]
        self.edge.people.change_group(
            event["subteam_id"], event.get("added_users") or (), event.get("removed_users") or ()
        )
