"""Posts the lines about acts in the incident channel. Rendered when sent, so that redacted text is not in them.

A line that shares a message is added to it by an edit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from bot.rendering.mrkdwn import struck
from bot.rendering.renderer import VerbContext
from bot.slack.client.slack_errors import CHANNEL_CLOSED
from bot.slack.surfaces.template_message import Message
from bot.worker.handlers.message_sender import (
    NOT_EDITABLE,
    current_thread,
    edit,
    find_posted,
    post,
    posted_before,
    thread_of,
)
from bot.worker.job_context import JobContext, entries_of
from bot.worker.port import JobRun
from incident.effects.shared_lines import shared_lines
from incident.entries.delivery import QuietSet
from incident.entries.lifecycle import Declared, Undone
from incident.entry import Entry, Fact
from incident.jobs import Job
from incident.ports import Reader
from incident.record import amendments
from incident.record.amendments import amendments_in, as_amended

LATE: Final = timedelta(minutes=1)
_SHARED: Final = "slack/surfaces/line.j2"
# More entries than a shared message spans.
_LOOKED_BACK: Final = 60


def post_line(run: JobRun, context: JobContext) -> Sequence[Fact]:
    """Post the message about an act, or add it to the message it shares, unless its template renders nothing."""
    entries = entries_of(run, context)
    text = line_text(run, context, entries)
    if not text:
        return ()
    line = mark_late(text, entries[0], run, context)
    if not _add(run, context, line, entries[0].recorded_at):
        # That Muster posts in a thread from now on is said where people look.
        thread = None if isinstance(entries[0].fact, QuietSet) else current_thread(run.incident)
        ts = post(run, context, run.channel, Message(line), since=entries[0].recorded_at, thread=thread)
        context.cache.lines[run.job.key] = ts
    return ()


def _add(run: JobRun, context: JobContext, line: str, recorded_at: datetime) -> bool:
    """Add a line to the message of the lines before it. False if there is none, or if it was posted already.

    A late one is a message of its own: nobody reads an old message again.
    """
    if run.at - recorded_at > LATE:
        return False
    earlier = [replace(run, job=job) for job in _lines_before(run, context)]
    if not earlier or posted_before(run, context, run.channel, thread=thread_of(run.incident)):
        return False
    acts = [amended_entries(one, context) for one in earlier]
    found = messages_of([one.job for one in earlier], acts[0][0], run, context)
    start = max(found, default=0)
    lines = [line_text(one, context, about) for one, about in zip(earlier, acts, strict=True)]
    together = Message("\n".join([*shared_text(lines[start:], acts[start:]), line]))
    # A closed channel refuses a post too, and in the words that its reopening waits for.
    lost = NOT_EDITABLE | CHANNEL_CLOSED
    if not found or not edit(run, context, run.channel, found[start], together, lost=lost):
        return False
    context.cache.lines[run.job.key] = found[start]
    return True


def shared_text(lines: Sequence[str], acts: Sequence[Sequence[Entry]]) -> list[str]:
    """Return the lines that a shared message shows. One taken back after the first is left out: it may not have been posted."""
    undone = [any(isinstance(entry.fact, Undone) for entry in amendments_in(act)) for act in acts]
    return [line for n, line in enumerate(lines) if line and not (n and undone[n])]


def messages_of(jobs: Sequence[Job], first: Entry, run: JobRun, context: JobContext) -> dict[int, str]:
    """Return the ts of each message that shows lines which share one, by the place of its first line.

    It is one, unless a line could not be added to it: that one begins another.
    """
    found: dict[int, str] = {}
    for n, job in enumerate(jobs):
        known = context.cache.lines.get(job.key)
        ts = known or find_posted(context, run.channel, job.key, first.recorded_at, thread_of(run.incident))
        if ts is not None and ts not in found.values():
            found[n] = ts
    early = min(found, default=0)
    if early and isinstance(first.fact, Declared) and (jobs[early].entry or 0) <= (jobs[0].last or 0):
        # An earlier release posted the lines of a declaration in another order, under the key of another one.
        found[0] = found.pop(early)
    return found


def _lines_before(run: JobRun, context: JobContext) -> Sequence[Job]:
    """Return the jobs of the lines before this one in the message that it shares."""
    last = run.job.last or run.job.entry or 0

    def read(reader: Reader) -> Sequence[Entry]:
        return reader.entries(run.job.incident, after=max(0, last - _LOOKED_BACK), until=last)

    for jobs in shared_lines(run.incident, context.recorder.read(read)):
        keys = [job.key for job in jobs]
        if run.job.key in keys:
            return jobs[: keys.index(run.job.key)]
    return ()


def amended_entries(run: JobRun, context: JobContext) -> tuple[Entry, ...]:
    """Read the entries of the job, and the later ones that correct them."""
    own = entries_of(run, context)
    key, kinds = run.job.incident, amendments.KINDS
    later = context.recorder.read(lambda reader: reader.entries(key, kinds=kinds, after=own[0].n))
    return (*own, *amendments.amendments_of(own, later))


def line_text(run: JobRun, context: JobContext, entries: tuple[Entry, ...]) -> str:
    """Return the text about an act as it reads now, empty if its template renders nothing.

    After the entries of the act come those that correct them.
    """
    view = VerbContext(incident=run.incident, entries=as_amended(entries), by=entries[0].by, at=run.at)
    text = mark_amended(context.renderer.said(run.job.template or "", view), entries, context)
    if text and isinstance(entries[0].fact, Declared):
        text = f"{text}\n{context.renderer.macro('slack/surfaces/welcome.j2', 'welcome', view)}"
    return text


def mark_amended(text: str, entries: tuple[Entry, ...], context: JobContext) -> str:
    """Return the text of entries with a note of when it was corrected, or struck through if some were taken back."""
    amending = amendments_in(entries)
    if not amending or not text:
        return text
    undone = next((one for one in amending if isinstance(one.fact, Undone)), None)
    last, note, shown = (amending[-1], "corrected", text) if undone is None else (undone, "undone", struck(text))
    return f"{shown}\n{context.renderer.macro(_SHARED, note, last)}"


def mark_late(text: str, entry: Entry, run: JobRun, context: JobContext) -> str:
    """Return the text of an entry, with a note if Slack or an outage held it back for more than a minute."""
    late = run.at - entry.recorded_at
    return f"{text} {context.renderer.macro(_SHARED, 'late', late)}" if late > LATE else text
