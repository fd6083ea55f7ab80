"""Posts, edits or deletes the messages of prompts: in the incident channel, and to the people who are not in it.

Those that are due together for a person share one. Who may not see a restricted incident is asked with its number alone.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from bot.slack.client.slack_errors import CHANNEL_CLOSED
from bot.slack.client.web_api import SlackError
from bot.slack.surfaces.prompt_message import PromptContext, number_message, shared_message
from bot.slack.surfaces.template_message import Message
from bot.worker.handlers.channel_posts import LATE
from bot.worker.handlers.message_sender import (
    current_thread,
    delete,
    direct_channel,
    edit,
    post,
    posted_before,
    thread_of,
)
from bot.worker.handlers.page_delivery import deliveries, last_delivery, not_reached
from bot.worker.job_context import JobContext, entries_of
from bot.worker.port import JobRun
from incident.deadlines import due_deadlines
from incident.deadlines.due_deadlines import PromptState
from incident.deadlines.response_deadlines import groups_that_may_redact
from incident.effects.shared_prompts import MASK_DECISION, shared_prompts
from incident.entries.delivery import DeliveryFailed, PromptDue, PromptSent
from incident.entry import Entry, Fact
from incident.jobs import JobKind
from incident.medium import Medium, slack_message, slack_ref
from incident.model.incident import Incident
from incident.policy import Policy
from incident.rules.closure_checklist import checklist
from incident.rules.outside.vendor_contacts import VendorContact, contacts_of, vendors_of
from incident.rules.visibility import may_see
from incident.states import Priority
from roles.person_ids import PersonId, slack_person, slack_user

_log = logging.getLogger(__name__)
_MAJOR: Final = frozenset({Priority.P1, Priority.P2})
# Any responder may act on these, so they are asked in the incident channel.
_FOR_EVERY_RESPONDER: Final = frozenset({"acknowledge", "commander", "closure", "call", "approval", "case"})
# Days after the incident its channel is quiet, and its owner may have left it.
_FOR_ONE_PERSON: Final = frozenset({"review"})
_NOT_ASKED: Final = "mask_decision"
# The failure of a direct message to one of several people who are asked.
ASKED: Final = "asked"


def deliver_prompt(run: JobRun, context: JobContext) -> Sequence[Fact]:
    """Ask the people of the prompts that share a message once, while one is open; a later run edits or deletes it."""
    prompts = _of_one_message(run, context)
    sent = deliveries(run, context, prompts[0].n)
    views = [_prompt_context(run, context, entry, is_sent=bool(sent)) for entry in prompts]
    if sent:
        for delivery in sent:
            _edit_or_delete(run, context, slack_message(delivery.ref), views)
        return ()
    if any(view.state is PromptState.OPEN for view in views):
        asks = _ask_deciders if views[0].prompt.ask == MASK_DECISION else _ask
        return asks(run, context, prompts, views)
    # They were answered before they were sent. An earlier run may have posted them nevertheless.
    found = () if run.is_first else tuple(_posted(run, context, prompts, views))
    for place in found:
        _edit_or_delete(run, context, place, views)
    return tuple(fact for place in found for fact in _sent(prompts, *place))


def _of_one_message(run: JobRun, context: JobContext) -> Sequence[Entry]:
    """Return the prompts that the job's message holds or will hold."""
    found = shared_prompts(entries_of(run, context))
    several = next((one for one in found if one[0].n == run.job.entry), None)
    if several is None:
        raise LookupError(f"job {run.job.key} names an entry that is no prompt")
    refs = {entry.n: sent.ref if (sent := last_delivery(run, context, entry.n)) else None for entry in several}
    return [entry for entry in several if refs[entry.n] == refs[several[0].n]]


