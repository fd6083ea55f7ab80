"""The report's messages: how many were captured, and the originals of those that were edited or deleted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from incident.entries.conversation import MessageDeleted, MessageEdited, MessagePosted
from incident.entry import Entry
from incident.report.report_format import Report, ReportFormat


def capture(entries: Iterable[Entry]) -> Report:
    """Return the counts of captured messages. A message of which only an edit was backfilled counts as one."""
    posted: set[tuple[str, str]] = set()
    edits = deletes = 0
    for entry in entries:
        fact = entry.fact
        if isinstance(fact, MessagePosted | MessageEdited):
            posted.add((fact.channel, fact.ts))
        edits += isinstance(fact, MessageEdited)
        deletes += isinstance(fact, MessageDeleted)
    return {"messages": len(posted), "edits": edits, "deletes": deletes}


@dataclass
class Revisions:
    """What is known of one message, in any order of arrival."""

    posted: str | None = None
    edits: list[tuple[str, str, str | None]] = field(default_factory=list)
    deleted: bool = False
    last_seen: str | None = None

    def add(self, fact: MessagePosted | MessageEdited | MessageDeleted) -> None:
        """Add an entry about the message."""
        if isinstance(fact, MessagePosted):
            self.posted = fact.text
        elif isinstance(fact, MessageEdited):
            self.edits.append((fact.edited_ts, fact.text, fact.previous))
        else:
            self.deleted, self.last_seen = True, fact.previous

    def written(self) -> Report:
        """Return the original, the current text or null when deleted, and the number of edits."""
        edits = sorted(self.edits, key=lambda edit: edit[0])
        earliest = edits[0][2] if edits else self.last_seen
        return {
            "original": self.posted if self.posted is not None else earliest,
            "current": None if self.deleted else edits[-1][1],
            "edits": len(edits),
            "deleted": self.deleted,
        }


def revisions(entries: Sequence[Entry], read: ReportFormat) -> Report:
    """Return the originals of each message that was edited or deleted."""
    known: dict[tuple[str, str], Revisions] = {}
    changed: dict[tuple[str, str], None] = {}
    for entry in entries:
        fact = entry.fact
        if isinstance(fact, MessagePosted | MessageEdited | MessageDeleted):
            place = (fact.channel, fact.ts)
            known.setdefault(place, Revisions()).add(fact)
            if not isinstance(fact, MessagePosted):
                changed[place] = None
    return {read.message(*place): known[place].written() for place in changed}
