"""The jobs that follow from entries: messages, pages, refreshes of surfaces, checkpoints. Pure: entries in, jobs out.

Knows which entry concerns whom; knows no text, no Slack and no clock. Jobs name entries, so text that is redacted
between enqueueing and sending is not sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from incident.effects import affected_surfaces
from incident.effects.channel_messages import channel_messages, without_channel
from incident.effects.file_jobs import file_jobs
from incident.effects.job_keys import key_of
from incident.effects.notice_jobs import notice_jobs
from incident.effects.notifications import notifications
from incident.effects.page_jobs import page_jobs
from incident.effects.update_jobs import update_jobs
from incident.entries.lifecycle import Declared, StateChanged, Undone
from incident.entry import Entry, IncidentKey, workspace_chain
from incident.jobs import LATER, Job, JobKind, Rank
from incident.model.incident import Incident
from incident.policy import Policy
from incident.states import OVER, Priority

_LESSER: Final = frozenset({Priority.P3, Priority.P4, Priority.P5})
_POSTS: Final = (JobKind.SAY, JobKind.UPDATE, JobKind.UPDATE_HERE)
SILENT: Final = frozenset(
    {
        "message_posted",
        "message_edited",
        "message_deleted",
        "message_pinned",
        "pin_removed",
        "candidate_passed",
        "closure_warned",
        "file_erased",
        "notice_delivered",
        "source_changed",
        "left",
        "reacted",
        "refused",
        "prompt_sent",
        "exported",
    }
)


def effects(
    before: Incident | None, after: Incident, entries: Sequence[Entry], policy: Policy, at: datetime
) -> tuple[Job, ...]:
    """Return the jobs that follow from new entries, each key once: to people, to the channel in order, to surfaces.

    `before` is None for a new incident. `at` is now: the recording times of a chain never decrease, so they may be later.
    """
    effective = [entry for entry in entries if entry.fact.kind not in SILENT]
    notices = notice_jobs(after, entries)
    if not effective:
        return notices
    jobs = [*page_jobs(before, after, effective), *notifications(after, effective, policy)]
    jobs += [*notices, *update_jobs(before, after, effective)]
    jobs += [*channel_messages(after, effective), *without_channel(after, effective, policy)]
    jobs += file_jobs(after, effective)
    declared = next((entry for entry in effective if isinstance(entry.fact, Declared)), None)
    if declared is not None:
        jobs += affected_surfaces.initial_jobs(after, declared, policy)
    jobs += _checkpoints(after, effective)
    if before is not None:
        jobs += affected_surfaces.refreshes(before, after, effective, policy, at)
        jobs += affected_surfaces.prompt_refreshes(before, after, effective, policy, at)
    return tuple({job.key: _ranked(job, after) for job in reversed(jobs)}.values())[::-1]


def needless(key: IncidentKey, entries: Sequence[Entry]) -> tuple[str, ...]:
    """Return the keys of the jobs that would post what these entries take back, if they wait still."""
    undone = [n for entry in entries if isinstance(entry.fact, Undone) for n in entry.fact.entries]
    return tuple(key_of(kind, key, n) for n in undone for kind in _POSTS)


def _checkpoints(after: Incident, effective: Sequence[Entry]) -> tuple[Job, ...]:
    """Return a checkpoint for each closing, so that a signed root covers the closed record at once."""
    return tuple(
        Job(
            kind=JobKind.CHECKPOINT,
            key=key_of(JobKind.CHECKPOINT, after.key, entry.n),
            incident=workspace_chain(after.key.team),
            rank=LATER,
        )
        for entry in effective
        if isinstance(entry.fact, StateChanged) and entry.fact.new in OVER
    )


def _ranked(job: Job, after: Incident) -> Job:
    """Lower the rank of a P3, P4 or P5's job by one, so that it does not delay a P1 or spend its rate limit."""
    if after.priority not in _LESSER:
        return job
    return job.model_copy(update={"rank": Rank(min(job.rank + 1, LATER))})
