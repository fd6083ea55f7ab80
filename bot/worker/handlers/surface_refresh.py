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
from bot.worker.job_context import JobContext
from bot.worker.port import JobRun
from incident.entries.delivery import Announced, CardPosted, ChannelMade
from incident.entry import Fact
from incident.medium import Medium, slack_ref
from incident.model.incident import Incident
from incident.model.slack_references import SlackPlaces
from incident.rules.visibility import is_exposed, is_restricted
from roles.person_ids import slack_user


def show_card(run: JobRun, context: JobContext) -> Sequence[Fact]:
    """Post the card once, then keep it true; one that somebody deleted is posted anew."""
    closed = _made_private(run, context)
    run = replace(run, found=closed) if closed else run
    noted = (_as_made(closed.places, adopted=closed.adopted is not None),) if closed else ()
    message, ts = card(_context(run, context), context.renderer), run.incident.places.card_ts
    if ts is not None and edit(run, context, run.channel, ts, message):
        return noted
    return (
        *noted,
        CardPosted(medium=Medium.SLACK, ref=slack_ref(run.channel, post(run, context, run.channel, message))),
    )


def _made_private(run: JobRun, context: JobContext) -> Incident | None:
    """Give the incident as it stands once somebody has made its channel private, or None when nobody had to or has."""
    if not is_exposed(run.incident):
        return None
    try:
        private = is_private(context, run.channel)
    except SlackError:
        return None
    places = run.incident.places.model_copy(update={"private": True})
    return run.incident.model_copy(update={"places": places}) if private else None


def _as_made(places: SlackPlaces, *, adopted: bool) -> ChannelMade:
    channel = places.channel or ""
    return ChannelMade(channel=channel, name=places.channel_name or channel, adopted=adopted, private=True)


def pin_card(run: JobRun, context: JobContext) -> Sequence[Fact]:
    """Pin the card."""
    if run.incident.places.card_ts is not None:
        try:
            context.slack.call("pins.add", channel=run.channel, timestamp=run.incident.places.card_ts)
        except SlackError as no:
            if no.error not in {"already_pinned", "message_not_found"}:
                raise
    return ()


def set_topic(run: JobRun, context: JobContext) -> Sequence[Fact]:
    """Set the topic, unless it reads so already."""
    text = topic(_context(run, context), context.plain)
    digest = digest_of(text)
    if not context.shown.is_already(digest):
        context.slack.call("conversations.setTopic", channel=run.channel, topic=text)
        context.shown.now = digest
    return ()


def add_bookmarks(run: JobRun, context: JobContext) -> Sequence[Fact]:
    """Put the links people need at the head of the channel; those already there are left alone."""
    wanted = bookmarks_of(run.incident, context.policy, context.renderer)
    if not wanted:
        return ()
    there = {mark["link"] for mark in context.slack.call("bookmarks.list", channel_id=run.channel)["bookmarks"]}
    for mark in wanted:
        if mark.link not in there:
            context.slack.call("bookmarks.add", channel_id=run.channel, title=mark.title, type="link", link=mark.link)
    return ()


def announce(run: JobRun, context: JobContext) -> Sequence[Fact]:
    """Announce the incident once and keep that true; take it away from where it may no longer be read."""
    places, message = run.incident.places, announcement(_context(run, context), context.renderer)
    if places.announced_ts is not None and places.announced_channel is not None:
        if message is None:
            delete(context, places.announced_channel, places.announced_ts)
        else:
            edit(run, context, places.announced_channel, places.announced_ts, message)
    if is_restricted(run.incident):
        return take_back(run, context)
    if places.announced_ts is not None or message is None or not context.policy.incidents_channel:
        return ()
    channel = place_of(context, context.policy.incidents_channel)
    return (Announced(medium=Medium.SLACK, ref=slack_ref(channel, post(run, context, channel, message))),)


def show_home(run: JobRun, context: JobContext) -> Sequence[Fact]:
    """Draw somebody's Home tab, unless it shows that already."""
    user = slack_user(run.person)
    if user is None:
        return ()
    incidents = context.recorder.read(lambda reader: reader.open_incidents(context.slack.team))
    view = home(home_context(incidents, run.person, context.policy, run.at), context.renderer)
    digest = digest_of(view)
    if not context.shown.is_already(digest):
        context.slack.call("views.publish", user_id=user, view=view)
        context.shown.now = digest
    return ()


def _context(run: JobRun, context: JobContext) -> SurfaceContext:
    return context.recorder.read(lambda reader: surface_context(run.incident, context.policy, reader, run.at))
