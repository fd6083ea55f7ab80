"""Backfills the incidents beyond the newest after a gap: each run does a page of them and enqueues the next.

A start does not wait for it, however many incidents are open, and no more backfills are due at a time than Slack's rate
allows in a few minutes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from bot.slack.capture.gap_detector import BACKFILLED_FOR, record_start
from bot.worker.job_context import JobContext
from bot.worker.port import JobRun
from incident.effects.affected_surfaces import backfill_job, further_gaps_job
from incident.entry import Fact, IncidentKey
from incident.model.incident import Incident
from incident.ports import Reader

PAGE: Final = 100
# Two calls for a channel, of which Slack takes fifty a minute.
PAGE_TAKES: Final = timedelta(minutes=4)


def backfill_page(run: JobRun, context: JobContext) -> Sequence[Fact]:
    """Record the start of the gap in the incidents of a page, and enqueue their backfills and the next page."""
    team, since, at = context.slack.team, run.job.since, run.job.until or run.at
    after = IncidentKey(team, run.job.after) if run.job.after else None

    def page(reader: Reader) -> Sequence[Incident]:
        return reader.in_channels(team, ended_since=at - BACKFILLED_FOR, after=after, limit=PAGE)

    affected = context.recorder.read(page)
    started = {one.key: record_start(context.record, one, since) for one in affected} if since else {}
    jobs = [backfill_job(one, started.get(one.key), at) for one in affected]
    if len(affected) == PAGE:
        jobs.append(further_gaps_job(affected[-1].key, run.at + PAGE_TAKES, since=since, until=at))
    context.recorder.transact(lambda unit: unit.enqueue(jobs, at))
    return ()
