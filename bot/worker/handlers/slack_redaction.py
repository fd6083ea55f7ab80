"""Edits Muster's messages that quote a text: redacted and masked words leave them, unmasked words return.

Those that show the mark of a hidden text when they are rendered as they read now are edited.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from bot.worker.handlers.edits.posted_messages import (
    UNRENDERED,
    Posted,
    deliveries,
    direct_messages_sent,
    edit_all,
    posts_here,
)
from bot.worker.job_context import JobContext, entries_of
from bot.worker.port import JobRun
from incident.entries.classification import Reclassified
from incident.entries.conversation import Masked, MaskLifted, Redacted
from incident.entry import Entry, Fact
from incident.frozen import REDACTED
from incident.model.slack_references import Mask
from incident.ports import Reader
from incident.record import masked_view


@dataclass(frozen=True)
class HiddenView:
    """How the incident reads where the text is hidden, by which the messages that quote it are recognised."""

    run: JobRun
    mask: Mask | None
    mark: str
    entries: tuple[int, ...]

    def hides_in(self, posted: Posted) -> bool:
        """True if a message quotes the text: hidden, it shows the mark. One that cannot be rendered may quote it."""
        masks = (self.mask,) if self.mask else ()
        try:
            message = posted.render(self.run, tuple(masked_view.masked(entry, masks) for entry in posted.entries))
        except UNRENDERED:
            return posted.tells_of(*self.entries)
        return message is not None and self.mark in f"{message.text}{message.blocks}"


def edit_quotes(run: JobRun, context: JobContext) -> Sequence[Fact]:
    """Edit every message that quotes what an entry redacted, masked or unmasked.

    An entry that restricts the incident takes its title out of the updates in other channels. A message that cannot be
    edited does not stop the others, and is recorded.
    """
    entry = entries_of(run, context)[0]
    if isinstance(entry.fact, Reclassified):
        return edit_all(run, context, entry, deliveries(run, context))
    if not isinstance(entry.fact, Redacted | Masked | MaskLifted):
        raise LookupError(f"job {run.job.key} names an entry that hides nothing")
    hidden = context.recorder.read(partial(_hidden_view, run, entry, entry.fact))
    posted = (*posts_here(run, context), *deliveries(run, context), *direct_messages_sent(run, context))
    return edit_all(run, context, entry, [one for one in posted if hidden.hides_in(one)])


def _hidden_view(run: JobRun, entry: Entry, fact: Redacted | Masked | MaskLifted, reader: Reader) -> HiddenView:
    """Return the view of the present, where the text is hidden or gone, or of the time before a mask was lifted."""
    if not isinstance(fact, MaskLifted):
        mark = REDACTED if isinstance(fact, Redacted) else masked_view.MASKED
        return HiddenView(run, None, mark, fact.entries)
    mask = Mask(n=entry.n, entry=entry.n, entries=fact.entries, by=entry.by, at=entry.recorded_at)
    incident = run.incident.model_copy(update={"masks": (*run.incident.masks, mask)})
    shown = masked_view.masked_incident(incident, masked_view.hidden_by(mask, incident.key, reader.unmasked()))
    return HiddenView(replace(run, found=shown), mask, masked_view.MASKED, fact.entries)
