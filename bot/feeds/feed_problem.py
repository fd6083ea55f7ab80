"""Why a feed of an on-call schedule gives nothing usable. The words are stored; none holds an address or a credential."""

from __future__ import annotations

from enum import StrEnum


class Fault(StrEnum):
    """What is wrong with a feed."""

    NO_ADDRESS = "no_address"
    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    TOO_LARGE = "too_large"
    NOT_READABLE = "not_readable"


class FeedProblem(Exception):  # noqa: N818 - it is an answer of the feed
    """A feed gave nothing usable. `status` is that of the web server's answer, None without one."""

    def __init__(self, fault: Fault, status: int | None = None) -> None:
        super().__init__(fault.value)
        self.fault = fault
        self.status = status
