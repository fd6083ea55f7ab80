"""The protocol of a channel that pages people, and the page that it sends. Knows no provider and no incident.

Every channel answers a page with one of the worker's four results. A page has the same `key` at each attempt, so that a
provider that can drops the repetition; the others deliver it at least once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from bot.worker.port import RateLimited, Refused, Result, Unknown
from incident.model.contact_method import ContactMethod


@dataclass(frozen=True)
class Page:
    """One call for one person, in the words of each kind of channel.

    `answer_url` is an address of ours that takes the answer of this page, and of no other; without it people answer in
    Slack. `answer_line` says so where a person opens the address. `link` opens the incident in Slack. What `is_call` asks
    its reader to come; a status update does not. `reply_to` is the reference of what was sent before about the same.
    """

    key: str
    subject: str
    text: str
    short: str
    spoken: str
    link: str = ""
    answer_url: str = ""
    answer_line: str = ""
    is_call: bool = True
    reply_to: str = ""


@dataclass(frozen=True)
class Acknowledged:
    """The person has seen the page. `by` is who that was in the provider's words, `at` when; each empty if unknown."""

    by: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class Unacknowledged:
    """The page waits for the person."""


@dataclass(frozen=True)
class Expired:
    """The provider rings no longer, and the person has not acknowledged the page."""


@dataclass(frozen=True)
class Arrived:
    """The page arrived, and rings no longer; who read it, the provider does not know."""


Acknowledgement = Acknowledged | Unacknowledged | Arrived | Expired | RateLimited | Unknown | Refused


class Channel(Protocol):
    """A way to page one person."""

    def send(self, page: Page, to: ContactMethod) -> Result:
        """Send the page. `Delivered` means that the provider has it, and its `ref` names it there."""


@runtime_checkable
class PolledChannel(Protocol):
    """A channel whose provider knows who acknowledged a page."""

    def acknowledged(self, ref: str, to: ContactMethod) -> Acknowledgement:
        """Ask the provider about the page of this reference."""


@runtime_checkable
class TrackedChannel(Protocol):
    """A channel whose provider tells us when a page has ended, and then says how; who saw it, it does not know."""

    def outcome(self, ref: str, to: ContactMethod) -> Acknowledgement:
        """Ask the provider what became of the page of this reference: it is under way, has ended, or did not arrive."""


@runtime_checkable
class StoppableChannel(Protocol):
    """A channel that rings until it is stopped."""

    def stop(self, ref: str, to: ContactMethod) -> Result:
        """Stop the page of this reference; a page that has ended is `Delivered` too."""


@runtime_checkable
class CheckedChannel(Protocol):
    """A channel whose provider can be asked whether it takes our credentials, without a page."""

    def check(self) -> Result:
        """Ask. `Delivered` means that the credentials are good."""