def _ask(run: JobRun, context: JobContext, prompts: Sequence[Entry], views: Sequence[PromptContext]) -> Sequence[Fact]:
    """Ask in the incident channel, and by direct message those who are not in it; or one person by direct message alone.

    Without a channel everyone is asked directly; so they are while it is closed to Muster, and the post is tried again.
    """
    apart, incident, since = _asked_directly(views), run.incident, prompts[0].recorded_at
    facts = [fact for person in apart for fact in _ask_one(run, context, person, prompts, views)]
    is_reached = any(isinstance(fact, PromptSent) for fact in facts)
    if is_reached and (incident.places.channel is None or not _is_posted(views)):
        return facts
    if incident.places.channel is None:
        return (*facts, DeliveryFailed(medium=Medium.SLACK, what=JobKind.PROMPT, error="no_channel"))
    message, thread = _message(context, views, run.channel), current_thread(incident)
    try:
        ts = post(run, context, run.channel, message, since=since, thread=thread)
    except SlackError as error:
        if error.error in CHANNEL_CLOSED:
            for person in (one for one in _asked(views) if one not in apart):
                _ask_one(run, context, person, prompts, views)
        raise
    return (*facts, *_sent(prompts, run.channel, ts))


def _asked(views: Sequence[PromptContext]) -> tuple[PersonId, ...]:
    return tuple(dict.fromkeys(person for view in views for person in view.prompt.asked))


def _is_for_channel(views: Sequence[PromptContext]) -> bool:
    """True for major incidents, overdue prompts and those for every responder; any other may ask one person directly."""
    return any(map(_is_public, views)) or len(_asked(views)) != 1


def _is_posted(views: Sequence[PromptContext]) -> bool:
    """True if the channel shows the prompt: where it is for the channel, and where one asked sees the number alone."""
    return _is_for_channel(views) or any(view.outsiders for view in views)


def _is_public(view: PromptContext) -> bool:
    if view.prompt.ask in _FOR_ONE_PERSON:
        return False
    return view.i.priority in _MAJOR or view.is_overdue or view.prompt.ask in _FOR_EVERY_RESPONDER


def _asked_directly(views: Sequence[PromptContext]) -> tuple[PersonId, ...]:
    """Return who is asked by direct message: a mention in a channel notifies only the people who are in it."""
    incident, asked = views[0].i, _asked(views)
    alone = () if _is_for_channel(views) else asked
    outside = (person for person in asked if person not in incident.members)
    people = dict.fromkeys((*alone, *outside))
    return tuple(person for person in people if slack_user(person) is not None)


def _posted(
    run: JobRun, context: JobContext, prompts: Sequence[Entry], views: Sequence[PromptContext]
) -> Iterator[tuple[str, str]]:
    """Yield the messages of the prompts (channel, ts) in the incident channel and in direct messages to those asked."""
    direct, since = (_opened(context, person) for person in _asked(views)), prompts[0].recorded_at
    for channel in dict.fromkeys((run.incident.places.channel, *direct)):
        thread = thread_of(run.incident) if channel == run.incident.places.channel else None
        ts = posted_before(run, context, channel, since, thread) if channel else None
        if channel and ts:
            yield channel, ts


def _opened(context: JobContext, person: PersonId) -> str | None:
    """Return the channel of direct messages with a person, None if Slack opens none: then nothing was sent there."""
    try:
        return direct_channel(context, person)
    except SlackError:
        return None


def _ask_deciders(
    run: JobRun, context: JobContext, prompts: Sequence[Entry], views: Sequence[PromptContext]
) -> Sequence[Fact]:
    """Ask each person who may decide by direct message. Record a failure if none could be asked."""
    people = _deciders(run, context, views[0].prompt)
    asked = [fact for person in people for fact in _ask_one(run, context, person, prompts, views)]
    sent = [fact for fact in asked if isinstance(fact, PromptSent)]
    return sent or (DeliveryFailed(medium=Medium.SLACK, what=_NOT_ASKED, error="nobody_may_redact"),)


def _deciders(run: JobRun, context: JobContext, fact: PromptDue) -> Iterator[PersonId]:
    """Yield those the entry asks and the members of the groups that may decide, if they may see the incident."""
    users = [user for group in groups_that_may_redact(context.policy) for user in members_of(context, group)]
    people = dict.fromkeys((*fact.asked, *(slack_person(run.incident.key.team, user) for user in users)))
    return (person for person in people if may_see(run.incident, person))


def members_of(context: JobContext, group: str) -> Sequence[str]:
    """Return the user ids in a user group, none if Slack refuses to list it."""
    try:
        users: Sequence[str] = context.slack.call("usergroups.users.list", usergroup=group)["users"]
    except SlackError as error:
        _log.warning("the members of user group %s are not known: %s", group, error)
        return ()
    return users


