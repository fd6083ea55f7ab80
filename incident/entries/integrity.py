"""Facts about the record itself: checkpoints, signing keys, policies, legal hold, retention, a clock that was set back.

All but `Preserved` and `ClockSetBack` are in the workspace chain.
"""

from __future__ import annotations

from typing import ClassVar

from incident.entry import Fact
from incident.frozen import PersonalText, Utc
from incident.medium import Medium


class Checkpointed(Fact):
    """A signed Merkle root over the heads of every chain that had changed.

    `statement` is the exact text that was signed; without a key it is unsigned.
    """

    kind: ClassVar[str] = "checkpointed"
    is_folded: ClassVar[bool] = False

    seq: int
    root: str
    leaves: int
    taken_at: Utc
    statement: str
    public_key: str | None = None
    signature: str | None = None


class PolicyActivated(Fact):
    """A policy became active; its text is stored under this hash."""

    kind: ClassVar[str] = "policy_activated"
    is_folded: ClassVar[bool] = False

    hash: str
    policy_version: str
    owner: str
    approver: str


class CheckpointPublished(Fact):
    """A checkpoint was published in the audit channel; `ref` is the message that holds its root."""

    kind: ClassVar[str] = "checkpoint_published"
    version: ClassVar[int] = 2
    is_folded: ClassVar[bool] = False

    seq: int
    root: str
    medium: Medium
    ref: str


class KeyRotated(Fact):
    """A new key replaces the one that signed checkpoints. Both signed the statement, which names both."""

    kind: ClassVar[str] = "key_rotated"
    is_folded: ClassVar[bool] = False

    old: str
    new: str
    statement: str
    signature: str
    countersignature: str


class Preserved(Fact):
    """Legal hold was set or lifted: while it is on, retention does not delete the incident."""

    kind: ClassVar[str] = "preserved"
    timeline: ClassVar[str | None] = "preserve"
    template: ClassVar[str | None] = "preserve"

    on: bool
    reason: PersonalText


class ClockSetBack(Fact):
    """The clock was set back by `seconds`: entries before this one carry times that lie in the future.

    The entry occurred at the corrected time. Recording times never decrease, so until the clock has passed them again
    they repeat the latest; when an entry occurred is then its time.
    """

    kind: ClassVar[str] = "clock_set_back"
    timeline: ClassVar[str | None] = "clock"

    seconds: int


class Retired(Fact):
    """Retention deleted an incident. This is its tombstone: which chain, how many entries, and its last hash."""

    kind: ClassVar[str] = "retired"
    is_folded: ClassVar[bool] = False

    incident: str
    number: str
    entries: int
    head: str
    ended_at: Utc
    kept_until: Utc
    years: int
    policy_version: str
    policy_hash: str
