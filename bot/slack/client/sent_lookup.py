"""What became of a call whose answer never came: looked up in Slack before anything is sent again.

A message of ours carries its job's key in its metadata. A channel is ours only if the bot created it, it has the wished
name, and it is not older than the incident: numbers start again with a new database, so a name alone proves nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from bot.slack.channel_names import channel_name, is_take_of
from bot.slack.client.web_api import SlackClient, SlackError
from incident.model.incident import Incident

EVENT_TYPE: Final = "muster_job"
CLOCKS_APART: Final = timedelta(minutes=2)
_PAGES: Final = 5


def metadata(job_key: str) -> dict[str, Any]:
    """Mark a message with the job it comes from. Anybody in the workspace can read it, so it holds nothing else."""
    return {"event_type": EVENT_TYPE, "event_payload": {"job": job_key}}


class SentLookup:
    """Looks for what a job may already have made."""

    def message(
        self, slack: SlackClient, channel: str, job_key: str, since: datetime, until: datetime | None = None
    ) -> str | None:
        """Give the ts of the message a job posted to a channel between two moments, or None when it posted none."""
        between = {"oldest": f"{(since - CLOCKS_APART).timestamp():.6f}"}
        if until is not None:
            between["latest"] = f"{until.timestamp():.6f}"
        try:
            return self._find(slack, channel, job_key, between)
        except SlackError as no:
            if no.error != "missing_scope":
                raise
            # The workspace does not let us look here, so a message may come twice; not at all would be worse.
            return None

    def _find(self, slack: SlackClient, channel: str, job_key: str, between: Mapping[str, str]) -> str | None:
        cursor = ""
        for _ in range(_PAGES):
            page = slack.call(
                "conversations.history",
                channel=channel,
                **between,
                include_all_metadata=True,
                limit=200,
                cursor=cursor,
            )
            for message in page["messages"]:
                if job_of(message) == job_key and message.get("user") == slack.bot:
                    return str(message["ts"])
            cursor = str(page.get("response_metadata", {}).get("next_cursor") or "")
            if not cursor:
                return None
        return None

    def channel(self, slack: SlackClient, incident: Incident) -> tuple[str, str] | None:
        """Give id and name of the channel that was made for an incident, or None when there is none of ours."""
        base = channel_name(incident)
        for channel in self.channels(slack):
            if is_take_of(channel["name"], base) and _is_ours(slack, channel, incident):
                return str(channel["id"]), str(channel["name"])
        return None

    def channels(self, slack: SlackClient) -> Iterator[Mapping[str, Any]]:
        """Give every channel that we are in and that is not archived."""
        cursor = ""
        while True:
            page = slack.call(
                "users.conversations",
                types="public_channel,private_channel",
                exclude_archived=True,
                limit=999,
                cursor=cursor,
            )
            yield from page["channels"]
            cursor = str(page.get("response_metadata", {}).get("next_cursor") or "")
            if not cursor:
                return


def _is_ours(slack: SlackClient, channel: Mapping[str, Any], incident: Incident) -> bool:
    logged_at = incident.times.logged_at
    oldest = int((logged_at - CLOCKS_APART).timestamp()) if logged_at else 0
    return channel.get("creator") == slack.bot and int(channel.get("created", 0)) >= oldest


def job_of(message: Mapping[str, Any]) -> str | None:
    """Name the job that posted a message, or None when none of ours did."""
    found = message.get("metadata") or {}
    payload = found.get("event_payload") or {}
    return payload.get("job") if found.get("event_type") == EVENT_TYPE else None
