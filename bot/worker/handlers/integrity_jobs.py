"""What is done for the record once a day: publish its root, have it stamped, delete what is kept no longer.

Each is a job, so that one replica does it, later where nobody answers. A job speaks of the last checkpoint there was
when it was wanted, however often it is tried.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Final

from bot.config.policy_loader import ActivePolicy
from bot.slack.client.web_api import RateLimited
from bot.slack.surfaces.template_message import Message
from bot.timestamp_authority import Authority, TimestampUnavailable, ask
from bot.worker.handlers.message_sender import place_of, post
from bot.worker.job_context import JobContext, JobHandler, JobRun
from incident.entries.integrity import CheckpointPublished
from incident.entry import Fact
from incident.jobs import JobKind
from incident.medium import Medium, slack_ref
from storage.integrity.checkpoints import Checkpoint
from storage.store import Store

DAILY: Final = (JobKind.PUBLISH, JobKind.STAMP, JobKind.RETENTION)
_ASK_AGAIN: Final = timedelta(minutes=10)
_LOOK_BACK: Final = timedelta(days=2)


def keeping(
    store: Store, active: Callable[[], ActivePolicy], authority: Authority | None
) -> Mapping[JobKind, JobHandler]:
    """Give the functions that keep the record of one team."""
    return {
        JobKind.PUBLISH: publish_by(store),
        JobKind.STAMP: stamp_by(store, authority),
        JobKind.RETENTION: retire_by(store, active),
    }


def publish_by(store: Store) -> JobHandler:
    """Give the function that posts the last checkpoint in the audit channel, where the policy names one."""

    def publish(task: JobRun, means: JobContext) -> Sequence[Fact]:
        named, last = means.policy.audit_channel, _last(store, task)
        if not named or last is None:
            return ()
        channel = place_of(means, named)
        text = means.renderer.macro("slack/surfaces/audit.j2", "checkpoint", last)
        ts = post(task, means, channel, Message(text), since=task.at - _LOOK_BACK)
        return (CheckpointPublished(seq=last.seq, root=last.root, medium=Medium.SLACK, ref=slack_ref(channel, ts)),)

    return publish


def stamp_by(store: Store, authority: Authority | None) -> JobHandler:
    """Give the function that has the last checkpoint stamped, later when the authority does not answer."""

    def stamp(task: JobRun, means: JobContext) -> Sequence[Fact]:
        last = _last(store, task)
        if authority is None or last is None or store.timestamps.of(last.seq) is not None:
            return ()
        try:
            store.timestamps.put(ask(authority, last))
        except TimestampUnavailable as later:
            raise RateLimited(str(later), task.at + _ASK_AGAIN) from later
        return ()

    return stamp


def retire_by(store: Store, active: Callable[[], ActivePolicy]) -> JobHandler:
    """Give the function that deletes what the policy keeps no longer."""

    def retire(task: JobRun, means: JobContext) -> Sequence[Fact]:
        in_force = active()
        store.retention.retire(in_force.policy, in_force.hash, task.at)
        return ()

    return retire


def _last(store: Store, task: JobRun) -> Checkpoint | None:
    return store.checkpoints.last(by=task.job.run_at)
