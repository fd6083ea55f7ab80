"""The description of a Web API method: function, scopes, rate limit, token type."""

from collections.abc import Callable
from dataclasses import dataclass

from sandbox.api.api_call import ApiCall
from sandbox.state.entities import Payload
from sandbox.workspace_errors import SlackError


@dataclass(frozen=True)
class Method:
    """One method. Any one of its scopes is enough; none means no requirement. `per_minute` is its rate limit."""

    run: Callable[[ApiCall], Payload]
    per_minute: int
    scopes: tuple[str, ...] = ()
    needs_app_token: bool = False


def retired(call: ApiCall) -> Payload:
    """Refuse a method that Slack has retired."""
    raise SlackError("method_deprecated")
