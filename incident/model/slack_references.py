"""What a folded incident refers to in Slack: channel and messages, prompts, pins, masks, activity. Values only."""

from __future__ import annotations

from typing import Protocol

from incident.frozen import Frozen, MaybePersonalText, Utc
from roles.person_ids import PersonId


class OpenPrompt(Frozen):
    """A deadline that was prompted for by entry `n`, last at `at`; `put_off_by` postponed it until `until` (UTC)."""

    due: str
    n: int
    at: Utc
    ask: str
    asked: tuple[PersonId, ...]
    until: Utc | None = None
    put_off_by: PersonId | None = None
    channel: str | None = None
    ts: str | None = None


class Prompted(Protocol):
    """An aggregate that asks people."""

    @property
    def prompted(self) -> tuple[OpenPrompt, ...]:
        """The last prompt for each deadline."""


class Promotion(Frozen):
    """A message that entry `n` promoted to the timeline."""

    n: int
    channel: str
    ts: str
    unpinned: bool = False

    @property
    def place(self) -> tuple[str, str]:
        """The message, by channel and ts."""
        return self.channel, self.ts


class Mask(Frozen):
    """A message, or else the entry `entry`, whose text is hidden: masked by entry `n`, with the entries that quoted it."""

    n: int
    channel: str | None = None
    ts: str | None = None
    entry: int | None = None
    entries: tuple[int, ...]
    by: PersonId
    at: Utc

    @property
    def place(self) -> tuple[str, str] | None:
        """The message, by channel and ts; None where an entry is masked that is about no message."""
        return None if self.channel is None or self.ts is None else (self.channel, self.ts)

    @property
    def subject(self) -> tuple[str, str] | int | None:
        """The message, or else the number of the entry."""
        return self.place or self.entry

    @property
    def ref(self) -> str:
        """The message as people type it, `channel:ts`, or the entry, `E26`."""
        return f"E{self.entry}" if self.place is None else f"{self.channel}:{self.ts}"


class SlackPlaces(Frozen):
    """The incident's channel and messages in Slack.

    `former` are the ids that the channel had before, oldest first. `closed` says why Muster has no channel to write in:
    Slack refused to make it, or it is archived, deleted or closed to Muster.
    """

    channel: str | None = None
    former: tuple[str, ...] = ()
    closed: str | None = None
    channel_name: MaybePersonalText = None
    private: bool = False
    card_ts: str | None = None
    announced_channel: str | None = None
    announced_ts: str | None = None

    @property
    def is_usable(self) -> bool:
        """True if there is a channel, and nothing says that Muster cannot write in it."""
        return self.channel is not None and self.closed is None

    def recorded_as(self, channel: str) -> str:
        """Return the id under which the record holds messages of a channel: the first, also after Slack gave it another."""
        return self.former[0] if self.former and channel in (self.channel, *self.former) else channel


class LastActivity(Frozen):
    """When a person was last active in the incident: by any act or message, refused ones too (UTC)."""

    who: PersonId
    at: Utc
