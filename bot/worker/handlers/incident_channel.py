"""The incident channel and who is in it. A channel is ours only when settle says so; a taken name gets a suffix."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from bot.slack.blocks.clipper import LIMITS
from bot.slack.channel_names import channel_name
from bot.slack.client.slack_errors import CHANNEL_CLOSED
from bot.slack.client.web_api import SlackError
from bot.worker.handlers.adopted_channel import adopt
from bot.worker.handlers.message_sender import is_private
from bot.worker.job_context import JobContext
from bot.worker.port import JobRun
from incident.effects.notifications import members
from incident.entries.conversation import Left
from incident.entries.delivery import ChannelMade, DeliveryFailed
from incident.entries.lifecycle import JoinedAsDuplicate
from incident.entry import Entry, Fact
from incident.jobs import JobKind
from incident.medium import Medium
from incident.model.incident import Incident
from incident.policy import Policy
from incident.rules.visibility import is_restricted
from roles.person_ids import PersonId, person_named, slack_person, slack_user

_TAKES: Final = 20
_THERE_ALREADY: Final = frozenset({"already_in_channel", "cant_invite_self"})


def make_channel(run: JobRun, context: JobContext) -> Sequence[Fact]:
    """Make the channel once, private when the incident is restricted; or take over the one it was declared of."""
    incident = run.incident
    if incident.places.channel is not None:
        return ()
    if incident.adopted is not None:
        return adopt(run, context, incident.adopted)
    if not run.is_first:
        known = context.sent_lookup.channel(context.slack, incident)
        if known is not None:
            return (ChannelMade(channel=known[0], name=known[1], private=is_private(context, known[0])),)
    return _make(incident, context)


def _make(incident: Incident, context: JobContext) -> Sequence[Fact]:
    for take in range(1, _TAKES):
        try:
            name = channel_name(incident, take)
            made = context.slack.call("conversations.create", name=name, is_private=is_restricted(incident))
        except SlackError as no:
            if no.error != "name_taken":
                raise
        else:
            channel = made["channel"]
            private = channel.get("is_private") is True
            return (ChannelMade(channel=channel["id"], name=channel["name"], private=private),)
    raise SlackError("conversations.create", "name_taken", {})


def invite(run: JobRun, context: JobContext) -> Sequence[Fact]:
    """Bring in whoever belongs there and is not there; one who cannot be invited does not keep the others out."""
    users = _missing(run, context)
    lost: list[Fact] = []
    most = LIMITS["invite.users"]
    for start in range(0, len(users), most):
        lost += _invite(run, context, users[start : start + most])
    return lost


def _invite(run: JobRun, context: JobContext, users: list[str]) -> list[Fact]:
    try:
        answer = context.slack.call("conversations.invite", channel=run.channel, users=",".join(users), force=True)
        errors = answer.get("errors", [])
    except SlackError as no:
        if no.error in CHANNEL_CLOSED:
            raise
        errors = no.response.get("errors") or [{"user": user, "error": no.error} for user in users]
    return [
        DeliveryFailed(
            medium=Medium.SLACK,
            what=JobKind.MEMBERS,
            who=slack_person(context.slack.team, error["user"]),
            error=error["error"],
        )
        for error in errors
        if error["error"] not in _THERE_ALREADY
    ]


def _missing(run: JobRun, context: JobContext) -> list[str]:
    """Name the users to invite: not who is there, and not who left since they last got a role."""
    incident = run.incident
    belongs = (*members(incident), *_joining(run, context), *_roster(incident, context.policy))
    gone = {entry.fact.who: entry.recorded_at for entry in _about(run, context, "left") if isinstance(entry.fact, Left)}
    back = {i.who for i in incident.roles if i.until is None and i.who in gone and i.since > gone[i.who]}
    wanted = [who for who in belongs if who not in incident.members and (who not in gone or who in back)]
    users = (slack_user(person) for person in dict.fromkeys(wanted))
    return [user for user in users if user is not None and user != context.slack.bot]


def _about(run: JobRun, context: JobContext, kind: str) -> Sequence[Entry]:
    return context.recorder.read(lambda reader: reader.entries(run.job.incident, kinds=(kind,)))


def _joining(run: JobRun, context: JobContext) -> Iterable[PersonId]:
    """Name those who came along from an incident that was the same trouble."""
    facts = [entry.fact for entry in _about(run, context, "joined_as_duplicate")]
    return [fact.who for fact in facts if isinstance(fact, JoinedAsDuplicate)]


def _roster(incident: Incident, policy: Policy) -> Iterable[PersonId]:
    """Name who is on the roster of the service. User groups are left out: Muster invites people, not crowds."""
    service = policy.services.get(incident.service)
    roster = policy.rosters.get(service.roster or "", ()) if service else ()
    return [person for member in roster if (person := person_named(incident.key.team, member)) is not None]
