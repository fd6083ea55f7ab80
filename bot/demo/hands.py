"""Acts out the beats of the story with people's hands: messages, lines, forms, buttons, marks."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from bot.demo.story import Beat, Form
from bot.replay.stage import Stage

_AT: Final = re.compile(r"@(\w+)")
_DAYS: Final = re.compile(r"\+(\d+)d")
ROOT_WORD: Final = "/incident"


@dataclass
class Hands:
    """Everybody's hands. `messages` are those that a later beat refers to."""

    stage: Stage
    messages: dict[str, tuple[str, str]] = field(default_factory=dict)

    def act(self, beat: Beat) -> None:
        """Act out one beat."""
        user = self.stage.users[beat.by]
        channel = self._place(beat, user)
        acting = self.stage.sandbox.acting
        if beat.edit:
            where, ts = self.messages[beat.edit]
            acting.edit(user, where, ts, beat.say or "")
        elif beat.react:
            acting.react(user, *self.messages[beat.to or ""], beat.react)
        elif beat.say:
            ts = acting.post(user, channel, self._mentioning(beat.say))
            self.messages[beat.label or ts] = (channel, ts)
        elif beat.do:
            self.stage.slash(user, channel, self._mentioning(beat.do.removeprefix(ROOT_WORD).strip()))
        elif beat.press:
            self._press(user, channel, beat)
        if beat.form and not beat.press:
            self._fill(user, self.stage.open_form(user, channel, beat.form.verb), beat.form)

    def _press(self, user: str, channel: str, beat: Beat) -> None:
        """Press the latest button of that name; where it opens a form, fill it."""
        ts, block = self._latest(channel, beat.press or "")
        delivery = self.stage.sandbox.acting.press(user, channel, ts, beat.press or "", block)
        if beat.form:
            view = delivery.wait().view()
            self._fill(user, {"id": view.id, "callback_id": view.callback_id, "blocks": view.blocks}, beat.form)

    def _latest(self, channel: str, action: str) -> tuple[str, str | None]:
        found = [
            (ts, block.get("block_id"))
            for ts, message in self.stage.sandbox.workspace.find_channel(channel).messages.items()
            for block in message.blocks
            for element in block.get("elements", ())
            if isinstance(element, dict) and str(element.get("action_id", "")).startswith(action)
        ]
        if not found:
            raise LookupError(f"no button {action} stands in the channel")
        return max(found)

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
        return str(value) if isinstance(value, int) and not isinstance(value, bool) else value

    def _place(self, beat: Beat, user: str) -> str:
        if beat.place:
            return self.stage.sandbox.workspace.find_channel(beat.place).id
        return self.stage.present(user)

    def _mentioning(self, text: str) -> str:
        users = self.stage.users
        return _AT.sub(lambda found: f"<@{users[found[1]]}>" if found[1] in users else found[0], text)
