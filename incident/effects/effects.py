"""The jobs that follow from entries: messages, pages, refreshes of surfaces, checkpoints. Pure: entries in, jobs out.

Knows which entry concerns whom; knows no text, no Slack and no clock. Jobs name entries, so text that is redacted
between enqueueing and sending is not sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from incident.effects import affected_surfaces
from incident.effects.channel_messages import lines
from incident.effects.job_keys import key_of
from incident.effects.notifications import notifications
from incident.entries.lifecycle import Declared, StateChanged
from incident.entry import Entry, workspace_chain
from incident.jobs import LATER, Job, JobKind, Rank
from incident.model.incident import Incident
from incident.policy import Policy
from incident.states import OVER, Priority

_LESSER: Final = frozenset({Priority.P3, Priority.P4, Priority.P5})
SILENT: Final = frozenset(
    {
        "message_posted",
        "message_edited",
        "message_deleted",
        "message_pinned",
        "pin_removed",
        "source_changed",
        "left",
        "reacted",
        "refused",
        "prompt_sent",
        "exported",
    }
)


def effects(before: Incident | None, after: Incident, entries: Sequence[Entry], policy: Policy) -> tuple[Job, ...]:
    """Return the jobs that follow from new entries, each key once: to people, to the channel in order, to surfaces.

    `before` is None for a new incident.
    """
    heard = [entry for entry in entries if entry.fact.kind not in SILENT]
    if not heard:
        return ()
    jobs = [*notifications(after, heard, policy), *lines(after, heard)]
    declared = next((entry for entry in heard if isinstance(entry.fact, Declared)), None)
    if declared is not None:
        jobs += affected_surfaces.opened(after, declared, policy)
    jobs += _sealed(after, heard)
    if before is not None:
        jobs += affected_surfaces.changed(before, after, heard)
        jobs += affected_surfaces.prompts(before, after, heard, policy)
    return tuple({job.key: _by_priority(job, after) for job in reversed(jobs)}.values())[::-1]


def _sealed(after: Incident, heard: Sequence[Entry]) -> tuple[Job, ...]:
    """Return a checkpoint for each closing, so that a signed root covers the closed record at once."""
    return tuple(
        Job(
            kind=JobKind.CHECKPOINT,
            key=key_of(JobKind.CHECKPOINT, after.key, entry.n),
            incident=workspace_chain(after.key.team),
            rank=LATER,
        )
        for entry in heard
        if isinstance(entry.fact, StateChanged) and entry.fact.new in OVER
    )


def _by_priority(job: Job, after: Incident) -> Job:
    """Lower the rank of a P3, P4 or P5's job by one, so that it does not delay a P1 or spend its rate limit."""
    if after.priority not in _LESSER:
        return job
    return job.model_copy(update={"rank": Rank(min(job.rank + 1, LATER))})
