"""Jobs: work to do outside after a commit, as values. A job holds entry numbers, never text."""

from __future__ import annotations

from enum import StrEnum

from pydantic import AliasChoices, Field

from incident.entry import IncidentKey
from incident.frozen import Frozen, Utc
from roles.person_ids import PersonId


class JobKind(StrEnum):
    """What a job does. The slugs are stored."""

    MAKE_CHANNEL = "make_channel"
    MEMBERS = "members"
    CARD = "card"
    PIN_CARD = "pin_card"
    TOPIC = "topic"
    CHANNEL_NAME = "channel_name"
    BOOKMARKS = "bookmarks"
    ANNOUNCE = "announce"
    HOME = "home"
    SAY = "say"
    SAY_ELSEWHERE = "say_elsewhere"
    UPDATE = "update"
    UPDATE_HERE = "update_here"
    UPDATE_OUTSIDE = "update_outside"
    PROMPT = "prompt"
    REMIND = "remind"
    SHIFT_CHANGE = "shift_change"
    SHIFT_NOTICE = "shift_notice"
    FEEDS = "feeds"
    INTAKE = "intake"
    EVENT_DECLARATION = "event_declaration"
    ALERTS = "alerts"
    PAGE = "page"
    PAGE_METHOD = "page_method"
    PAGE_RECEIPT = "page_receipt"
    PAGE_STOP = "page_stop"
    DUTIES = "duties"
    READ_IN = "read_in"
    NO_CHANNEL = "no_channel"
    NOT_INVITED = "not_invited"
    APPROVER = "approver"
    MASK = "mask"
    EVIDENCE_FILE = "evidence_file"
    EVIDENCE_ERASURE = "evidence_erasure"
    AMEND = "amend"
    TIMER = "timer"
    CHECKPOINT = "checkpoint"
    PUBLISH = "publish"
    STAMP = "stamp"
    RETENTION = "retention"
    VERIFY = "verify"
    RECONCILE = "reconcile"
    GAP = "gap"
    ADOPT = "adopt"
    BEFORE = "before"
    CHANNEL_LINK = "channel_link"
    ORIGIN_REPLY = "origin_reply"
    DIGEST = "digest"
    WEBHOOK = "webhook"
    SUBSCRIBER_NOTICE = "subscriber_notice"
    NOTICE = "notice"
    NOTICE_OUTSIDE = "notice_outside"
    PAGE_TEST = "page_test"


class Rank(int):
    """The priority of a job among those that are due: smaller first."""


USABLE = Rank(0)
URGENT = Rank(1)
NORMAL = Rank(2)
LATER = Rank(3)


class Job(Frozen):
    """Something to do once, or a surface to bring up to date.

    `key` is unique among jobs that are not done: enqueueing it again raises its version. Jobs with the same
    `ordering_key` (stored as `lane`) run in the order in which they were enqueued. `run_at` None means at once. `needs`
    names the key of a job that must be done first. `template` and the entries from `entry` to `last` are what a posted
    line is rendered from. A job that goes through incidents page by page starts `after` one of them, about what happened
    from `since` `until`. `webhook` is the id of the webhook that it tells. `attempt` and `position` say which attempt of a page it is, by which of the person's contact methods.
    """

    kind: JobKind
    key: str
    incident: IncidentKey
    entry: int | None = None
    last: int | None = None
    template: str | None = None
    person: PersonId | None = None
    rank: int = NORMAL
    ordering_key: str | None = Field(
        default=None, validation_alias=AliasChoices("ordering_key", "lane"), serialization_alias="lane"
    )
    run_at: Utc | None = None
    needs: str | None = None
    after: str | None = None
    since: Utc | None = None
    until: Utc | None = None
    position: int | None = None
    webhook: str | None = None
    attempt: int = 1
