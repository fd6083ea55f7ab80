"""The people of the demo: they act out the story's beats with messages, commands, forms, buttons and reactions."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from bot.simulation.demo.demo_story import Beat, Form
from bot.simulation.replay.replay_environment import ReplayEnvironment

_AT: Final = re.compile(r"@(\w+)")
_DAYS: Final = re.compile(r"\+(\d+)d")
_SINCE: Final = re.compile(r"T([+-]\d+)")
ROOT_WORD: Final = "/incident"
DIRECT: Final = "dm"


@dataclass
class Actors:
    """The people of the demo. `messages` holds the messages that later beats refer to."""

    environment: ReplayEnvironment
    starts_at: datetime
    messages: dict[str, tuple[str, str]] = field(default_factory=dict)

    def act(self, beat: Beat) -> None:
        """Act out one beat."""
        user = self.environment.users[beat.by]
        channel = self._channel_of(beat, user)
        actor = self.environment.sandbox.actor
        if beat.edit:
            where, ts = self.messages[beat.edit]
            actor.edit(user, where, ts, beat.say or "")
        elif beat.react:
            actor.react(user, *self.messages[beat.to or ""], beat.react)
        elif beat.say:
            ts = actor.post(user, channel, self._with_mentions(beat.say))
            self.messages[beat.label or ts] = (channel, ts)
        elif beat.do:
            self._send_line(user, channel, beat.do)
        elif beat.press:
            self._press(user, channel, beat)
        if beat.form and not beat.press:
            self._fill(user, self.environment.open_form(user, channel, beat.form.verb), beat.form)

    def _send_line(self, user: str, channel: str, line: str) -> None:
        delivery = self.environment.slash(user, channel, self._with_mentions(line.removeprefix(ROOT_WORD).strip()))
        self.environment.settle()
        if delivery.opened:
            raise LookupError(f"{line!r} opened a form instead of acting")

    def _press(self, user: str, channel: str, beat: Beat) -> None:
        """Press the latest button of a name, and fill in the form that it opens."""
        ts, block, action = self._latest_button(channel, beat.press or "")
        delivery = self.environment.sandbox.actor.press(user, channel, ts, action, block)
        delivery.wait()
        if beat.form:
            view = delivery.view()
            self._fill(user, {"id": view.id, "callback_id": view.callback_id, "blocks": view.blocks}, beat.form)

    def _latest_button(self, channel: str, name: str) -> tuple[str, str | None, str]:
        """Return the first button of a name in the latest message that has one."""
        messages = self.environment.sandbox.workspace.find_channel(channel).messages
        for ts in sorted(messages, reverse=True):
            for block in messages[ts].blocks:
                for element in block.get("elements", ()):
                    action = str(element.get("action_id", "")) if isinstance(element, dict) else ""
                    if action.startswith(name):
                        return ts, block.get("block_id"), action
        raise LookupError(f"there is no button {name}")

    def _fill(self, user: str, view: dict[str, Any], form: Form) -> None:
        values = {name: self._value(value) for name, value in form.fields.items()}
        inputs = {b["block_id"]: b["element"] for b in view["blocks"] if b["type"] == "input"}
        for name, value in values.items():
            if value is True:
                values[name] = [inputs[name]["options"][0]["value"]]
        self.environment.submit(user, view, values)

    def _value(self, value: Any) -> Any:
        if isinstance(value, str) and value in self.environment.users:
            return self.environment.users[value]
        if isinstance(value, str) and (days := _DAYS.fullmatch(value)):
            at = self.environment.clock.now() + timedelta(days=int(days[1]))
            return int(at.replace(minute=0, second=0, microsecond=0).timestamp())
        if isinstance(value, str) and (offset := _SINCE.fullmatch(value)):
            return int((self.starts_at + timedelta(minutes=int(offset[1]))).timestamp())
        return str(value) if isinstance(value, int) and not isinstance(value, bool) else value

    def _channel_of(self, beat: Beat, user: str) -> str:
        if beat.place == DIRECT:
            workspace = self.environment.sandbox.workspace
            members = {user, workspace.bot.id}
            return next(c.id for c in workspace.channels.values() if c.is_im and members <= set(c.members))
        if beat.place:
            return self.environment.sandbox.workspace.find_channel(beat.place).id
        return self.environment.join_current_channel(user)

    def _with_mentions(self, text: str) -> str:
        users = self.environment.users
        return _AT.sub(lambda found: f"<@{users[found[1]]}>" if found[1] in users else found[0], text)
