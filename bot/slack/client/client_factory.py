"""Makes Slack Web API clients and asks Slack who we are. Proxy settings are obeyed, except for an address on this machine."""

from __future__ import annotations

from collections.abc import Callable
from http.client import HTTPException
from typing import Any, Final
from urllib.parse import urlsplit
from urllib.request import Request

from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from bot.call_deadline import open_within, trusted_tls

CallObserver = Callable[[str, str], None]
_LOCAL: Final = frozenset({"127.0.0.1", "localhost", "::1"})


class ObservedClient(WebClient):
    """A client that reports the result of each call to `on_call`: ok, too_many, refused, trouble or unknown.

    `on_date` gets the `Date` of each response. A call ends after `timeout`, whatever the server sends until then.
    """

    on_call: CallObserver = staticmethod(lambda method, result: None)
    on_date: Callable[[str | None], None] = staticmethod(lambda date: None)

    def api_call(self, api_method: str, **arguments: Any) -> SlackResponse:
        """Call a method and report its result."""
        try:
            response = super().api_call(api_method, **arguments)
        except SlackApiError as rejected:
            self.on_call(api_method, _result(rejected))
            self.on_date(_date_of(rejected.response))
            raise
        except (OSError, HTTPException):
            self.on_call(api_method, "unknown")
            raise
        self.on_call(api_method, "ok")
        self.on_date(_date_of(response))
        return response

    def _perform_urllib_http_request_internal(self, url: str, req: Request) -> dict[str, Any]:
        """Call Slack; the time-outs of slack_sdk would bound each read alone."""
        with open_within(self.timeout, req, tls=self.ssl, proxy=self.proxy) as response:
            return {"status": response.status, "headers": response.headers, "body": response.read().decode("utf-8")}


def client_for(
    base_url: str,
    token: str | None = None,
    *,
    timeout: int = 10,
    on_call: CallObserver | None = None,
    on_date: Callable[[str | None], None] | None = None,
) -> WebClient:
    """Make a client that calls once: what has to be retried is a job, and a job knows when. `timeout` is in seconds."""
    address = urlsplit(base_url)
    tls = trusted_tls() if address.scheme == "https" else None
    client = ObservedClient(token=token, base_url=base_url, timeout=timeout, retry_handlers=[], ssl=tls)
    if on_call is not None:
        client.on_call = on_call
    if on_date is not None:
        client.on_date = on_date
    if address.hostname in _LOCAL:
        client.proxy = None
    return client


def _result(rejected: SlackApiError) -> str:
    status = getattr(rejected.response, "status_code", 200)
    if status == 429:
        return "too_many"
    return "trouble" if status >= 500 else "refused"


def _date_of(response: SlackResponse) -> str | None:
    headers = getattr(response, "headers", None) or {}
    value = next((value for name, value in headers.items() if name.lower() == "date"), None)
    return value[0] if isinstance(value, list) else value


def identify(client: WebClient) -> AuthorizeResult:
    """Ask Slack for our team, user and bot."""
    identity = client.auth_test()
    return AuthorizeResult(
        enterprise_id=identity.get("enterprise_id"),
        team_id=identity["team_id"],
        team=identity.get("team"),
        bot_id=identity.get("bot_id"),
        bot_user_id=identity["user_id"],
        bot_token=client.token,
    )
