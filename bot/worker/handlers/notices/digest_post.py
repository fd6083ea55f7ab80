"""Posts the digest in the channel that the policy names, or sends it to a person who subscribed to it."""

from __future__ import annotations

from collections.abc import Sequence

from bot.slack.surfaces.digest_message import digest_context, digest_message
from bot.worker.handlers.message_sender import channel_named, post
from bot.worker.handlers.notices.notice_delivery import send_digest
from bot.worker.job_context import JobContext
from bot.worker.port import JobRun
from incident.entry import Fact


def post_digest(run: JobRun, context: JobContext) -> Sequence[Fact]:
    """Post the digest of the job's day or week once; none if the policy names no channel any more."""
    if run.job.person is not None:
        return send_digest(run, context)
    named, since, due = context.policy.digest.channel, run.job.since, run.job.until
    if not named or since is None or due is None:
        return ()
    team = run.job.incident.team
    found = context.recorder.read(lambda reader: digest_context(reader, team, context.policy, since, run.at))
    post(run, context, channel_named(context, named), digest_message(found, context.renderer), since=due)
    return ()
