"""Trigger ids: each opens one view for one person, once, within some seconds of the workspace's clock; Slack's are three."""

import secrets
from collections import OrderedDict

from sandbox.state.workspace import Workspace
from sandbox.state.workspace_clock import to_micros
from sandbox.workspace_errors import SlackError

MAX_REMEMBERED = 5000


class TriggerIds:
    """The recently issued trigger ids."""

    def __init__(self, workspace: Workspace, lifetime_seconds: float) -> None:
        self._ws = workspace
        self._lifetime_micros = int(lifetime_seconds * 1_000_000)
        self._issued: OrderedDict[str, tuple[str, int, str]] = OrderedDict()
        self._exchanged: set[str] = set()

    def issue(self, user: str, conversation: str = "") -> str:
        """Issue a trigger id for a person's action in a conversation, if it was in one."""
        with self._ws.lock:
            now = to_micros(self._ws.clock.now())
            trigger = f"{now}.{len(self._issued)}.{secrets.token_hex(8)}"
            self._issued[trigger] = (user, now, conversation)
            if len(self._issued) > MAX_REMEMBERED:
                self._exchanged.discard(self._issued.popitem(last=False)[0])
            return trigger

    def exchange(self, trigger: str) -> str:
        """Use a trigger id up and return its person. SlackError: invalid, exchanged or expired trigger_id."""
        with self._ws.lock:
            if trigger not in self._issued:
                raise SlackError("invalid_trigger_id")
            if trigger in self._exchanged:
                raise SlackError("exchanged_trigger_id")
            user, issued_at, _ = self._issued[trigger]
            if to_micros(self._ws.clock.now()) - issued_at > self._lifetime_micros:
                raise SlackError("expired_trigger_id")
            self._exchanged.add(trigger)
            return user

    def conversation_of(self, trigger: str) -> str:
        """Return the conversation that a trigger id was issued in, "" for none."""
        return self._issued[trigger][2] if trigger in self._issued else ""
