"""Refreshes the surfaces that show the present: card, pin, topic, bookmarks, announcement, Home tab.

A surface that would not change is skipped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from bot.slack.client.web_api import SlackError
from bot.slack.surfaces.announcement import announcement_message
from bot.slack.surfaces.channel_bookmarks import bookmarks_of
from bot.slack.surfaces.home_tab import home_context, home_view
from bot.slack.surfaces.incident_card import card_message, topic_text
from bot.slack.surfaces.surface_context import SurfaceContext, surface_context
from bot.slack.surfaces.template_message import digest_of
from bot.worker.handlers.channels.pre_declaration_capture import delete_capture_notice
from bot.worker.handlers.message_sender import channel_named, delete, edit, is_private, post
from bot.worker.job_context import JobContext
from bot.worker.port import JobRun
from incident.entries.delivery import Announced, CardPosted, ChannelMade
from incident.entry import Fact
from incident.medium import Medium, slack_ref
from incident.model.incident import Incident
from incident.rules.visibility import is_exposed, is_restricted
from roles.person_ids import slack_user

_PINNED_OR_GONE: Final = frozenset({"already_pinned", "message_not_found"})


def show_card(run: JobRun, context: JobContext) -> Sequence[Fact]:
    """Post the card once, then edit it; a deleted card is posted again. Record a channel that was made private since."""
    private = _incident_made_private(run, context)
    if private is not None:
        run = replace(run, found=private)
    facts = (_private_channel(private),) if private else ()
    message, ts = card_message(_surface_context(run, context), context.renderer), run.incident.places.card_ts
    if ts is not None and edit(run, context, run.channel, ts, message):
        return facts
    ref = slack_ref(run.channel, post(run, context, run.channel, message))
    return (*facts, CardPosted(medium=Medium.SLACK, ref=ref))


def _incident_made_private(run: JobRun, context: JobContext) -> Incident | None:
    """Return the incident with a private channel if people made the channel of a restricted incident private, else None."""
    if not is_exposed(run.incident):
        return None
    try:
        private = is_private(context, run.channel)
    except SlackError:
        return None
    places = run.incident.places.model_copy(update={"private": True})
    return run.incident.model_copy(update={"places": places}) if private else None


def _private_channel(incident: Incident) -> ChannelMade:
    places, adopted = incident.places, incident.adopted is not None
    channel = places.channel or ""
    return ChannelMade(channel=channel, name=places.channel_name or channel, adopted=adopted, private=True)


def pin_card(run: JobRun, context: JobContext) -> Sequence[Fact]:
    """Pin the card."""
    if run.incident.places.card_ts is not None:
        try:
            context.slack.call("pins.add", channel=run.channel, timestamp=run.incident.places.card_ts)
        except SlackError as error:
            if error.error not in _PINNED_OR_GONE:
                raise
    return ()


def set_topic(run: JobRun, context: JobContext) -> Sequence[Fact]:
    """Set the topic of the incident channel."""
    text = topic_text(_surface_context(run, context), context.plain)
    digest = digest_of(text)
    if not context.shown.is_already(digest):
        context.slack.call("conversations.setTopic", channel=run.channel, topic=text)
        context.shown.now = digest
    return ()


def add_bookmarks(run: JobRun, context: JobContext) -> Sequence[Fact]:
    """Add the bookmarks that the channel does not have yet."""
    bookmarks = bookmarks_of(run.incident, context.policy, context.renderer)
    if not bookmarks:
        return ()
    present = {one["link"] for one in context.slack.call("bookmarks.list", channel_id=run.channel)["bookmarks"]}
    for one in bookmarks:
        if one.link not in present:
            context.slack.call("bookmarks.add", channel_id=run.channel, title=one.title, type="link", link=one.link)
    return ()


def announce(run: JobRun, context: JobContext) -> Sequence[Fact]:
    """Announce the incident once, then edit the announcement; delete it when the incident becomes restricted."""
    places, shown = run.incident.places, _surface_context(run, context)
    message = announcement_message(shown, context.policy, context.renderer)
    if places.announced_ts is not None and places.announced_channel is not None:
        if message is None:
            delete(context, places.announced_channel, places.announced_ts)
        else:
            edit(run, context, places.announced_channel, places.announced_ts, message)
    if is_restricted(run.incident):
        return delete_capture_notice(run, context)
    if places.announced_ts is not None or message is None or not context.policy.incidents_channel:
        return ()
    channel = channel_named(context, context.policy.incidents_channel)
    return (Announced(medium=Medium.SLACK, ref=slack_ref(channel, post(run, context, channel, message))),)


def show_home(run: JobRun, context: JobContext) -> Sequence[Fact]:
    """Publish the Home tab of one person."""
    user = slack_user(run.person)
    if user is None:
        return ()
    team, person = context.slack.team, run.person
    shown = context.recorder.read(lambda reader: home_context(reader, team, person, context.policy, run.at))
    view = home_view(shown, context.renderer)
    digest = digest_of(view)
    if not context.shown.is_already(digest):
        context.slack.call("views.publish", user_id=user, view=view)
        context.shown.now = digest
    return ()


def _surface_context(run: JobRun, context: JobContext) -> SurfaceContext:
    return context.recorder.read(lambda reader: surface_context(run.incident, context.policy, reader, run.at))
