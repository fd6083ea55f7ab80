"""Facts about what Muster did in Slack: made the channel, posted the card, asked, was answered, failed to reach."""

from __future__ import annotations

from typing import ClassVar

from incident.entry import Fact
from incident.frozen import MaybeWords, Utc
from roles.person_ids import PersonId


class ChannelMade(Fact):
    """The incident channel exists and is ours, made for it or adopted. Recorded again when it was made private later."""

    kind: ClassVar[str] = "channel_made"

    channel: str
    name: str
    adopted: bool = False
    private: bool = False


class HistoryTaken(Fact):
    """What was said before was captured: in an adopted channel, or in `channel` since `since`, where it was declared.

    `more` tells that older messages were left in Slack.
    """

    kind: ClassVar[str] = "history_taken"

    messages: int
    more: bool = False
    channel: str | None = None
    since: Utc | None = None


class CardPosted(Fact):
    """The card that shows the present stands in the incident channel."""

    kind: ClassVar[str] = "card_posted"

    channel: str
    ts: str


class Announced(Fact):
    """The incident was announced in the incidents channel."""

    kind: ClassVar[str] = "announced"

    channel: str
    ts: str


class PromptDue(Fact):
    """Something fell due and somebody is asked. `due` names the due thing; `late` when Muster was late to ask."""

    kind: ClassVar[str] = "prompt_due"

    due: str
    ask: str
    asked: tuple[PersonId, ...]
    due_at: Utc
    late: bool = False


class PromptSent(Fact):
    """A prompt stands in Slack."""

    kind: ClassVar[str] = "prompt_sent"

    prompt: int
    channel: str
    ts: str


class PromptPutOff(Fact):
    """Somebody put a prompt off; it comes again at `until`."""

    kind: ClassVar[str] = "prompt_put_off"

    due: str
    until: Utc


class SlackResourceLost(Fact):
    """Something that Slack held for the incident could not be made or is gone: channel, card, invitation."""

    kind: ClassVar[str] = "place_lost"

    what: str
    who: PersonId | None = None
    error: MaybeWords = None


class Exported(Fact):
    """The record was exported by `who` up to entry `upto`, whose hash is `head`."""

    kind: ClassVar[str] = "exported"

    who: PersonId
    upto: int
    head: str
