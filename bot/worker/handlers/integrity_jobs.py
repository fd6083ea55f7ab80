"""Jobs that protect the record: checkpoints each minute; publication, time stamp, retention and verification each day.

Each is a job, so that one replica runs it, and runs it later if a call gets no response. A daily job is about the last
checkpoint there was when the job was enqueued, however often it is retried.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from bot.config.policy_loader import ActivePolicy
from bot.slack.surfaces.template_message import Message
from bot.timestamp_authority import Authority, TimestampUnavailable, request_timestamp
from bot.worker.handlers.message_sender import channel_named, post
from bot.worker.job_context import JobContext, SlackHandler
from bot.worker.port import Delivered, JobHandler, JobRun, RateLimited, Result
from incident.entries.integrity import CheckpointPublished
from incident.entry import Fact
from incident.jobs import JobKind
from incident.medium import Medium, slack_ref
from storage.errors import RewrittenRecord
from storage.integrity.checkpoints import Checkpoint
from storage.integrity.signing_keys import Signer
from storage.maintenance.verification import VerificationEvidence, verify_with
from storage.store import Store

_log = logging.getLogger(__name__)
DAILY: Final = (JobKind.PUBLISH, JobKind.STAMP, JobKind.RETENTION, JobKind.VERIFY)
_REPORTED: Final = 5
_STAMP_RETRY: Final = timedelta(minutes=10)
_PUBLISHED_WITHIN: Final = timedelta(days=2)


@dataclass(frozen=True)
class IntegrityJobs:
    """The integrity jobs of one team's record. Without a signer checkpoints are unsigned, without an authority unstamped."""

    store: Store
    active: Callable[[], ActivePolicy]
    signer: Signer | None = None
    authority: Authority | None = None

    @property
    def handlers(self) -> dict[JobKind, JobHandler]:
        """The handlers of the jobs that need no Slack."""
        return {
            JobKind.CHECKPOINT: self.take_checkpoint,
            JobKind.STAMP: self.stamp,
            JobKind.RETENTION: self.apply_retention,
        }

    @property
    def slack_handlers(self) -> dict[JobKind, SlackHandler]:
        """The handlers of the jobs that post in Slack."""
        return {JobKind.PUBLISH: self.publish, JobKind.VERIFY: self.verify}

    def take_checkpoint(self, run: JobRun) -> Result:
        """Take the checkpoint of this minute; none of a record that lacks what was signed or seen before."""
        try:
            self.store.checkpoints.take(run.at, self.signer, team=run.job.incident.team)
        except RewrittenRecord as found:
            _log.error("no checkpoint is signed: %s. Run `muster verify`.", found)
        return Delivered()

    def publish(self, run: JobRun, context: JobContext) -> Sequence[Fact]:
        """Post the last checkpoint in the audit channel, if the policy names one."""
        named, last = context.policy.audit_channel, self._last(run)
        if not named or last is None:
            return ()
        channel = channel_named(context, named)
        text = context.renderer.macro("slack/surfaces/audit.j2", "checkpoint", last)
        ts = post(run, context, channel, Message(text), since=run.at - _PUBLISHED_WITHIN)
        return (CheckpointPublished(seq=last.seq, root=last.root, medium=Medium.SLACK, ref=slack_ref(channel, ts)),)

    def verify(self, run: JobRun, context: JobContext) -> Sequence[Fact]:
        """Verify the record since the last checkpoint verified, all of it on the first day of a month, and report problems.

        A problem is an error in the log, makes this Muster not ready, and is posted in the audit channel.
        """
        mark = self.store.high_water_mark
        since = mark.mark.verified if run.at.day > 1 else None
        own = self.signer.public_key if self.signer else None
        report = verify_with(self.store, VerificationEvidence(own_key=own, since=since, mark=mark.mark))
        mark.set_verified(report.problems, report.trusted.seq if report.trusted else 0)
        for one in report.problems[:_REPORTED]:
            _log.error("the record does not verify: %s: %s", one.kind, one.what)
        if report.problems and context.policy.audit_channel:
            text = context.renderer.macro("slack/surfaces/audit.j2", "problems", report.problems[:_REPORTED])
            channel = channel_named(context, context.policy.audit_channel)
            post(run, context, channel, Message(text), since=run.at - _PUBLISHED_WITHIN)
        return ()

    def stamp(self, run: JobRun) -> Result:
        """Have the last checkpoint stamped by the authority; postponed while the authority is unavailable."""
        last = self._last(run)
        if self.authority is None or last is None or self.store.timestamps.of(last.seq) is not None:
            return Delivered()
        try:
            self.store.timestamps.put(request_timestamp(self.authority, last))
        except TimestampUnavailable as unavailable:
            _log.warning("checkpoint %d is stamped later: %s", last.seq, unavailable)
            return RateLimited(run.at + _STAMP_RETRY)
        return Delivered()

    def apply_retention(self, run: JobRun) -> Result:
        """Delete what the policy's retention periods no longer allow to keep, with the files that were its evidence."""
        active = self.active()
        self.store.retention.delete_expired(active.policy, active.hash, run.at)
        self.store.files.erase_incidents(run.job.incident.team, self.store.retention.retired())
        return Delivered()

    def _last(self, run: JobRun) -> Checkpoint | None:
        return self.store.checkpoints.last(by=run.job.run_at)
