"""Posts one message in the incident channel about each act. Rendered when sent, so that redacted text is not in it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from bot.rendering.mrkdwn import struck
from bot.rendering.renderer import VerbContext
from bot.slack.surfaces.template_message import Message
from bot.worker.handlers.message_sender import post
from bot.worker.job_context import JobContext, entries_of
from bot.worker.port import JobRun
from incident.entries.lifecycle import Declared, Undone
from incident.entry import Entry, Fact
from incident.record.amendments import amendments_in, as_amended

LATE: Final = timedelta(minutes=1)
_SHARED: Final = "slack/surfaces/line.j2"


def post_line(run: JobRun, context: JobContext) -> Sequence[Fact]:
    """Post the message about an act, unless its template renders nothing."""
    entries = entries_of(run, context)
    text = line_text(run, context, entries)
    if text:
        message = Message(mark_late(text, entries[0], run, context))
        post(run, context, run.channel, message, since=entries[0].recorded_at)
    return ()


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
