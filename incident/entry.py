"""An entry of the record: who, when, from where, and one fact in the past tense. Knows no chain and no storage."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar, NamedTuple

from pydantic import JsonValue

from incident.frozen import REDACTED, Frozen, Utc, text_fields
from roles.person_ids import PersonId


class IncidentKey(NamedTuple):
    """The key of a chain: the team and the incident's ULID, or `workspace` for what belongs to no incident."""

    team: str
    id: str


WORKSPACE = "workspace"


def workspace_chain(team: str) -> IncidentKey:
    """Return the key of the chain that holds refusals without an incident, checkpoints and policy activations."""
    return IncidentKey(team, WORKSPACE)


class EntryPoint(StrEnum):
    """Where a request came from. The slugs are stored, as `surface`.

    `HISTORY` is a backfill of what Slack shows of a gap, `SPOOL` what was spooled while the database was unavailable,
    `WEB` an address of ours at which a person or a provider answers a page, `API` a request with a token.
    """

    COMMAND = "command"
    FORM = "form"
    BUTTON = "button"
    SHORTCUT = "shortcut"
    EVENT = "event"
    CLI = "cli"
    TIMER = "timer"
    JOB = "job"
    HISTORY = "history"
    SPOOL = "spool"
    WEB = "web"
    API = "api"


class Source(Frozen):
    """Where an entry came from: entry point, channel, message ts, and the id of the event or request."""

    surface: EntryPoint
    channel: str | None = None
    message: str | None = None
    event: str | None = None


class Fact(Frozen):
    """One thing that happened, in the past tense. What the policy decided is a value of the fact.

    `kind` and `version` are stored and never reused. `timeline` is the word that the timeline shows it under, None for
    a fact that readers of the timeline do not need. `template` names the template in templates/slack/ of the channel
    message when a person did it, `notice` that of the message in any case; None posts nothing. `is_folded` is
    False for a fact that does not change the folded incident; every other one has the function of its kind's name in
    the module of incident/fold/ named like its own.
    """

    kind: ClassVar[str]
    version: ClassVar[int] = 1
    timeline: ClassVar[str | None] = None
    template: ClassVar[str | None] = None
    notice: ClassVar[str | None] = None
    is_folded: ClassVar[bool] = True

    def shown_by(self, by: PersonId) -> PersonId:
        """Return who did this, as readers see it: the person the entry is by, unless the fact knows better."""
        return by


class NewEntry(Frozen):
    """A fact to be recorded, with who did it and when it happened; it gets its number and hash when recorded."""

    fact: Fact
    by: PersonId
    occurred_at: Utc
    source: Source


class Entry(Frozen):
    """A recorded fact. `redacted` says that its text is deleted and reads `[redacted]`."""

    key: IncidentKey
    n: int
    by: PersonId
    occurred_at: Utc
    recorded_at: Utc
    source: Source
    fact: Fact
    redacted: bool = False

    @property
    def is_backfilled(self) -> bool:
        """True if the fact happened before it was recorded."""
        return self.occurred_at < self.recorded_at

    @property
    def shown_by(self) -> PersonId:
        """Who did this, as readers see it."""
        return self.fact.shown_by(self.by)


def split(fact: Fact) -> tuple[dict[str, JsonValue], dict[str, JsonValue]]:
    """Return the data and the personal text of a fact, ready for the canonical form.

    A text that is None is left out.
    """
    dumped = fact.model_dump(mode="json")
    words = text_fields(type(fact))
    return (
        {name: value for name, value in dumped.items() if name not in words},
        {name: value for name, value in dumped.items() if name in words and value is not None},
    )


def join(kind: type[Fact], facts: dict[str, JsonValue], words: dict[str, JsonValue] | None) -> Fact:
    """Return the fact with these data and texts; with None for the texts each reads `[redacted]`."""
    texts = dict.fromkeys(text_fields(kind), REDACTED) if words is None else words
    return kind.model_validate({**facts, **texts})
