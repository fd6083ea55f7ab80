"""Takes words out of Muster's own lines once they are redacted: a line that quoted them says so instead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.send.means import Means, Shown, Task, entries_of
from bot.send.posting import edit
from bot.slack.surfaces.message import Message
from incident.entries.said import Redacted
from incident.entry import Entry, Fact
from incident.jobs import JobKind
from incident.telling.keys import key_of

_LINES = (JobKind.SAY, JobKind.UPDATE_HERE)


def mask(task: Task, means: Means) -> Sequence[Fact]:
    """Mask every line of ours in the incident channel that quotes what an entry redacted."""
    fact = entries_of(task, means)[0].fact
    if not isinstance(fact, Redacted):
        raise LookupError(f"job {task.job.key} names an entry that redacts nothing")
    masked = Message(means.renderer.macro("slack/surfaces/line.j2", "masked", fact))
    for entry in _quoting(task, means, fact):
        for kind in _LINES:
            ts = means.settle.message(means.slack, task.channel, key_of(kind, entry.key, entry.n), entry.recorded_at)
            if ts is not None:
                edit(task, replace(means, shown=Shown()), task.channel, ts, masked)
    return ()


def _quoting(task: Task, means: Means, fact: Redacted) -> list[Entry]:
    entries = means.recorder.read(lambda reader: reader.entries(task.job.incident, after=min(fact.entries) - 1))
    return [entry for entry in entries if entry.n in fact.entries]
