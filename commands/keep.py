"""`keep`: keeps the files of a message as evidence. "Keep as evidence" in the message's menu does it; Muster fetches the bytes.

What the files are is taken from Slack's own payload alone: no line and no form can name a file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import StringConstraints

from commands.core.fields.form_field import Control, FormField
from commands.core.verb import DecisionContext, Group, Verb
from incident.entries.outside.evidence_items import FileSecured
from incident.entry import Fact
from incident.frozen import Frozen
from incident.refusal import Code, Refusal
from incident.rules.short_ids import next_id

_HIDDEN: Final = FormField("", Control.WORD, hidden=True)
_ATTESTED: Final = FormField("", Control.WORD, hidden=True, attested=True)
_MOST_FILES: Final = 20


class SharedFile(Frozen):
    """A file of a message as Slack shows it; `is_gone` once it was deleted there."""

    id: Annotated[str, StringConstraints(pattern=r"^F[A-Z0-9]{1,30}$")]
    name: str
    size: int | None = None
    is_gone: bool = False


@dataclass(frozen=True)
class KeptView:
    """How many files of a message become evidence at most, and how many more it has."""

    most: int
    left_out: int


class Keep(Verb):
    """Keep the files of a message as evidence: choose "Keep as evidence" in its menu."""

    name = "keep"
    group = Group.RECORD

    channel: Annotated[str | None, _HIDDEN] = None
    ts: Annotated[str | None, _HIDDEN] = None
    files: Annotated[tuple[SharedFile, ...], _ATTESTED] = ()

    def decide(self, now: DecisionContext) -> tuple[Fact, ...]:
        """Secure each file that is there still under an id of its own; the same file may be secured again, as it may change."""
        if self.channel is None or self.ts is None:
            raise Refusal(Code.STATE, "keep_where")
        if not self.files:
            raise Refusal(Code.STATE, "keep_no_files")
        there = self._there
        if not there:
            raise Refusal(Code.STATE, "keep_deleted")
        channel, ids = now.open.places.recorded_as(self.channel), [one.id for one in now.open.evidence]
        facts: list[Fact] = []
        for one in there[:_MOST_FILES]:
            ids.append(next_id("EV", (*ids, *now.open.spent_ids)))
            facts.append(
                FileSecured(id=ids[-1], file=one.id, name=one.name, size=one.size, channel=channel, ts=self.ts)
            )
        return tuple(facts)

    def view(self, now: DecisionContext) -> KeptView:
        """Return how many files become evidence at most, and how many are left out."""
        return KeptView(_MOST_FILES, max(0, len(self._there) - _MOST_FILES))

    @property
    def _there(self) -> list[SharedFile]:
        return [one for one in self.files if not one.is_gone]
