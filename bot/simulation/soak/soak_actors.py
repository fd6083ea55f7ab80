"""What people do in a soak, each act drawn from a step: they talk, type lines, fill forms, press buttons.

Whatever somebody can no longer do when the step is taken (the message is gone, they are not in the channel) is skipped.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from bot.rendering.message_catalog import sentence
from bot.simulation.soak.ledger import Ledger, LedgerEntry
from bot.simulation.soak.soak_environment import COMMAND, LOBBY, SoakEnvironment
from bot.simulation.soak.soak_plan import PlannedStep
from sandbox.delivery.envelope import Delivery
from sandbox.workspace_errors import NotPossibleError

_MARK: Final = "pushpin"
_LINES: Final = (
    "note {token} the pool is exhausted",
    "note {token} seen from two regions",
    "decide {token} we fail over because the primary is gone",
    "workaround {token} retry the payment",
    "action <@{other}> {token} look at the queue",
    "update internal {token} we are still looking",
    "mitigated {token} traffic is shifted",
    "regress {token} it is back again",
)
# Those are never refused in an incident that goes on, so that an answer is a promise.
_PROMISES: Final = frozenset({"note", "decide", "workaround", "action", "declare"})
_QUESTIONS: Final = ("status", "timeline", "summary", "roles", "list", "ack", "take commander because it is my shift")
_FORM_TAKES: Final = 4.0


@dataclass(frozen=True)
class Actors:
    """Everybody's hands."""

    house: SoakEnvironment
    ledger: Ledger

    def act(self, step: PlannedStep) -> None:
        """Take one step, unless it cannot be taken any more."""
        acts: dict[str, Callable[[PlannedStep], None]] = {
            name: getattr(self, f"_{name}") for name in QUICK | SLOW if name != "ask"
        }
        try:
            acts.get(step.kind, self._ask)(step)
        except (NotPossibleError, LookupError):
            self.ledger.count("skipped")

    def _channel(self, step: PlannedStep) -> str:
        there = self.house.incident_channels()
        if not there:
            raise LookupError("there is no incident yet")
        return step.pick(1, there)

    def _member(self, step: PlannedStep, channel: str) -> str:
        members = self.house.sandbox.workspace.find_channel(channel).members
        there = [user for user in self.house.users if user in members]
        user = step.pick(0, there or self.house.users)
        if user not in members:
            self.house.sandbox.actor.join(user, channel)
        return user

    def _say(self, step: PlannedStep) -> None:
        channel = self._channel(step)
        text = f"m{step.n:05d} latency is up"
        ts = self.house.sandbox.actor.post(self._member(step, channel), channel, text)
        self.ledger.say(channel, ts, text)

    def _reply(self, step: PlannedStep) -> None:
        channel, ts, _ = self._message(step)
        text = f"r{step.n:05d} same here"
        said = self.house.sandbox.actor.post(self._member(step, channel), channel, text, ts)
        self.ledger.say(channel, said, text)

    def _share(self, step: PlannedStep) -> None:
        channel = self._channel(step)
        text = f"f{step.n:05d} the graph"
        said = self.house.sandbox.actor.share_file(self._member(step, channel), channel, "graph.png", text)
        self.ledger.say(channel, said, text)

    def _edit(self, step: PlannedStep) -> None:
        channel, ts, author = self._message(step)
        text = f"e{step.n:05d} latency is down"
        self.house.sandbox.actor.edit(author, channel, ts, text)
        self.ledger.say(channel, ts, text)

    def _delete(self, step: PlannedStep) -> None:
        channel, ts, author = self._message(step)
        self.house.sandbox.actor.delete(author, channel, ts)
        self.ledger.delete(channel, ts)

    def _mark(self, step: PlannedStep) -> None:
        channel, ts, _ = self._message(step)
        self.house.sandbox.actor.react(self._member(step, channel), channel, ts, _MARK)

    def _unmark(self, step: PlannedStep) -> None:
        channel, ts, _ = self._message(step)
        message = self.house.sandbox.workspace.find_channel(channel).messages[ts]
        for user in message.reactions.get(_MARK, [])[:1]:
            self.house.sandbox.actor.unreact(user, channel, ts, _MARK)

    def _join(self, step: PlannedStep) -> None:
        channel, user = self._channel(step), step.pick(0, self.house.users)
        if user not in self.house.sandbox.workspace.find_channel(channel).members:
            self.house.sandbox.actor.join(user, channel)

    def _leave(self, step: PlannedStep) -> None:
        channel = self._channel(step)
        self.house.sandbox.actor.leave(self._member(step, channel), channel)

    def _line(self, step: PlannedStep) -> None:
        channel, token = self._channel(step), f"t{step.n:05d}"
        line = step.pick(2, _LINES).format(token=token, other=step.pick(3, self.house.users))
        delivery = self.house.sandbox.actor.slash(self._member(step, channel), channel, COMMAND, line)
        self._keep(token, line.split()[0], delivery)

    def _ask(self, step: PlannedStep) -> None:
        channel = self._channel(step)
        line = step.pick(2, _QUESTIONS)
        self.house.sandbox.actor.slash(self._member(step, channel), channel, COMMAND, line)

    def _form(self, step: PlannedStep) -> None:
        channel, token = self._channel(step), f"t{step.n:05d}"
        user = self._member(step, channel)
        view = self.house.sandbox.actor.slash(user, channel, COMMAND, "note").view(_FORM_TAKES)
        self._keep(token, "note", self._submit(user, view.id, {"text": f"{token} from a form"}))

    def _declare(self, step: PlannedStep) -> None:
        user, token = step.pick(0, self.house.users), f"t{step.n:05d}"
        view = self.house.sandbox.actor.slash(user, LOBBY, COMMAND, "declare").view(_FORM_TAKES)
        self._keep(token, "declare", self._submit(user, view.id, {"title": f"{token} fails", "service": "checkout"}))

    def _press(self, step: PlannedStep) -> None:
        channel = self._channel(step)
        buttons = list(self._buttons(channel))
        if not buttons:
            raise LookupError("there is nothing to press")
        ts, block, action, value = step.pick(2, buttons)
        user = self._member(step, channel)
        self.house.sandbox.actor.press(user, channel, ts, action, block, value=value)
        for left in self.house.sandbox.workspace.stack(user):
            self.house.sandbox.actor.close(user, left.id)

    def _buttons(self, channel: str) -> list[tuple[str, str | None, str, str | None]]:
        with self.house.sandbox.workspace.lock:
            blocks = [
                (message.ts, block)
                for message in self.house.sandbox.workspace.find_channel(channel).messages.values()
                for block in message.blocks
                if block["type"] == "actions"
            ]
            return [
                (ts, block.get("block_id"), element["action_id"], element.get("value"))
                for ts, block in blocks
                for element in block["elements"]
                if element["type"] == "button" and "void" not in element["action_id"]
            ]

    def _message(self, step: PlannedStep) -> tuple[str, str, str]:
        """Pick a message that stands: where, which, and whose."""
        channel = self._channel(step)
        ts = step.pick(4, self.ledger.standing(channel) or [""])
        message = self.house.sandbox.workspace.find_channel(channel).messages[ts]
        return channel, ts, message.user

    def _submit(self, user: str, view: str, values: dict[str, Any]) -> Delivery:
        delivery = self.house.sandbox.actor.submit(user, view, values)
        for left in self.house.sandbox.workspace.stack(user):
            self.house.sandbox.actor.close(user, left.id)
        return delivery

    def _keep(self, token: str, verb: str, delivery: Delivery) -> None:
        delivery.wait()
        answer = str((delivery.payload or {}).get("text", "")) if delivery.acked and delivery.error is None else None
        self.ledger.count("acknowledged" if answer is not None else "unanswered")
        if verb in _PROMISES:
            opened_form = verb != "declare" and bool(delivery.opened)
            self.ledger.tell(LedgerEntry(token, verb, answer, opened_form=opened_form, is_put_off=is_put_off(answer)))


def is_put_off(answer: str | None) -> bool:
    """Tell whether somebody was told that the database takes nothing and that what they typed is kept for them."""
    kept, here = sentence("absent_kept", command=COMMAND).partition(COMMAND)[0], sentence("absent_here")
    return answer is not None and answer.startswith((kept, here))


QUICK: Final = frozenset({"say", "reply", "share", "edit", "delete", "mark", "unmark", "join", "leave"})
SLOW: Final = frozenset({"line", "ask", "form", "declare", "press"})
