"""What there is to know of one Web API method before calling it: its function, scopes, allowance and kind of token."""

from collections.abc import Callable
from dataclasses import dataclass

from sandbox.api.api_call import ApiCall
from sandbox.state.entities import Payload


@dataclass(frozen=True)
class Method:
    """One method; any of its scopes will do, and none means that it needs none."""

    run: Callable[[ApiCall], Payload]
    per_minute: int
    scopes: tuple[str, ...] = ()
    needs_app_token: bool = False
