"""Creates and renames the incident channel, and invites people. A taken name gets a suffix; a retry looks for a channel of ours first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from bot.slack.blocks.clipper import LIMITS
from bot.slack.channel_names import channel_name, is_take_of
from bot.slack.client.slack_errors import CHANNEL_CLOSED
from bot.slack.client.web_api import SlackError
from bot.worker.handlers.channels.adopted_channel import adopt
from bot.worker.handlers.message_sender import is_private
from bot.worker.job_context import JobContext
from bot.worker.port import JobRun
from incident.effects.notifications import NOT_INVITED, members
from incident.entries.conversation import Left, Redacted
from incident.entries.delivery import ChannelMade, DeliveryFailed
from incident.entries.lifecycle import Declared, JoinedAsDuplicate, TitleChanged
from incident.entry import Entry, Fact
from incident.jobs import JobKind
from incident.medium import Medium
from incident.model.incident import Incident
from incident.rules.service_contacts import on_call_for
from incident.rules.visibility import is_restricted
from roles.person_ids import PersonId, slack_person, slack_user

_MAX_NAMES: Final = 20
_NAME_OF_TITLE: Final = "The name of the channel was made from the title, which is redacted."
_ALREADY_PRESENT: Final = frozenset({"already_in_channel", "cant_invite_self"})


def make_channel(run: JobRun, context: JobContext) -> Sequence[Fact]:
    """Create the channel once, private if the incident is restricted; or adopt the channel the incident was declared for."""
    incident = run.incident
    if incident.places.channel is not None:
        return ()
    if incident.adopted is not None:
        return adopt(run, context, incident.adopted)
    if not run.is_first:
        created = context.sent_lookup.channel(context.slack, incident)
        if created is not None:
            channel, name = created
            return (ChannelMade(channel=channel, name=name, private=is_private(context, channel)),)
    return _create(incident, context)


def _create(incident: Incident, context: JobContext) -> Sequence[Fact]:
    channel = _named(incident, context, "conversations.create", is_private=is_restricted(incident))
    return (ChannelMade(channel=channel["id"], name=channel["name"], private=channel.get("is_private") is True),)


def _named(incident: Incident, context: JobContext, method: str, **arguments: Any) -> Mapping[str, Any]:
    """Call a method with the incident's channel name, or with the next one that is free, and return the channel."""
    for take in range(1, _MAX_NAMES):
        try:
            response = context.slack.call(method, name=channel_name(incident, take), **arguments)
        except SlackError as error:
            if error.error != "name_taken":
                raise
        else:
            channel: Mapping[str, Any] = response["channel"]
            return channel
    raise SlackError(method, "name_taken", {})


def rename(run: JobRun, context: JobContext) -> Sequence[Fact]:
    """Rename a created channel after the title that people may read now, and record the new name.

    A name that was recorded while the title was being redacted is redacted too.
    """
    incident = run.incident
    if incident.adopted is not None or is_take_of(incident.places.channel_name or "", channel_name(incident)):
        return ()
    channel = None if run.is_first else context.slack.call("conversations.info", channel=run.channel)["channel"]
    if channel is None or not is_take_of(channel["name"], channel_name(incident)):
        channel = _named(incident, context, "conversations.rename", channel=run.channel)
    renamed = ChannelMade(channel=run.channel, name=channel["name"], private=incident.places.private)
    return (*_names_of_a_redacted_title(run, context), renamed)


def _names_of_a_redacted_title(run: JobRun, context: JobContext) -> Sequence[Fact]:
    entries = _entries(run, context, Declared.kind, TitleChanged.kind, ChannelMade.kind)
    is_redacted = any(entry.redacted for entry in entries if entry.n == run.incident.title_entry)
    made = (entry for entry in entries if isinstance(entry.fact, ChannelMade))
    numbers = tuple(entry.n for entry in made if not entry.redacted) if is_redacted else ()
    return (Redacted(entry=numbers[0], entries=numbers, reason=_NAME_OF_TITLE),) if numbers else ()


def invite(run: JobRun, context: JobContext) -> Sequence[Fact]:
    """Invite those who belong in the channel and are not in it. Record each person who could not be invited."""
    users = _missing_users(run, context)
    failed: list[Fact] = []
    most = LIMITS["invite.users"]
    for start in range(0, len(users), most):
        failed += _invite(run, context, users[start : start + most])
    return failed


def _invite(run: JobRun, context: JobContext, users: list[str]) -> list[Fact]:
    try:
        response = context.slack.call("conversations.invite", channel=run.channel, users=",".join(users), force=True)
        errors = response.get("errors", [])
    except SlackError as error:
        if error.error in CHANNEL_CLOSED:
            raise
        errors = error.response.get("errors") or [{"user": user, "error": error.error} for user in users]
    failed = [
        DeliveryFailed(
            medium=Medium.SLACK,
            what=JobKind.MEMBERS,
            who=slack_person(context.slack.team, one["user"]),
            error=one["error"],
        )
        for one in errors
        if one["error"] not in _ALREADY_PRESENT
    ]
    recorded = [entry.fact for entry in _entries(run, context, DeliveryFailed.kind)]
    return [fact for fact in failed if fact not in recorded]


def _missing_users(run: JobRun, context: JobContext) -> list[str]:
    """Return the users to invite: not those who left after they last took a role."""
    incident = run.incident
    belonging = (
        *members(incident),
        *_from_duplicates(run, context),
        *_on_call(run, context),
    )
    left_at = {e.fact.who: e.recorded_at for e in _entries(run, context, Left.kind) if isinstance(e.fact, Left)}
    back = {i.who for i in incident.roles if i.until is None and i.who in left_at and i.since > left_at[i.who]}
    gone = {absence.who for absence in incident.absences if absence.why in NOT_INVITED}
    absent = [who for who in belonging if who not in incident.members and who not in gone]
    missing = [who for who in absent if who not in left_at or who in back]
    users = (slack_user(person) for person in dict.fromkeys(missing))
    return [user for user in users if user is not None and user != context.slack.bot]


def _on_call(run: JobRun, context: JobContext) -> tuple[PersonId, ...]:
    """Return who is on call for the service; of a restricted incident they read the number only until they accept."""
    incident = run.incident
    at_call = on_call_for(incident.service, context.staffed_policy, incident.key.team, run.at)
    return () if is_restricted(incident) else at_call


def _entries(run: JobRun, context: JobContext, *kinds: str) -> Sequence[Entry]:
    return context.recorder.read(lambda reader: reader.entries(run.job.incident, kinds=kinds))


def _from_duplicates(run: JobRun, context: JobContext) -> Iterable[PersonId]:
    """Return those who came from incidents that were merged into this one as duplicates."""
    facts = [entry.fact for entry in _entries(run, context, JoinedAsDuplicate.kind)]
    return [fact.who for fact in facts if isinstance(fact, JoinedAsDuplicate)]
