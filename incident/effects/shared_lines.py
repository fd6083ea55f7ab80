"""Which lines in the incident channel share one message: what changes within seconds is one thing to read.

The answer follows from the record alone, so that each line is found again when its words are hidden. Knows no text.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import groupby
from typing import Final

from incident.effects.channel_messages import channel_messages
from incident.entries.conversation import MessagePosted
from incident.entries.delivery import PromptDue
from incident.entry import Entry
from incident.jobs import Job, JobKind
from incident.model.incident import Incident

FEW_SECONDS: Final = timedelta(seconds=5)
A_MINUTE: Final = timedelta(minutes=1)
MOST_SHARED: Final = 5
# An edit notifies nobody, so these are messages of their own: they ask a person for something, or warn.
_ALONE: Final = frozenset(
    {
        "action",
        "handover",
        "quiet",
        "drill",
        "surfaces/lost",
        "surfaces/undelivered",
        "surfaces/gap",
        "surfaces/page_failed",
    }
)
# News that is worth a message of its own, unless the line before is seconds old.
_NEWS: Final = frozenset(
    {
        "major",
        "priority",
        "escalate",
        "decide",
        "mitigated",
        "restored",
        "regress",
        "resolve",
        "close",
        "reopen",
        "void",
    }
)


def shared_lines(incident: Incident, entries: Sequence[Entry]) -> tuple[tuple[Job, ...], ...]:
    """Return the jobs of the messages that these entries posted, those of one shared message together.

    A line joins the line before it if nobody wrote and nothing was asked between the two, and it follows within a minute;
    news within seconds, and what asks or warns never.
    """
    found: list[list[Job]] = []
    before: Entry | None = None
    for _, several in groupby(entries, key=lambda entry: (entry.recorded_at, entry.source)):
        act = tuple(several)
        if any(isinstance(entry.fact, MessagePosted | PromptDue) for entry in act):
            before = None
        for job in channel_messages(incident, act):
            first = next(entry for entry in act if entry.n == job.entry)
            if before is not None and len(found[-1]) < MOST_SHARED and _joins(job, first, before):
                found[-1].append(job)
            else:
                found.append([job])
            before = first if job.kind is JobKind.SAY else None
    return tuple(tuple(jobs) for jobs in found)


def _joins(job: Job, first: Entry, before: Entry) -> bool:
    if job.kind is not JobKind.SAY or job.template in _ALONE:
        return False
    return first.recorded_at - before.recorded_at <= (FEW_SECONDS if job.template in _NEWS else A_MINUTE)
