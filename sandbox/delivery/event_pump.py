"""The event pump sends workspace events to the app, filtered by subscription, membership and scope.

Applies the faults that duplicate or reorder events. Knows no transport.
"""

import time
from collections.abc import Mapping
from typing import Any

from sandbox.delivery import payloads
from sandbox.delivery.dispatcher import Dispatcher
from sandbox.faults import Faults
from sandbox.scopes import Scopes
from sandbox.state.entities import Channel, Payload
from sandbox.state.workspace import Workspace

MAX_HOLD_SECONDS = 1.0
MESSAGE_SUBSCRIPTIONS = {"channel": "message.channels", "group": "message.groups", "im": "message.im"}


class EventPump:
    """The events that reach the app."""

    def __init__(
        self,
        ws: Workspace,
        dispatcher: Dispatcher,
        *,
        manifest: Mapping[str, Any] | None,
        scopes: Scopes,
        faults: Faults,
    ) -> None:
        settings = ((manifest or {}).get("settings") or {}).get("event_subscriptions") or {}
        self._subscriptions = None if manifest is None else set(settings.get("bot_events") or [])
        self._ws = ws
        self._dispatcher = dispatcher
        self._scopes = scopes
        self._faults = faults
        self._held: Payload | None = None
        self._held_since = 0.0

    def on_event(self, event: Payload, channel: Channel | None) -> None:
        """Send an event if the app receives it. The workspace's lock is held."""
        if not self._dispatcher.is_running or not self._is_delivered(event, channel):
            return
        payload = payloads.event_callback(self._ws, event, self._ws.new_id("Ev"))
        if (
            event["type"] == "message"
            and "subtype" not in event
            and self._held is None
            and self._faults.consume_reordering()
        ):
            self._held, self._held_since = payload, time.monotonic()
            return
        self._send(payload)
        self._release()

    def held_count(self) -> int:
        """Count the held messages: 0 or 1."""
        return int(self._held is not None)

    def release_overdue(self) -> None:
        """Send a held message that no other event has overtaken in time."""
        if self._held is not None and time.monotonic() - self._held_since > MAX_HOLD_SECONDS:
            with self._ws.lock:
                self._release()

    def _release(self) -> None:
        held, self._held = self._held, None
        if held is not None:
            self._send(held)

    def _send(self, payload: Payload) -> None:
        self._dispatcher.send("events_api", payload)
        if self._faults.consume_duplicate():
            self._dispatcher.send("events_api", payload)

    def _is_delivered(self, event: Payload, channel: Channel | None) -> bool:
        subscription = event["type"]
        if subscription == "message" and channel is not None:
            subscription = MESSAGE_SUBSCRIPTIONS[channel.kind]
        if self._subscriptions is not None and subscription not in self._subscriptions:
            return False
        if channel is not None and self._ws.bot.id not in channel.members:
            return False
        return self._scopes.may_receive(subscription, channel)
