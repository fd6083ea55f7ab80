"""Posts, edits and deletes messages, and finds the channel for them. A retry first looks up what was posted already."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from bot.slack.client.sent_lookup import metadata
from bot.slack.client.web_api import SlackError
from bot.slack.surfaces.template_message import Message
from bot.worker.job_context import JobContext
from bot.worker.port import JobRun
from incident.model.incident import Incident
from roles.person_ids import PersonId, slack_user

MESSAGE_GONE: Final = frozenset({"message_not_found"})
NOT_EDITABLE: Final = MESSAGE_GONE | {"cant_update_message", "edit_window_closed"}
_USUALLY_POSTED_WITHIN: Final = timedelta(hours=6)
_CHANNEL_ID: Final = re.compile(r"[CGD][A-Z0-9]{2,}")


def post(
    run: JobRun,
    context: JobContext,
    channel: str,
    message: Message,
    *,
    since: datetime | None = None,
    below: str | None = None,
    thread: str | None = None,
) -> str:
    """Post the job's message once and return its ts. A retry looks for a posted one from `since` on.

    Below another message it is a reply that the channel shows too; in a thread it is only there.
    """
    posted = posted_before(run, context, channel, since, thread)
    if posted is not None:
        return posted
    response = context.slack.call(
        "chat.postMessage",
        channel=channel,
        metadata=metadata(run.job.key),
        unfurl_links=False,
        unfurl_media=False,
        **({"thread_ts": below, "reply_broadcast": True} if below else {}),
        **({"thread_ts": thread} if thread else {}),
        **message.arguments(),
    )
    context.shown.now = message.digest
    return str(response["ts"])


def posted_before(
    run: JobRun, context: JobContext, channel: str, since: datetime | None = None, thread: str | None = None
) -> str | None:
    """Return the ts of what an earlier run of the job posted from `since` on, None if it is the first or posted nothing."""
    if run.is_first:
        return None
    find = partial(context.sent_lookup.message, context.slack, channel, run.job.key, since or _logged_at(run))
    return find() or (find(thread=thread) if thread else None)


def find_posted(
    context: JobContext, channel: str, job_key: str, enqueued_at: datetime, thread: str | None = None
) -> str | None:
    """Return the ts of what a job posted some time ago, in the channel or in a thread; None if it posted nothing.

    The hours after it was enqueued are searched first, since many messages may follow it in a busy channel.
    """
    soon = enqueued_at + _USUALLY_POSTED_WITHIN
    find = partial(context.sent_lookup.message, context.slack, channel, job_key)
    found = find(enqueued_at, soon) or find(soon)
    return found or (find(enqueued_at, thread=thread) if thread else None)


def thread_of(incident: Incident) -> str | None:
    """Return the thread in which Muster posts, or posted once: that of the card. None without a quiet mode."""
    return None if incident.quiet is None else incident.places.card_ts


def current_thread(incident: Incident) -> str | None:
    """Return the thread in which Muster posts now, None if it posts in the channel."""
    return thread_of(incident) if incident.quiet else None


def edit(
    run: JobRun, context: JobContext, channel: str, ts: str, message: Message, *, lost: frozenset[str] = NOT_EDITABLE
) -> bool:
    """Edit the job's message unless it reads so already. Return False if Slack answers with one of the errors `lost`."""
    if context.shown.is_already(message.digest):
        return True
    try:
        context.slack.call("chat.update", channel=channel, ts=ts, **message.arguments("update.text"))
    except SlackError as error:
        if error.error not in lost:
            raise
        return False
    context.shown.now = message.digest
    return True


def delete(context: JobContext, channel: str, ts: str) -> None:
    """Delete a message of Muster's, unless it is gone already."""
    try:
        context.slack.call("chat.delete", channel=channel, ts=ts)
    except SlackError as error:
        if error.error not in MESSAGE_GONE:
            raise


def direct_channel(context: JobContext, person: PersonId) -> str | None:
    """Return the channel of direct messages with a person, None if the person is not in Slack."""
    user = slack_user(person)
    if user is None:
        return None
    if user not in context.cache.direct:
        opened = context.slack.call("conversations.open", users=user)
        context.cache.direct[user] = str(opened["channel"]["id"])
    return context.cache.direct[user]


def channel_named(context: JobContext, named: str) -> str:
    """Return the id of a channel that the policy names by id or by name, and join it.

    Raises SlackError `channel_not_found` if Muster can see no such channel.
    """
    if named in context.cache.channels:
        return context.cache.channels[named]
    channel = named if _CHANNEL_ID.fullmatch(named) else _find_channel(context, named.removeprefix("#"))
    try:
        context.slack.call("conversations.join", channel=channel)
    except SlackError as error:
        # Muster cannot join a private channel; it is a member if a member has invited it.
        if error.error != "method_not_supported_for_channel_type":
            raise
    context.cache.channels[named] = channel
    return channel


def is_private(context: JobContext, channel: str) -> bool:
    """True if Slack says that a channel is private. Not cached, since a channel can be made private at any time."""
    return context.slack.call("conversations.info", channel=channel)["channel"].get("is_private") is True


def _find_channel(context: JobContext, name: str) -> str:
    types = "public_channel,private_channel"
    for page in context.slack.pages("conversations.list", types=types, exclude_archived=True, limit=999):
        for channel in page["channels"]:
            if channel["name"] == name:
                return str(channel["id"])
    raise SlackError("conversations.list", "channel_not_found", {})


def _logged_at(run: JobRun) -> datetime:
    logged_at = run.found.times.logged_at if run.found else None
    return logged_at or run.at
