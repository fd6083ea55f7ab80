"""Calls that Slack listeners make beside their acknowledgement: forms and replies, on a thread pool of their own.

A listener submits work and returns, so no call delays an acknowledgement. Nothing here is recorded.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPException
from threading import Lock
from typing import Final
from urllib.request import Request

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook import WebhookClient, WebhookResponse

from bot.call_deadline import open_within
from bot.slack.blocks.clipper import fit_blocks, fit_text
from bot.slack.payload import Json

THREADS: Final = 32
FAILED: Final = (SlackApiError, OSError, HTTPException)
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ReplyTarget:
    """Where a reply to one person goes: Slack's response URL, or an ephemeral message in their channel."""

    user: str
    channel: str | None = None
    thread: str | None = None
    response_url: str | None = None
    replaces: bool = False


class Responder:
    """Opens forms and sends replies. `client` never retries: a form that is late does not open."""

    def __init__(self, client: WebClient) -> None:
        self._client = client
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="responder")
        # Forms are rendered one at a time: rendering many at once would take the processor from acknowledgements.
        self.form_lock = Lock()

    def submit(self, work: Callable[[], None]) -> None:
        """Do the work soon, on a thread of the pool."""
        self._pool.submit(work).add_done_callback(_log_failure)

    def open_form(self, trigger_id: str, view: Json, *, over: bool = False) -> bool:
        """Open a form now, or push it over the open one; False when Slack refuses, mostly because it is too late."""
        show = self._client.views_push if over else self._client.views_open
        try:
            show(trigger_id=trigger_id, view=view)
        except FAILED as failed:
            _log.warning("a form did not open: %s", failed)
            return False
        return True

    def update_form(self, view_id: str, view: Json, view_hash: str | None = None) -> None:
        """Replace an open form; one that was closed or changed since `view_hash` stays as it is."""
        try:
            self._client.views_update(view_id=view_id, view=view, hash=view_hash)
        except FAILED as failed:
            _log.warning("a form did not change: %s", failed)

    def channel(self, channel: str) -> Json | None:
        """Return a channel with the number of its members; None when Slack does not say."""
        try:
            found: Json = self._client.conversations_info(channel=channel, include_num_members=True)["channel"]
        except FAILED as failed:
            _log.info("a channel could not be looked at: %s", failed)
            return None
        return found

    def send(self, target: ReplyTarget, text: str, blocks: list[Json]) -> None:
        """Send a reply now. A reply that cannot be sent is logged; nothing depends on it."""
        text, blocks = fit_text(text, "ephemeral.text"), fit_blocks(blocks)
        try:
            if target.response_url:
                self._respond(target, text, blocks)
            elif target.channel:
                self._client.chat_postEphemeral(
                    channel=target.channel, user=target.user, text=text, blocks=blocks, thread_ts=target.thread
                )
        except FAILED as failed:
            _log.warning("a reply was not sent: %s", failed)

    def close(self) -> None:
        """Finish the submitted work and accept no more."""
        self._pool.shutdown(wait=True)

    def _respond(self, target: ReplyTarget, text: str, blocks: list[Json]) -> None:
        webhook = _ResponseUrl(target.response_url or "", timeout=5, retry_handlers=[])
        webhook.proxy, webhook.ssl = self._client.proxy, self._client.ssl
        response = webhook.send(
            text=text, blocks=blocks, response_type="ephemeral", replace_original=target.replaces, delete_original=False
        )
        if response.status_code != 200:
            _log.warning("a reply was not sent: %s", response.body[:200])


class _ResponseUrl(WebhookClient):
    """A response URL of Slack's. A call ends after `timeout`, whatever the server sends until then."""

    def _perform_http_request_internal(self, url: str, req: Request) -> WebhookResponse:
        with open_within(self.timeout, req, tls=self.ssl, proxy=self.proxy) as response:
            body = response.read().decode("utf-8")
            return WebhookResponse(url=url, status_code=response.status, body=body, headers=dict(response.headers))


def _log_failure(done: Future[None]) -> None:
    if error := done.exception():
        _log.error("work of the responder failed", exc_info=error)
