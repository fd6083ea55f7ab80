"""How the person of one call is paged beside Slack: the plan, and each attempt. Knows no address."""

from __future__ import annotations

from typing import Literal

from incident.frozen import Frozen, Utc
from incident.medium import Medium, PlannedMethod
from incident.model.contact_method import SILENT


class PageAttempt(Frozen):
    """One attempt by one contact method; `n` is its entry, `ended` how it ceased to ring, None while it may ring."""

    n: int
    at: Utc
    position: int
    medium: Medium
    attempt: int
    outcome: Literal["sent", "unknown", "postponed", "failed"]
    ref: str | None = None
    retry_at: Utc | None = None
    ended: Literal["stopped", "delivered", "expired", "unreached", "unstopped"] | None = None
    ended_at: Utc | None = None


class CallPage(Frozen):
    """The plan and the attempts of the call of entry `call`. The methods are in the order in which they are used."""

    call: int
    methods: tuple[PlannedMethod, ...] = ()
    attempts: tuple[PageAttempt, ...] = ()

    @property
    def is_loud(self) -> bool:
        """True if one of the methods can wake a person."""
        return any(one.medium not in SILENT for one in self.methods)

    @property
    def is_sent(self) -> bool:
        """True if a method that can wake a person took the page, as far as is known."""
        return any(one.outcome == "sent" and one.medium not in SILENT for one in self.attempts)

    def tries(self, position: int) -> int:
        """Return how often the contact method at a position was tried."""
        return sum(1 for one in self.attempts if one.position == position)

    def after(self, position: int) -> PlannedMethod | None:
        """Return the method that is used after the one at a position, None after the last."""
        places = [one.position for one in self.methods]
        following = self.methods[places.index(position) + 1 :] if position in places else ()
        return next(iter(following), None)

    @property
    def next(self) -> PlannedMethod | None:
        """The first method that was not tried yet."""
        return next((one for one in self.methods if not self.tries(one.position)), None)
