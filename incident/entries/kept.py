"""Facts about the record itself, in the workspace chain: the roots that were signed and the policies that came into force."""

from __future__ import annotations

from typing import ClassVar

from incident.entry import Fact
from incident.frozen import Utc


class Checkpointed(Fact):
    """The last hash of every chain that had changed was put under one root, and the root was signed.

    `statement` is the exact text that was signed; without a key it stands unsigned.
    """

    kind: ClassVar[str] = "checkpointed"

    seq: int
    root: str
    leaves: int
    taken_at: Utc
    statement: str
    public_key: str | None = None
    signature: str | None = None


class PolicyActivated(Fact):
    """A policy came into force; its whole text is stored under this hash."""

    kind: ClassVar[str] = "policy_activated"

    hash: str
    policy_version: str
    owner: str
    approver: str
