"""Acts out the beats of the story with people's hands: messages, lines, forms, buttons, marks."""

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
    """Everybody's hands. `messages` are those that a later beat refers to."""

    stage: ReplayEnvironment
    begins: datetime
    messages: dict[str, tuple[str, str]] = field(default_factory=dict)

    def act(self, beat: Beat) -> None:
        """Act out one beat."""
        user = self.stage.users[beat.by]
        channel = self._place(beat, user)
        actor = self.stage.sandbox.actor
        if beat.edit:
            where, ts = self.messages[beat.edit]
            actor.edit(user, where, ts, beat.say or "")
        elif beat.react:
            actor.react(user, *self.messages[beat.to or ""], beat.react)
        elif beat.say:
            ts = actor.post(user, channel, self._mentioning(beat.say))
            self.messages[beat.label or ts] = (channel, ts)
        elif beat.do:
            self._type(user, channel, beat.do)
        elif beat.press:
            self._press(user, channel, beat)
        if beat.form and not beat.press:
            self._fill(user, self.stage.open_form(user, channel, beat.form.verb), beat.form)

    def _type(self, user: str, channel: str, line: str) -> None:
        delivery = self.stage.slash(user, channel, self._mentioning(line.removeprefix(ROOT_WORD).strip()))
        self.stage.settle()
        if delivery.opened:
            raise LookupError(f"{line!r} opened a form instead of acting")

    def _press(self, user: str, channel: str, beat: Beat) -> None:
        """Press the latest button of that name; where it opens a form, fill it."""
        ts, block, action = self._latest(channel, beat.press or "")
        delivery = self.stage.sandbox.actor.press(user, channel, ts, action, block)
        delivery.wait()
        if beat.form:
            view = delivery.view()
            self._fill(user, {"id": view.id, "callback_id": view.callback_id, "blocks": view.blocks}, beat.form)

    def _latest(self, channel: str, name: str) -> tuple[str, str | None, str]:
        """Find the first button of a name in the latest message that has one."""
        messages = self.stage.sandbox.workspace.find_channel(channel).messages
        for ts in sorted(messages, reverse=True):
            for block in messages[ts].blocks:
                for element in block.get("elements", ()):
                    action = str(element.get("action_id", "")) if isinstance(element, dict) else ""
                    if action.startswith(name):
                        return ts, block.get("block_id"), action
        raise LookupError(f"no button {name} stands there")

    def _fill(self, user: str, view: dict[str, Any], form: Form) -> None:
        values = {name: self._value(value) for name, value in form.fields.items()}
        boxes = {b["block_id"]: b["element"] for b in view["blocks"] if b["type"] == "input"}
        for name, value in values.items():
            if value is True:
                values[name] = [boxes[name]["options"][0]["value"]]
        self.stage.submit(user, view, values)

    def _value(self, value: Any) -> Any:
        if isinstance(value, str) and value in self.stage.users:
            return self.stage.users[value]
        if isinstance(value, str) and (days := _DAYS.fullmatch(value)):
            at = self.stage.clock.now() + timedelta(days=int(days[1]))
            return int(at.replace(minute=0, second=0, microsecond=0).timestamp())
        if isinstance(value, str) and (since := _SINCE.fullmatch(value)):
            return int((self.begins + timedelta(minutes=int(since[1]))).timestamp())
        return str(value) if isinstance(value, int) and not isinstance(value, bool) else value

    def _place(self, beat: Beat, user: str) -> str:
        if beat.place == DIRECT:
            workspace = self.stage.sandbox.workspace
            both = {user, workspace.bot.id}
            return next(c.id for c in workspace.channels.values() if c.is_im and both <= set(c.members))
        if beat.place:
            return self.stage.sandbox.workspace.find_channel(beat.place).id
        return self.stage.present(user)

    def _mentioning(self, text: str) -> str:
        users = self.stage.users
        return _AT.sub(lambda found: f"<@{users[found[1]]}>" if found[1] in users else found[0], text)
