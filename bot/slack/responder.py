"""Everything the edge itself asks of Slack: opening forms and telling one person something, on threads of its own.

A listener hands work over and returns; nothing here delays an acknowledgement, and nothing here is on the record.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPException
from threading import Lock
from typing import Final

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook import WebhookClient

from bot.slack.blocks.clipper import fit_blocks, fit_text
from bot.slack.payload import Json

THREADS: Final = 32
FAILED: Final = (SlackApiError, OSError, HTTPException)
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ReplyTarget:
    """How one person can be told something beside an acknowledgement: Slack's response address, or their channel."""

    user: str
    channel: str | None = None
    thread: str | None = None
    response_url: str | None = None
    replaces: bool = False


class Responder:
    """Opens forms and speaks aside. `client` never retries: a form that is late is of no use."""

    def __init__(self, client: WebClient) -> None:
        self._client = client
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="desk")
        # Forms are drawn one at a time: drawing many at once would take the processor from acknowledgements.
        self.drawing = Lock()

    def do(self, work: Callable[[], None]) -> None:
        """Do something soon, on a thread of the desk."""
        self._pool.submit(work).add_done_callback(_log_failure)

    def open(self, trigger_id: str, view: Json, *, over: bool = False) -> bool:
        """Open a form now, or over the one that is open; False when Slack would not, mostly since it is too late."""
        show = self._client.views_push if over else self._client.views_open
        try:
            show(trigger_id=trigger_id, view=view)
        except FAILED as failed:
            _log.warning("a form did not open: %s", failed)
            return False
        return True

    def update(self, view_id: str, view: Json, view_hash: str | None = None) -> None:
        """Change a form that is open; one that was closed or changed meanwhile is left alone."""
        try:
            self._client.views_update(view_id=view_id, view=view, hash=view_hash)
        except FAILED as failed:
            _log.warning("a form did not change: %s", failed)

    def tell(self, aside: ReplyTarget, text: str, blocks: list[Json]) -> None:
        """Tell one person something now. It is an answer and no record: when it cannot be told, the log says so."""
        text, blocks = fit_text(text, "ephemeral.text"), fit_blocks(blocks)
        try:
            if aside.response_url:
                self._respond(aside, text, blocks)
            elif aside.channel:
                self._client.chat_postEphemeral(
                    channel=aside.channel, user=aside.user, text=text, blocks=blocks, thread_ts=aside.thread
                )
        except FAILED as failed:
            _log.warning("somebody could not be told: %s", failed)

    def close(self) -> None:
        """Finish what was handed over and take nothing more."""
        self._pool.shutdown(wait=True)

    def _respond(self, aside: ReplyTarget, text: str, blocks: list[Json]) -> None:
        webhook = WebhookClient(aside.response_url or "", timeout=5, retry_handlers=[])
        webhook.proxy = self._client.proxy
        answer = webhook.send(
            text=text, blocks=blocks, response_type="ephemeral", replace_original=aside.replaces, delete_original=False
        )
        if answer.status_code != 200:
            _log.warning("somebody could not be told: %s", answer.body[:200])


def _log_failure(done: Future[None]) -> None:
    if error := done.exception():
        _log.error("the desk failed", exc_info=error)
