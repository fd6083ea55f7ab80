"""What of a folded incident stands in Slack or came from there: places, prompts, marks, masks, who was active. Values only."""

from __future__ import annotations

from incident.frozen import Frozen, Utc
from roles.person_ids import PersonId


class OpenPrompt(Frozen):
    """A due thing somebody was asked about: by entry `n`, last asked at `at`, put off until `until`."""

    due: str
    n: int
    at: Utc
    ask: str
    asked: tuple[PersonId, ...]
    until: Utc | None = None
    channel: str | None = None
    ts: str | None = None


class Promotion(Frozen):
    """A message marked for the timeline by entry `n`."""

    n: int
    channel: str
    ts: str
    unpinned: bool = False

    @property
    def place(self) -> tuple[str, str]:
        """Name the message by channel and ts."""
        return self.channel, self.ts


class Mask(Frozen):
    """A message whose text nobody is shown: masked by entry `n`, with the entries that quoted it."""

    n: int
    channel: str
    ts: str
    entries: tuple[int, ...]
    by: PersonId
    at: Utc

    @property
    def place(self) -> tuple[str, str]:
        """Name the message by channel and ts."""
        return self.channel, self.ts

    @property
    def ref(self) -> str:
        """Name the message as it can be typed."""
        return f"{self.channel}:{self.ts}"


class SlackPlaces(Frozen):
    """Where the incident stands in Slack."""

    channel: str | None = None
    channel_name: str | None = None
    private: bool = False
    card_ts: str | None = None
    announced_channel: str | None = None
    announced_ts: str | None = None


class LastActivity(Frozen):
    """When somebody was last active in the incident: any act or message of theirs, refused ones too."""

    who: PersonId
    at: Utc
