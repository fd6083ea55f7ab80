"""Posts, edits or deletes the messages of one prompt: in the incident channel, and to the people who are not in it."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from bot.slack.client.slack_errors import CHANNEL_CLOSED
from bot.slack.client.web_api import SlackError
from bot.slack.surfaces.prompt_message import PromptContext, prompt_message
from bot.slack.surfaces.template_message import Message
from bot.worker.handlers.channel_posts import LATE
from bot.worker.handlers.message_sender import delete, direct_channel, edit, post
from bot.worker.handlers.page_delivery import deliveries, not_reached
from bot.worker.job_context import JobContext, entries_of
from bot.worker.port import JobRun
from incident.deadlines import due_deadlines
from incident.deadlines.due_deadlines import PromptState
from incident.deadlines.response_deadlines import groups_that_may_redact
from incident.entries.delivery import DeliveryFailed, PromptDue, PromptSent
from incident.entry import Entry, Fact
from incident.jobs import JobKind
from incident.medium import Medium, slack_message, slack_ref
from incident.rules.closure_checklist import checklist
from incident.rules.visibility import may_see
from incident.states import Priority
from roles.person_ids import PersonId, slack_person, slack_user

_log = logging.getLogger(__name__)
_MAJOR: Final = frozenset({Priority.P1, Priority.P2})
# Any responder may act on these, so they are asked in the incident channel.
_FOR_EVERY_RESPONDER: Final = frozenset({"acknowledge", "commander", "closure", "call", "approval"})
# A masked text is shown to none but those who may decide about it, so each of them is asked directly.
_MASK_DECISION: Final = "mask"
_NOT_ASKED: Final = "mask_decision"
# The failure of a direct message to one of several people who are asked.
ASKED: Final = "asked"


def deliver_prompt(run: JobRun, context: JobContext) -> Sequence[Fact]:
    """Ask the people of a prompt once while it is open; a later run edits or deletes each of its messages."""
    entry = entries_of(run, context)[0]
    if not isinstance(entry.fact, PromptDue):
        raise LookupError(f"job {run.job.key} names an entry that is no prompt")
    sent, fact = deliveries(run, context, entry.n), entry.fact
    if not sent and run.at - entry.recorded_at > LATE:
        # It was due in time, and Slack or an outage held it back.
        fact = fact.model_copy(update={"late": True})
    view = _prompt_context(run, context, fact, entry.n)
    if sent:
        for delivery in sent:
            _edit_or_delete(run, context, slack_message(delivery.ref), view)
        return ()
    if view.state is PromptState.OPEN:
        asks = _ask_deciders if fact.ask == _MASK_DECISION else _ask
        return asks(run, context, entry, view)
    # It was answered before it was sent. An earlier run may have posted it nevertheless.
    found = () if run.is_first else tuple(_posted(run, context, entry, fact))
    for place in found:
        _edit_or_delete(run, context, place, view)
    return tuple(_sent(entry, *place) for place in found)


def _ask(run: JobRun, context: JobContext, entry: Entry, view: PromptContext) -> Sequence[Fact]:
    """Ask in the incident channel, and by direct message those who are not in it; or one person by direct message alone.

    Without a channel everyone is asked directly; so they are while it is closed to Muster, and the post is tried again.
    """
    apart = _asked_directly(view)
    facts = [fact for person in apart for fact in _ask_one(run, context, person, view, entry)]
    is_reached = any(isinstance(fact, PromptSent) for fact in facts)
    if is_reached and (view.i.places.channel is None or not _is_for_channel(view)):
        return facts
    if view.i.places.channel is None:
        return (*facts, DeliveryFailed(medium=Medium.SLACK, what=JobKind.PROMPT, error="no_channel"))
    try:
        ts = post(run, context, run.channel, _message(context, view, run.channel), since=entry.recorded_at)
    except SlackError as error:
        if error.error in CHANNEL_CLOSED:
            for person in (one for one in view.asked if one not in apart and may_see(view.i, one)):
                _ask_one(run, context, person, view, entry)
        raise
    return (*facts, _sent(entry, run.channel, ts))


def _is_for_channel(view: PromptContext) -> bool:
    """True for major incidents, overdue prompts and those for every responder; any other may ask one person directly."""
    is_public = view.i.priority in _MAJOR or view.is_overdue or view.prompt.ask in _FOR_EVERY_RESPONDER
    return is_public or len(view.asked) != 1


def _asked_directly(view: PromptContext) -> tuple[PersonId, ...]:
    """Return who is asked by direct message: a mention in a channel notifies only the people who are in it."""
    alone = () if _is_for_channel(view) else view.asked
    outside = (person for person in view.asked if person not in view.i.members)
    people = dict.fromkeys((*alone, *outside))
    return tuple(person for person in people if slack_user(person) is not None and may_see(view.i, person))


def _posted(run: JobRun, context: JobContext, entry: Entry, fact: PromptDue) -> Iterator[tuple[str, str]]:
    """Yield the messages of the prompt (channel, ts) in the incident channel and in direct messages to those asked."""
    direct = (_opened(context, person) for person in fact.asked)
    for channel in dict.fromkeys((run.incident.places.channel, *direct)):
        ts = context.sent_lookup.message(context.slack, channel, run.job.key, entry.recorded_at) if channel else None
        if channel and ts:
            yield channel, ts


def _opened(context: JobContext, person: PersonId) -> str | None:
    """Return the channel of direct messages with a person, None if Slack opens none: then nothing was sent there."""
    try:
        return direct_channel(context, person)
    except SlackError:
        return None


def _ask_deciders(run: JobRun, context: JobContext, entry: Entry, view: PromptContext) -> Sequence[Fact]:
    """Ask each person who may decide by direct message. Record a failure if none could be asked."""
    people = _deciders(run, context, view.prompt)
    asked = [fact for person in people for fact in _ask_one(run, context, person, view, entry)]
    sent = [fact for fact in asked if isinstance(fact, PromptSent)]
    return sent or (DeliveryFailed(medium=Medium.SLACK, what=_NOT_ASKED, error="nobody_may_redact"),)


def _deciders(run: JobRun, context: JobContext, fact: PromptDue) -> Iterator[PersonId]:
    """Yield those the entry asks and the members of the groups that may decide, if they may see the incident."""
    users = [user for group in groups_that_may_redact(context.policy) for user in _members_of(context, group)]
    people = dict.fromkeys((*fact.asked, *(slack_person(run.incident.key.team, user) for user in users)))
    return (person for person in people if may_see(run.incident, person))


def _members_of(context: JobContext, group: str) -> Sequence[str]:
    """Return the user ids in a user group, none if Slack refuses to list it."""
    try:
        users: Sequence[str] = context.slack.call("usergroups.users.list", usergroup=group)["users"]
    except SlackError as error:
        _log.warning("the members of user group %s are not known: %s", group, error)
        return ()
    return users


def _ask_one(run: JobRun, context: JobContext, person: PersonId, view: PromptContext, entry: Entry) -> tuple[Fact, ...]:
    """Ask one person by direct message. A person whom it does not reach does not keep the others from being asked."""
    try:
        channel = direct_channel(context, person)
        if channel is None:
            return ()
        ts = post(run, context, channel, _message(context, view, channel), since=entry.recorded_at)
    except SlackError as error:
        return not_reached(run, person, ASKED, error.error)
    return (_sent(entry, channel, ts),)


def _message(context: JobContext, view: PromptContext, channel: str) -> Message:
    """Return the prompt as it is posted in a channel: elsewhere than in the incident channel it links that channel."""
    message = prompt_message(replace(view, is_direct=channel != view.i.places.channel), context.renderer)
    assert message is not None, "an open prompt has a message"
    return message


def _sent(entry: Entry, channel: str, ts: str) -> PromptSent:
    return PromptSent(prompt=entry.n, medium=Medium.SLACK, ref=slack_ref(channel, ts))


def _edit_or_delete(run: JobRun, context: JobContext, posted: tuple[str, str], view: PromptContext) -> None:
    """Edit a posted prompt (channel, ts), or delete it if there is nothing left to say."""
    message = prompt_message(replace(view, is_direct=posted[0] != view.i.places.channel), context.renderer)
    if message is None:
        delete(context, *posted)
    else:
        edit(run, context, *posted, message)


def _prompt_context(run: JobRun, context: JobContext, fact: PromptDue, n: int) -> PromptContext:
    incident = run.incident
    prompted = next((one for one in incident.prompted if one.n == n), None)
    return PromptContext(
        i=incident,
        prompt=fact,
        thing=due_deadlines.find(incident, context.policy, fact.due),
        state=due_deadlines.state_of(incident, context.policy, fact.due, n),
        now=run.at,
        later_minutes=context.policy.prompt_put_off_minutes,
        items=checklist(incident, context.policy) if fact.ask == "closure" else (),
        source=_quoted_fact(run, context, fact),
        until=prompted.until if prompted else None,
        put_off_by=prompted.put_off_by if prompted else None,
    )


def _quoted_fact(run: JobRun, context: JobContext, fact: PromptDue) -> Fact | None:
    """Return the fact that a prompt quotes: the note of a handover offer, the reason of a mask, a draft. None for others."""
    if fact.ask not in {"handover", "approval", _MASK_DECISION}:
        return None
    n = int(fact.due.rpartition(":")[2])
    entries = context.recorder.read(lambda reader: reader.entries(run.job.incident, after=n - 1, until=n))
    return entries[0].fact if entries else None
