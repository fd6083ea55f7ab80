"""Looks up what a call with an unknown outcome did, before a job sends again.

A message of ours carries its job's key in its metadata. A channel is ours only if the bot created it, its name is the
incident's, and it is not older than the incident: numbers start again with a new database, so a name proves nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final

from bot.slack.channel_names import channel_name, is_take_of
from bot.slack.client.web_api import SlackClient, SlackError
from incident.model.incident import Incident

EVENT_TYPE: Final = "muster_job"
CLOCK_SKEW: Final = timedelta(minutes=2)
_MAX_PAGES: Final = 5


def metadata(job_key: str) -> dict[str, Any]:
    """Return the metadata of a message that a job posts. The whole workspace can read it, so it holds only the key."""
    return {"event_type": EVENT_TYPE, "event_payload": {"job": job_key}}


class SentLookup:
    """Finds messages and channels that an earlier run of a job may have created."""

    def message(
        self,
        slack: SlackClient,
        channel: str,
        job_key: str,
        since: datetime,
        until: datetime | None = None,
        *,
        thread: str | None = None,
    ) -> str | None:
        """Return the ts of the message a job posted to a channel or thread between two moments, None if it posted none."""
        between = {"oldest": f"{(since - CLOCK_SKEW).timestamp():.6f}"}
        if until is not None:
            between["latest"] = f"{until.timestamp():.6f}"
        try:
            return self._find(slack, channel, job_key, between | ({"ts": thread} if thread else {}))
        except SlackError as error:
            if error.error != "missing_scope":
                raise
            # Without the scope to read here a message may come twice; not at all would be worse.
            return None

    def _find(self, slack: SlackClient, channel: str, job_key: str, between: Mapping[str, str]) -> str | None:
        method = "conversations.replies" if "ts" in between else "conversations.history"
        history = slack.pages(method, channel=channel, **between, include_all_metadata=True, limit=200)
        for page in islice(history, _MAX_PAGES):
            for message in page["messages"]:
                if job_of(message) == job_key and message.get("user") == slack.bot:
                    return str(message["ts"])
        return None

    def channel(self, slack: SlackClient, incident: Incident) -> tuple[str, str] | None:
        """Return id and name of the channel that Muster created for an incident, None if there is none."""
        base = channel_name(incident)
        for channel in self.channels(slack):
            if is_take_of(channel["name"], base) and _is_ours(slack, channel, incident):
                return str(channel["id"]), str(channel["name"])
        return None

    def channels(self, slack: SlackClient) -> Iterator[Mapping[str, Any]]:
        """Yield every channel that Muster is in and that is not archived."""
        types = "public_channel,private_channel"
        for page in slack.pages("users.conversations", types=types, exclude_archived=True, limit=999):
            yield from page["channels"]


def _is_ours(slack: SlackClient, channel: Mapping[str, Any], incident: Incident) -> bool:
    logged_at = incident.times.logged_at
    oldest = int((logged_at - CLOCK_SKEW).timestamp()) if logged_at else 0
    return channel.get("creator") == slack.bot and int(channel.get("created", 0)) >= oldest


def job_of(message: Mapping[str, Any]) -> str | None:
    """Return the key of the job that posted a message, None if no job of Muster's did."""
    found = message.get("metadata") or {}
    payload = found.get("event_payload") or {}
    return payload.get("job") if found.get("event_type") == EVENT_TYPE else None
