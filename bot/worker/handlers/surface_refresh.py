"""The surfaces that show the present: card, pin, topic, bookmarks, announcement, Home tab. Skipped when unchanged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.slack.client.web_api import SlackError
from bot.slack.surfaces.announcement import announcement
from bot.slack.surfaces.channel_bookmarks import bookmarks_of
from bot.slack.surfaces.home_tab import home, home_context
from bot.slack.surfaces.incident_card import card, topic
from bot.slack.surfaces.surface_context import SurfaceContext, surface_context
from bot.slack.surfaces.template_message import digest_of
from bot.worker.handlers.message_sender import delete, edit, is_private, place_of, post
from bot.worker.handlers.pre_declaration_capture import take_back
from bot.worker.job_context import JobContext, JobRun
from incident.entries.delivery import Announced, CardPosted, ChannelMade
from incident.entry import Fact
from incident.medium import Medium, slack_ref
from incident.model.incident import Incident
from incident.model.slack_references import SlackPlaces
from incident.rules.visibility import is_exposed, is_restricted
from roles.person_ids import slack_user


def show_card(task: JobRun, means: JobContext) -> Sequence[Fact]:
    """Post the card once, then keep it true; one that somebody deleted is posted anew."""
    closed = _made_private(task, means)
    task = replace(task, incident=closed) if closed else task
    noted = (_as_made(closed.places, adopted=closed.adopted is not None),) if closed else ()
    message, ts = card(_context(task, means), means.renderer), task.open.places.card_ts
    if ts is not None and edit(task, means, task.channel, ts, message):
        return noted
    return (
        *noted,
        CardPosted(medium=Medium.SLACK, ref=slack_ref(task.channel, post(task, means, task.channel, message))),
    )


def _made_private(task: JobRun, means: JobContext) -> Incident | None:
    """Give the incident as it stands once somebody has made its channel private, or None when nobody had to or has."""
    if not is_exposed(task.open):
        return None
    try:
        private = is_private(means, task.channel)
    except SlackError:
        return None
    places = task.open.places.model_copy(update={"private": True})
    return task.open.model_copy(update={"places": places}) if private else None


def _as_made(places: SlackPlaces, *, adopted: bool) -> ChannelMade:
    channel = places.channel or ""
    return ChannelMade(channel=channel, name=places.channel_name or channel, adopted=adopted, private=True)


def pin_card(task: JobRun, means: JobContext) -> Sequence[Fact]:
    """Pin the card."""
    if task.open.places.card_ts is not None:
        try:
            means.slack.call("pins.add", channel=task.channel, timestamp=task.open.places.card_ts)
        except SlackError as no:
            if no.error not in {"already_pinned", "message_not_found"}:
                raise
    return ()


def set_topic(task: JobRun, means: JobContext) -> Sequence[Fact]:
    """Set the topic, unless it reads so already."""
    text = topic(_context(task, means), means.plain)
    digest = digest_of(text)
    if not means.shown.is_already(digest):
        means.slack.call("conversations.setTopic", channel=task.channel, topic=text)
        means.shown.now = digest
    return ()


def add_bookmarks(task: JobRun, means: JobContext) -> Sequence[Fact]:
    """Put the links people need at the head of the channel; those already there are left alone."""
    wanted = bookmarks_of(task.open, means.policy, means.renderer)
    if not wanted:
        return ()
    there = {mark["link"] for mark in means.slack.call("bookmarks.list", channel_id=task.channel)["bookmarks"]}
    for mark in wanted:
        if mark.link not in there:
            means.slack.call("bookmarks.add", channel_id=task.channel, title=mark.title, type="link", link=mark.link)
    return ()


def announce(task: JobRun, means: JobContext) -> Sequence[Fact]:
    """Announce the incident once and keep that true; take it away from where it may no longer be read."""
    places, message = task.open.places, announcement(_context(task, means), means.renderer)
    if places.announced_ts is not None and places.announced_channel is not None:
        if message is None:
            delete(means, places.announced_channel, places.announced_ts)
        else:
            edit(task, means, places.announced_channel, places.announced_ts, message)
    if is_restricted(task.open):
        return take_back(task, means)
    if places.announced_ts is not None or message is None or not means.policy.incidents_channel:
        return ()
    channel = place_of(means, means.policy.incidents_channel)
    return (Announced(medium=Medium.SLACK, ref=slack_ref(channel, post(task, means, channel, message))),)


def show_home(task: JobRun, means: JobContext) -> Sequence[Fact]:
    """Draw somebody's Home tab, unless it shows that already."""
    user = slack_user(task.about)
    if user is None:
        return ()
    incidents = means.recorder.read(lambda reader: reader.open_incidents(means.slack.team))
    view = home(home_context(incidents, task.about, means.policy, task.at), means.renderer)
    digest = digest_of(view)
    if not means.shown.is_already(digest):
        means.slack.call("views.publish", user_id=user, view=view)
        means.shown.now = digest
    return ()


def _context(task: JobRun, means: JobContext) -> SurfaceContext:
    return means.recorder.read(lambda reader: surface_context(task.open, means.policy, reader, task.at))
