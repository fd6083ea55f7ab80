"""Posting, editing and finding the place to do it. Settles first what an earlier try may have posted already."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from bot.slack.client.sent_lookup import metadata
from bot.slack.client.web_api import SlackError
from bot.slack.surfaces.template_message import Message
from bot.worker.job_context import JobContext, JobRun
from roles.person_ids import PersonId, slack_user

GONE: Final = frozenset({"message_not_found"})
_LOST: Final = GONE | {"cant_update_message", "edit_window_closed"}
_MOSTLY_WITHIN: Final = timedelta(hours=6)
_ID: Final = re.compile(r"[CGD][A-Z0-9]{2,}")


def post(task: JobRun, means: JobContext, channel: str, message: Message, *, since: datetime | None = None) -> str:
    """Post a message of the job once, and give its ts; one that an earlier try posted is found and not posted again."""
    if not task.is_first:
        known = means.settle.message(means.slack, channel, task.job.key, since or _wanted_at(task))
        if known is not None:
            return known
    posted = means.slack.call(
        "chat.postMessage",
        channel=channel,
        metadata=metadata(task.job.key),
        unfurl_links=False,
        unfurl_media=False,
        **message.arguments(),
    )
    means.shown.now = message.digest
    return str(posted["ts"])


def find_old(means: JobContext, channel: str, job_key: str, wanted_at: datetime) -> str | None:
    """Find what a job posted a while ago; much may stand after it in a busy channel, so it is looked for where it was wanted."""
    soon = wanted_at + _MOSTLY_WITHIN
    find = partial(means.settle.message, means.slack, channel, job_key)
    return find(wanted_at, soon) or find(soon)


def edit(
    task: JobRun, means: JobContext, channel: str, ts: str, message: Message, *, lost: frozenset[str] = _LOST
) -> bool:
    """Bring a message of the job up to date, unless it reads so already; False when Slack says that it is lost to us."""
    if means.shown.is_already(message.digest):
        return True
    try:
        means.slack.call("chat.update", channel=channel, ts=ts, **message.arguments("update.text"))
    except SlackError as no:
        if no.error not in lost:
            raise
        return False
    means.shown.now = message.digest
    return True


def delete(means: JobContext, channel: str, ts: str) -> None:
    """Delete a message of ours; one that is gone already is fine."""
    try:
        means.slack.call("chat.delete", channel=channel, ts=ts)
    except SlackError as no:
        if no.error not in GONE:
            raise


def direct_channel(means: JobContext, person: PersonId) -> str | None:
    """Give the channel of direct messages with somebody, or None when Slack does not know them."""
    user = slack_user(person)
    if user is None:
        return None
    if user not in means.memory.direct:
        opened = means.slack.call("conversations.open", users=user)
        means.memory.direct[user] = str(opened["channel"]["id"])
    return means.memory.direct[user]


def place_of(means: JobContext, named: str) -> str:
    """Give the id of a channel that the policy names by id or by name, with Muster in it."""
    if named in means.memory.places:
        return means.memory.places[named]
    channel = named if _ID.fullmatch(named) else _find(means, named.removeprefix("#"))
    try:
        means.slack.call("conversations.join", channel=channel)
    except SlackError as no:
        # Muster cannot join a private channel; it is in one when somebody has invited it.
        if no.error != "method_not_supported_for_channel_type":
            raise
    means.memory.places[named] = channel
    return channel


def is_private(means: JobContext, channel: str) -> bool:
    """Tell whether Slack says now that a channel is private: asked each time, since that changes; in doubt it is not."""
    return means.slack.call("conversations.info", channel=channel)["channel"].get("is_private") is True


def _find(means: JobContext, name: str) -> str:
    cursor = ""
    while True:
        page = means.slack.call(
            "conversations.list",
            types="public_channel,private_channel",
            exclude_archived=True,
            limit=999,
            cursor=cursor,
        )
        for channel in page["channels"]:
            if channel["name"] == name:
                return str(channel["id"])
        cursor = str(page.get("response_metadata", {}).get("next_cursor") or "")
        if not cursor:
            raise SlackError("conversations.list", "channel_not_found", {})


def _wanted_at(task: JobRun) -> datetime:
    logged_at = task.incident.times.logged_at if task.incident else None
    return logged_at or task.at
