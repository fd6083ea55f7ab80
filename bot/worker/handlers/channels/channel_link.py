"""Links a new incident channel where the incident was declared: for the person who declared it, and under the message behind it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.rendering.message_catalog import notice_title, sentence
from bot.rendering.renderer import VerbContext
from bot.requests.reply import Reply, join_suggestion
from bot.slack.blocks.block_elements import sections
from bot.slack.client.web_api import SlackError
from bot.slack.forms.modal import notice_view
from bot.slack.surfaces.slack_reply import slack_reply
from bot.slack.surfaces.surface_context import viewer_context
from bot.slack.surfaces.template_message import Message
from bot.worker.handlers.message_sender import direct_channel, post
from bot.worker.job_context import JobContext, entries_of
from bot.worker.port import JobRun
from commands.declare import Declare
from incident.entries.lifecycle import Voided
from incident.entry import Entry, EntryPoint, Fact
from incident.model.incident import Incident
from incident.ports import Reader
from incident.rules.visibility import is_restricted
from incident.states import VOID, State
from roles.person_ids import slack_user

_DECLARE: Final = "declare"
_JOIN: Final = "join"
# The person has left the channel, or it is one in which Slack shows no message to one person alone.
_NOT_SHOWN: Final = frozenset({"user_not_in_channel", "channel_not_found", "is_archived", "not_in_channel"})


def link_channel(run: JobRun, context: JobContext) -> Sequence[Fact]:
    """Show the person who declared where the channel is: in the window of their form, where they typed, or directly.

    Of a channel that Slack refused the window says so; everyone else learns it by another message. An incident that has
    ended since, as by the button of that window which joins another, is linked nowhere.
    """
    if run.incident.state in VOID:
        return ()
    entries = entries_of(run, context)
    first = entries[0]
    is_shown = first.source.surface is EntryPoint.FORM and _update_window(run, context, entries)
    if is_shown or run.incident.places.channel is None:
        return ()
    text = sentence("channel_open", number=run.incident.number, channel=run.channel)
    user, here = slack_user(first.by), first.source.channel
    if user is None or (here is not None and _is_in(context, here) and _show(context, here, user, text)):
        return ()
    channel = direct_channel(context, first.by)
    if channel is not None:
        post(run, context, channel, Message(text))
    return ()


def reply_to_origin(run: JobRun, context: JobContext) -> Sequence[Fact]:
    """Reply in the thread of the message that the incident was declared from, unless the incident is restricted.

    The message of a button is Muster's own.
    """
    source = entries_of(run, context)[0].source
    channel, ts = source.channel, source.message
    if (
        source.surface is EntryPoint.BUTTON
        or channel is None
        or ts is None
        or is_restricted(run.incident)
        or not _is_in(context, channel)
    ):
        return ()
    incident = run.incident
    text = sentence("declared_from_here", number=incident.number, priority=incident.priority, channel=run.channel)
    post(run, context, channel, Message(text), thread=ts)
    return ()


def _update_window(run: JobRun, context: JobContext, entries: tuple[Entry, ...]) -> bool:
    """Put the link into the window that shows the reply to the form. False if the person has closed it."""
    first, policy = entries[0], context.policy
    view = context.recorder.read(
        lambda reader: Declare().view(viewer_context(run.incident, policy, reader, run.at, first.by))
    )
    text = context.renderer.answer(_DECLARE, VerbContext(run.incident, entries, first.by, run.at, view=view))
    reply = slack_reply(Reply(text, suggestion=join_suggestion(run.incident, view.duplicate)))
    window = notice_view(notice_title(_DECLARE), reply.all_blocks())
    try:
        context.slack.call("views.update", view_id=first.source.event, view=window)
        joined = _answer_of_join(run, context)
        if joined is not None:
            window = notice_view(notice_title(_JOIN), sections(joined))
            context.slack.call("views.update", view_id=first.source.event, view=window)
    except SlackError:
        return False
    return True


def _answer_of_join(run: JobRun, context: JobContext) -> str | None:
    """Return the answer of the window's button where it was pressed while the link was drawn over that answer."""

    def read(reader: Reader) -> tuple[Incident | None, Sequence[Entry]]:
        return reader.peek(run.incident.key), reader.entries(run.incident.key, kinds=(Voided.kind,))

    incident, entries = context.recorder.read(read)
    if incident is None or incident.state is not State.VOID_DUPLICATE:
        return None
    about = tuple(entries[-1:])
    return context.renderer.answer(_JOIN, VerbContext(incident, about, about[0].by, run.at))


def _show(context: JobContext, channel: str, user: str, text: str) -> bool:
    try:
        context.slack.call("chat.postEphemeral", channel=channel, user=user, text=text, blocks=sections(text))
    except SlackError as error:
        if error.error not in _NOT_SHOWN:
            raise
        return False
    return True


def _is_in(context: JobContext, channel: str) -> bool:
    """True if Muster is in a channel. It joins none to link another."""
    try:
        return context.slack.call("conversations.info", channel=channel)["channel"].get("is_member") is True
    except SlackError:
        return False
