"""Watches the on-call schedules: enqueues the messages at the start and end of shifts, and asks about gaps that come.

Each is enqueued or recorded once among all replicas, by whichever comes first.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

from bot.scheduler import enqueue_once
from commands.core.record_service import RecordService
from commands.core.sessions.staffed_policy import staffed
from incident.deadlines.due_deadlines import due_prompts, next_prompt
from incident.effects.job_keys import key_of
from incident.effects.subscriber_notices import notices_to
from incident.entry import workspace_chain
from incident.jobs import LATER, Job, JobKind
from incident.policy import Policy
from incident.ports import Reader, Recorder
from incident.rules.responders.shift_handovers import ShiftHandover, handovers
from organisation.deadlines.schedule_deadlines import schedule_deadlines
from organisation.fold.organisation_fold import ORGANISATION
from organisation.model.organisation import Organisation
from roles.person_ids import PersonId, slack_user

# A message that could not be enqueued for so long is left out: the person has noticed, or is asleep.
_LATEST: Final = timedelta(minutes=15)
_POLL: Final = timedelta(minutes=5)
# Who learned of a change so shortly before it began gets no second message.
_JUST_LEARNED: Final = timedelta(minutes=5)


def enqueue_shift_notices(recorder: Recorder, team: str, policy: Policy, now: datetime) -> None:
    """Enqueue a message for each person whose shift started or ended in the last minutes."""
    if not policy.schedules:
        return
    for job in recorder.read(lambda reader: list(_notices(reader, team, policy, now))):
        enqueue_once(recorder, job, now)


def enqueue_feeds(recorder: Recorder, team: str, policy: Policy, now: datetime) -> None:
    """Enqueue the poll of the feeds, once every five minutes among all replicas, where the policy names a feed."""
    if not any(rules.has_feed for rules in policy.schedules.values()):
        return
    slot = now - (now - datetime.min.replace(tzinfo=UTC)) % _POLL
    key = key_of(JobKind.FEEDS, workspace_chain(team), slot.isoformat())
    enqueue_once(recorder, Job(kind=JobKind.FEEDS, key=key, incident=workspace_chain(team), rank=LATER), now)


def ask_about_schedules(record: RecordService, team: str) -> None:
    """Record who is asked to fill which gap, and who learns of a feed that fails, where that is due. It is once for each."""
    if not record.policy.schedules:
        return
    if record.read(lambda reader: _is_due(reader, team, record)):
        record.tick(workspace_chain(team))


def _is_due(reader: Reader, team: str, record: RecordService) -> bool:
    """True if a reminder is due; who of its owners can be asked is looked up when it is recorded."""
    key, at = workspace_chain(team), record.clock.now()
    found = reader.peek_aggregate(ORGANISATION, key) or Organisation(key=key)
    things = schedule_deadlines(staffed(record.policy, reader, team), team, at)
    return bool(due_prompts(things, found, at, next_prompt))


def _notices(reader: Reader, team: str, policy: Policy, now: datetime) -> Iterable[Job]:
    workspace = workspace_chain(team)
    found = reader.peek_aggregate(ORGANISATION, workspace) or Organisation(key=workspace)
    recent = handovers(staffed(policy, reader, team), team, now - _LATEST, now)
    moments = {(who, one.at) for one in recent if not _was_just_arranged(one, found) for who in one.people}
    for who, at in sorted(moments):
        if slack_user(who) is not None:
            yield _job(team, who, at)


def _was_just_arranged(handover: ShiftHandover, organisation: Organisation) -> bool:
    changes = (one for one in organisation.shift_changes if one.schedule == handover.schedule.name)
    return any(one.start == handover.at and one.start - one.at < _JUST_LEARNED for one in changes)


def _job(team: str, person: PersonId, at: datetime) -> Job:
    workspace = workspace_chain(team)
    return Job(
        kind=JobKind.SHIFT_NOTICE,
        key=key_of(JobKind.SHIFT_NOTICE, workspace, at.isoformat(), person),
        incident=workspace,
        person=person,
        rank=LATER,
        since=at,
        ordering_key=notices_to(team, person),
    )
