"""Facts about events: what was seen or reported, and whether it is an incident. An event stays one until that is judged.

An event is an alert of a source, a mail, a notice, a thread, a change or a report; what a sender repeats is counted.
"""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar, Literal

from incident.entry import Fact
from incident.frozen import MaybePersonalText, PersonalText, Utc
from incident.states import Priority


class EventKind(StrEnum):
    """What an event is. The slugs are stored."""

    ALERT = "alert"
    MAIL = "mail"
    NOTICE = "notice"
    THREAD = "thread"
    CHANGE = "change"
    REPORT = "report"


class EventReceived(Fact):
    """An event came from a `source`, a name of the policy, or from the person the entry is by.

    `digest` is the SHA-256 of the key by which its sender repeats it. A start that is implausible, in the future or long
    past, stays on record and counts for no clock. `reporter` are the words for who reported it, where that is not the entry's person.
    `can_work` is whether a person who reports it can still work, `callback` where they can be called back.
    `payload_sha256` and `payload_bytes` are those of the body that it came in, None without one. `fired` are marks of its
    alerts, made of their keys; `declares` names the rule of the policy by which it is declared an incident at once.
    """

    kind: ClassVar[str] = "event_received"

    id: str
    source: str
    event_kind: EventKind
    text: PersonalText
    details: MaybePersonalText = None
    link: MaybePersonalText = None
    reporter: MaybePersonalText = None
    service: str | None = None
    priority: Priority | None = None
    digest: str | None = None
    starts_at: Utc | None = None
    is_implausible: bool = False
    is_firing: bool = True
    count: int = 1
    fired: tuple[str, ...] = ()
    declares: str | None = None
    can_work: Literal["yes", "partly", "no"] | None = None
    callback: MaybePersonalText = None
    is_signed: bool = False
    payload_sha256: str | None = None
    payload_bytes: int | None = None


class EventRepeated(Fact):
    """More came of an event: `count` alerts since the last entry about it. `is_firing` is how it is after them.

    `members` are the alerts that it never had before, `fired` and `resolved` the marks of those that changed. `digests` are
    those of keys that it gathers from now on: so many came at once that they are one event.
    """

    kind: ClassVar[str] = "event_repeated"

    event: str
    is_firing: bool
    count: int
    members: int = 0
    fired: tuple[str, ...] = ()
    resolved: tuple[str, ...] = ()
    digests: tuple[str, ...] = ()


class EventJudged(Fact):
    """An event is an incident, the one with this `number`, or is none. `rule` names the rule of the policy that judged it."""

    kind: ClassVar[str] = "event_judged"

    event: str
    is_incident: bool
    number: str | None = None
    reason: MaybePersonalText = None
    rule: str | None = None


class EventRejected(Fact):
    """Requests of a `source` were rejected, `count` since the last such entry; `payload_sha256` is the first one's body.

    The name of an unknown source is a sender's word and is left out.
    """

    kind: ClassVar[str] = "event_rejected"
    is_folded: ClassVar[bool] = False

    source: str
    why: Literal["signature", "replayed", "size", "unreadable", "unknown_source", "rate"]
    count: int = 1
    payload_sha256: str | None = None
