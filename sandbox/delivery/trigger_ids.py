"""Trigger ids: each lets an app open one form for one person, once and within three seconds of the workspace's clock."""

import secrets
from collections import OrderedDict

from sandbox.state.workspace import Workspace
from sandbox.state.workspace_clock import to_micros
from sandbox.workspace_errors import SlackError

LASTS_MICROS = 3_000_000
REMEMBERED = 5000


class TriggerIds:
    """The trigger ids given out lately."""

    def __init__(self, workspace: Workspace) -> None:
        self._ws = workspace
        self._given: OrderedDict[str, tuple[str, int]] = OrderedDict()
        self._spent: set[str] = set()

    def issue(self, user: str) -> str:
        """Give out a trigger id for something this person just did."""
        with self._ws.lock:
            now = to_micros(self._ws.clock.now())
            trigger = f"{now}.{len(self._given)}.{secrets.token_hex(8)}"
            self._given[trigger] = (user, now)
            if len(self._given) > REMEMBERED:
                self._spent.discard(self._given.popitem(last=False)[0])
            return trigger

    def spend(self, trigger: str) -> str:
        """Return whose trigger this is and use it up; refuse one unknown, used or too old."""
        with self._ws.lock:
            if trigger not in self._given:
                raise SlackError("invalid_trigger_id")
            if trigger in self._spent:
                raise SlackError("exchanged_trigger_id")
            user, at = self._given[trigger]
            if to_micros(self._ws.clock.now()) - at > LASTS_MICROS:
                raise SlackError("expired_trigger_id")
            self._spent.add(trigger)
            return user
