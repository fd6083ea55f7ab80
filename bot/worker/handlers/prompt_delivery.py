"""Posts, edits or deletes the messages of one prompt."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from typing import Final

from bot.slack.client.web_api import SlackError
from bot.slack.surfaces.prompt_message import PromptContext, prompt_message
from bot.slack.surfaces.template_message import Message
from bot.worker.handlers.channel_posts import LATE
from bot.worker.handlers.message_sender import delete, direct_channel, edit, post
from bot.worker.handlers.page_delivery import deliveries, last_delivery
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
from roles.person_ids import PersonId, slack_person

_log = logging.getLogger(__name__)
_MAJOR: Final = frozenset({Priority.P1, Priority.P2})
# Any responder may act on these, so they are asked in the incident channel.
_FOR_EVERY_RESPONDER: Final = frozenset({"acknowledge", "commander", "closure", "call", "approval"})
# A masked text is shown to none but those who may decide about it, so each of them is asked directly.
_MASK_DECISION: Final = "mask"
_NOT_ASKED: Final = "mask_decision"


def deliver_prompt(run: JobRun, context: JobContext) -> Sequence[Fact]:
    """Post a prompt once while it is open; a later run edits or deletes its message."""
    entry = entries_of(run, context)[0]
    if not isinstance(entry.fact, PromptDue):
        raise LookupError(f"job {run.job.key} names an entry that is no prompt")
    sent, fact = last_delivery(run, context, entry.n), entry.fact
    if sent is None and run.at - entry.recorded_at > LATE:
        # It was due in time, and Slack or an outage held it back.
        fact = fact.model_copy(update={"late": True})
    if fact.ask == _MASK_DECISION or run.incident.places.channel is None:
        return _ask_each(run, context, entry, fact)
    view = _prompt_context(run, context, fact, entry.n)
    message = prompt_message(view, context.renderer)
    if sent is not None:
        _edit_or_delete(run, context, slack_message(sent.ref), message)
        return ()
    channel = _channel(run, context, view)
    if view.state is PromptState.OPEN and message is not None:
        ts = post(run, context, channel, message, since=entry.recorded_at)
        return (_sent(entry, channel, ts),)
    # It was answered before it was sent. An earlier run may have posted it nevertheless.
    lookup = context.sent_lookup
    posted = None if run.is_first else lookup.message(context.slack, channel, run.job.key, entry.recorded_at)
    if posted is None:
        return ()
    _edit_or_delete(run, context, (channel, posted), message)
    return (_sent(entry, channel, posted),)


def _ask_each(run: JobRun, context: JobContext, entry: Entry, fact: PromptDue) -> Sequence[Fact]:
    """Ask each person by direct message: who may decide about a mask, or everyone asked while there is no channel.

    Record a failure if none could be asked.
    """
    view = _prompt_context(run, context, fact, entry.n)
    message = prompt_message(view, context.renderer)
    sent = deliveries(run, context, entry.n)
    for delivery in sent:
        _edit_or_delete(run, context, slack_message(delivery.ref), message)
    if sent or message is None or view.state is not PromptState.OPEN:
        return ()
    is_mask = fact.ask == _MASK_DECISION
    people = _deciders(run, context, fact) if is_mask else (one for one in fact.asked if may_see(run.incident, one))
    asked = [one for person in people if (one := _ask_one(run, context, person, message, entry))]
    failed = (_NOT_ASKED, "nobody_may_redact") if is_mask else (JobKind.PROMPT, "no_channel")
    return asked or (DeliveryFailed(medium=Medium.SLACK, what=failed[0], error=failed[1]),)


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


def _ask_one(run: JobRun, context: JobContext, person: PersonId, message: Message, entry: Entry) -> PromptSent | None:
    try:
        channel = direct_channel(context, person)
        ts = post(run, context, channel, message, since=entry.recorded_at) if channel else ""
    except SlackError:
        # The others are still asked if one was deactivated or takes no messages.
        return None
    return _sent(entry, channel, ts) if channel else None


def _sent(entry: Entry, channel: str, ts: str) -> PromptSent:
    return PromptSent(prompt=entry.n, medium=Medium.SLACK, ref=slack_ref(channel, ts))


def _edit_or_delete(run: JobRun, context: JobContext, posted: tuple[str, str], message: Message | None) -> None:
    """Edit a posted prompt (channel, ts), or delete it if there is nothing left to say."""
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


def _channel(run: JobRun, context: JobContext, view: PromptContext) -> str:
    """Choose the incident channel for major incidents, overdue prompts and those for all; else the person asked."""
    is_public = view.i.priority in _MAJOR or view.is_overdue or view.prompt.ask in _FOR_EVERY_RESPONDER
    if is_public or len(view.asked) != 1 or not may_see(view.i, view.asked[0]):
        return run.channel
    return direct_channel(context, view.asked[0]) or run.channel
