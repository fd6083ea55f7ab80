"""Posting, editing and finding the place to do it. Settles first what an earlier try may have posted already."""

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
from roles.person_ids import PersonId, slack_user

GONE: Final = frozenset({"message_not_found"})
_LOST: Final = GONE | {"cant_update_message", "edit_window_closed"}
_MOSTLY_WITHIN: Final = timedelta(hours=6)
_ID: Final = re.compile(r"[CGD][A-Z0-9]{2,}")


def post(run: JobRun, context: JobContext, channel: str, message: Message, *, since: datetime | None = None) -> str:
    """Post a message of the job once, and give its ts; one that an earlier try posted is found and not posted again."""
    if not run.is_first:
        known = context.sent_lookup.message(context.slack, channel, run.job.key, since or _wanted_at(run))
        if known is not None:
            return known
    posted = context.slack.call(
        "chat.postMessage",
        channel=channel,
        metadata=metadata(run.job.key),
        unfurl_links=False,
        unfurl_media=False,
        **message.arguments(),
    )
    context.shown.now = message.digest
    return str(posted["ts"])


def find_old(context: JobContext, channel: str, job_key: str, wanted_at: datetime) -> str | None:
    """Find what a job posted a while ago; much may stand after it in a busy channel, so it is looked for where it was wanted."""
    soon = wanted_at + _MOSTLY_WITHIN
    find = partial(context.sent_lookup.message, context.slack, channel, job_key)
    return find(wanted_at, soon) or find(soon)


def edit(
    run: JobRun, context: JobContext, channel: str, ts: str, message: Message, *, lost: frozenset[str] = _LOST
) -> bool:
    """Bring a message of the job up to date, unless it reads so already; False when Slack says that it is lost to us."""
    if context.shown.is_already(message.digest):
        return True
    try:
        context.slack.call("chat.update", channel=channel, ts=ts, **message.arguments("update.text"))
    except SlackError as no:
        if no.error not in lost:
            raise
        return False
    context.shown.now = message.digest
    return True


def delete(context: JobContext, channel: str, ts: str) -> None:
    """Delete a message of ours; one that is gone already is fine."""
    try:
        context.slack.call("chat.delete", channel=channel, ts=ts)
    except SlackError as no:
        if no.error not in GONE:
            raise


def direct_channel(context: JobContext, person: PersonId) -> str | None:
    """Give the channel of direct messages with somebody, or None when Slack does not know them."""
    user = slack_user(person)
    if user is None:
        return None
    if user not in context.cache.direct:
        opened = context.slack.call("conversations.open", users=user)
        context.cache.direct[user] = str(opened["channel"]["id"])
    return context.cache.direct[user]


def place_of(context: JobContext, named: str) -> str:
    """Give the id of a channel that the policy names by id or by name, with Muster in it."""
    if named in context.cache.channels:
        return context.cache.channels[named]
    channel = named if _ID.fullmatch(named) else _find(context, named.removeprefix("#"))
    try:
        context.slack.call("conversations.join", channel=channel)
    except SlackError as no:
        # Muster cannot join a private channel; it is in one when somebody has invited it.
        if no.error != "method_not_supported_for_channel_type":
            raise
    context.cache.channels[named] = channel
    return channel


def is_private(context: JobContext, channel: str) -> bool:
    """Tell whether Slack says now that a channel is private: asked each time, since that changes; in doubt it is not."""
    return context.slack.call("conversations.info", channel=channel)["channel"].get("is_private") is True


def _find(context: JobContext, name: str) -> str:
    types = "public_channel,private_channel"
    for page in context.slack.pages("conversations.list", types=types, exclude_archived=True, limit=999):
        for channel in page["channels"]:
            if channel["name"] == name:
                return str(channel["id"])
    raise SlackError("conversations.list", "channel_not_found", {})


def _wanted_at(run: JobRun) -> datetime:
    logged_at = run.found.times.logged_at if run.found else None
    return logged_at or run.at
