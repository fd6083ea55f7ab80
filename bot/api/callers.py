"""Who calls the API: the token, the actor behind it, and whether it calls too often. Knows no route."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Final, Protocol

from bot.api.problem import ApiCode, Problem
from bot.requests.bounded_call import bounded
from commands.core.request import RESPONDER, Actor, TokenLimits
from incident.model.api.api_token import ApiToken
from incident.policy import Policy
from incident.refusal import Code
from roles.accounts import refusal_to_act

_SCHEME: Final = "bearer"
_MOST_TOKENS: Final = 5_000
_LONGEST: Final = 200


class TokenStore(Protocol):
    """Where tokens are looked up."""

    def find(self, presented: str, at: datetime) -> ApiToken | None:
        """Return the valid token with this text; None for any other."""


class Clock(Protocol):
    """The clock of the process."""

    def now(self) -> datetime:
        """Return the present moment, aware and in UTC."""


@dataclass(frozen=True)
class Caller:
    """A valid token and the actor by it."""

    token: ApiToken
    actor: Actor

    def require(self, scope: str) -> None:
        """Raise a Problem unless the token has a scope."""
        if not self.token.allows(scope):
            raise Problem(ApiCode.SCOPE, "api_scope", facts={"scope": scope})


@dataclass
class CallRate:
    """A token bucket for each token: its requests a minute, of which half may come at once."""

    _buckets: OrderedDict[str, tuple[float, datetime]] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def wait_seconds(self, token: ApiToken, at: datetime) -> int:
        """Count a call and return 0, or return in how many seconds the next one may come."""
        per_second, burst = token.per_minute / 60, max(1.0, token.per_minute / 2)
        with self._lock:
            left, since = self._buckets.pop(token.id, (burst, at))
            left = min(burst, left + max(0.0, (at - since).total_seconds()) * per_second)
            self._buckets[token.id] = (left - 1 if left >= 1 else left, at)
            if len(self._buckets) > _MOST_TOKENS:
                self._buckets.popitem(last=False)
        return 0 if left >= 1 else math.ceil((1 - left) / per_second)


@dataclass(frozen=True)
class Callers:
    """Identifies callers. `actor_of` returns the actor behind a token, without its limits."""

    tokens: TokenStore
    actor_of: Callable[[ApiToken], Actor]
    clock: Clock
    rate: CallRate = field(default_factory=CallRate)

    def identify(self, authorization: str) -> Caller:
        """Return the caller of an Authorization header. Raise a Problem for no valid token, and for too many calls."""
        scheme, _, presented = authorization.strip().partition(" ")
        at = self.clock.now()
        is_bearer = scheme.lower() == _SCHEME and 0 < len(presented) <= _LONGEST and presented.isascii()
        token = bounded(lambda: self.tokens.find(presented.strip(), at)) if is_bearer else None
        if token is None:
            raise Problem(ApiCode.NO_TOKEN, "api_no_token", headers={"WWW-Authenticate": "Bearer"})
        if wait := self.rate.wait_seconds(token, at):
            raise Problem(
                ApiCode.TOO_OFTEN, "api_too_often", facts={"seconds": str(wait)}, headers={"Retry-After": str(wait)}
            )
        return self.caller(token)

    def caller(self, token: ApiToken) -> Caller:
        """Return the caller behind a valid token. Raise a Problem for an account that may not act."""
        limits = TokenLimits(granted=frozenset(token.restricted), services=frozenset(token.services))
        actor = self.actor_of(token).model_copy(update={"limits": limits})
        if reason := refusal_to_act(actor.account):
            raise Problem(Code.NOT_AUTHORISED, reason)
        return Caller(token, actor)


def service_actor(token: ApiToken, policy: Policy) -> Actor:
    """Return a service as an actor: in the groups that name it, and a responder while the policy names none."""
    groups = {name for name, members in policy.groups.items() if token.owner in members}
    if RESPONDER not in policy.groups:
        groups.add(RESPONDER)
    return Actor(id=token.owner, groups=frozenset(groups))