def _ask_one(
    run: JobRun, context: JobContext, person: PersonId, prompts: Sequence[Entry], views: Sequence[PromptContext]
) -> tuple[Fact, ...]:
    """Ask one person by direct message. A person whom it does not reach does not keep the others from being asked."""
    try:
        channel = direct_channel(context, person)
        if channel is None:
            return not_reached(run, person, ASKED, "not_in_slack")
        ts = post(run, context, channel, _message(context, views, channel), since=prompts[0].recorded_at)
    except SlackError as error:
        return not_reached(run, person, ASKED, error.error)
    return _sent(prompts, channel, ts)


def _message(context: JobContext, views: Sequence[PromptContext], channel: str) -> Message:
    """Return the prompts as they are posted in a channel."""
    message = _shown(context, views, channel)
    assert message is not None, "an open prompt has a message"
    return message


def _shown(context: JobContext, views: Sequence[PromptContext], channel: str) -> Message | None:
    """Return the prompts as a channel shows them: elsewhere than in the incident channel they link that channel.

    To who may not see the incident they show its number alone.
    """
    is_direct = channel != views[0].i.places.channel
    outsiders = {who for view in views for who in view.outsiders} if is_direct else ()
    if channel in [_opened(context, person) for person in outsiders]:
        return number_message(views, context.renderer)
    return shared_message([replace(view, is_direct=is_direct) for view in views], context.renderer)


def _sent(prompts: Sequence[Entry], channel: str, ts: str) -> tuple[PromptSent, ...]:
    ref = slack_ref(channel, ts)
    return tuple(PromptSent(prompt=entry.n, medium=Medium.SLACK, ref=ref) for entry in prompts)


def _edit_or_delete(run: JobRun, context: JobContext, posted: tuple[str, str], views: Sequence[PromptContext]) -> None:
    """Edit posted prompts (channel, ts), or delete their message if there is nothing left to say."""
    message = _shown(context, views, posted[0])
    if message is None:
        delete(context, *posted)
    else:
        edit(run, context, *posted, message)


def _prompt_context(run: JobRun, context: JobContext, entry: Entry, *, is_sent: bool) -> PromptContext:
    fact, incident = entry.fact, run.incident
    assert isinstance(fact, PromptDue), "only prompts share the message of a prompt"
    if not is_sent and run.at - entry.recorded_at > LATE:
        # It was due in time, and Slack or an outage held it back.
        fact = fact.model_copy(update={"late": True})
    prompted = next((one for one in incident.prompted if one.n == entry.n), None)
    return PromptContext(
        i=incident,
        prompt=fact,
        thing=due_deadlines.find(incident, context.policy, fact.due),
        state=due_deadlines.state_of(incident, context.policy, fact.due, entry.n),
        now=run.at,
        later_minutes=context.policy.prompt_put_off_minutes,
        items=checklist(incident, context.policy) if fact.ask == "closure" else (),
        source=_quoted_fact(run, context, fact),
        vendors=_vendors(incident, context.policy, fact),
        until=prompted.until if prompted else None,
        put_off_by=prompted.put_off_by if prompted else None,
    )


def _vendors(incident: Incident, policy: Policy, fact: PromptDue) -> tuple[VendorContact, ...]:
    """Return the third parties that a prompt says how to call: those of the service, or that of its case."""
    if fact.ask == "case":
        return vendors_of(incident, policy)
    cases = (one.provider for one in incident.provider_cases if fact.due.startswith(f"chase:{one.id}:"))
    return contacts_of(cases, policy, incident.key.team)


def _quoted_fact(run: JobRun, context: JobContext, fact: PromptDue) -> Fact | None:
    """Return the fact that a prompt quotes: the note of a handover offer, the reason of a mask, a draft. None for others."""
    if fact.ask not in {"handover", "approval", MASK_DECISION}:
        return None
    n = int(fact.due.rpartition(":")[2])
    entries = context.recorder.read(lambda reader: reader.entries(run.job.incident, after=n - 1, until=n))
    return entries[0].fact if entries else None
