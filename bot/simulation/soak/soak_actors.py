"""The people of a soak: they post, send commands, fill in forms and press buttons, as each step says.

A step is skipped when it is not possible any more: the message was deleted, or the person is not in the channel.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from bot.simulation.soak.ledger import Ledger, LedgerEntry
from bot.simulation.soak.soak_environment import COMMAND, LOBBY, SoakEnvironment
from bot.simulation.soak.soak_plan import PlannedStep
from sandbox.delivery.envelope import Delivery
from sandbox.workspace_errors import NotPossibleError

_PIN_REACTION: Final = "pushpin"
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
# An open incident never refuses these, so a reply means that they are recorded.
_TRACKED_VERBS: Final = frozenset({"note", "decide", "workaround", "action", "declare"})
_QUERIES: Final = ("status", "timeline", "summary", "roles", "list", "ack", "take commander because it is my shift")
_FORM_TIMEOUT_S: Final = 4.0


@dataclass(frozen=True)
class Actors:
    """The people of a soak."""

    environment: SoakEnvironment
    ledger: Ledger

    def act(self, step: PlannedStep) -> None:
        """Perform one step, or count it as skipped."""
        actions: dict[str, Callable[[PlannedStep], None]] = {
            name: getattr(self, f"_{name}") for name in QUICK | SLOW if name != "ask"
        }
        try:
            actions.get(step.kind, self._ask)(step)
        except (NotPossibleError, LookupError):
            self.ledger.count("skipped")

    def _channel(self, step: PlannedStep) -> str:
        candidates = self.environment.incident_channels()
        if not candidates:
            raise LookupError("there is no incident yet")
        return step.pick(1, candidates)

    def _member(self, step: PlannedStep, channel: str) -> str:
        members = self.environment.sandbox.workspace.find_channel(channel).members
        candidates = [user for user in self.environment.users if user in members]
        user = step.pick(0, candidates or self.environment.users)
        if user not in members:
            self.environment.sandbox.actor.join(user, channel)
        return user

    def _say(self, step: PlannedStep) -> None:
        channel = self._channel(step)
        text = f"m{step.n:05d} latency is up"
        ts = self.environment.sandbox.actor.post(self._member(step, channel), channel, text)
        self.ledger.set_message(channel, ts, text)

    def _reply(self, step: PlannedStep) -> None:
        channel, ts, _ = self._message(step)
        text = f"r{step.n:05d} same here"
        ts = self.environment.sandbox.actor.post(self._member(step, channel), channel, text, ts)
        self.ledger.set_message(channel, ts, text)

    def _share(self, step: PlannedStep) -> None:
        channel = self._channel(step)
        text = f"f{step.n:05d} the graph"
        ts = self.environment.sandbox.actor.share_file(self._member(step, channel), channel, "graph.png", text)
        self.ledger.set_message(channel, ts, text)

    def _edit(self, step: PlannedStep) -> None:
        channel, ts, author = self._message(step)
        text = f"e{step.n:05d} latency is down"
        self.environment.sandbox.actor.edit(author, channel, ts, text)
        self.ledger.set_message(channel, ts, text)

    def _delete(self, step: PlannedStep) -> None:
        channel, ts, author = self._message(step)
        self.environment.sandbox.actor.delete(author, channel, ts)
        self.ledger.mark_deleted(channel, ts)

    def _mark(self, step: PlannedStep) -> None:
        channel, ts, _ = self._message(step)
        self.environment.sandbox.actor.react(self._member(step, channel), channel, ts, _PIN_REACTION)

    def _unmark(self, step: PlannedStep) -> None:
        channel, ts, _ = self._message(step)
        message = self.environment.sandbox.workspace.find_channel(channel).messages[ts]
        for user in message.reactions.get(_PIN_REACTION, [])[:1]:
            self.environment.sandbox.actor.unreact(user, channel, ts, _PIN_REACTION)

    def _join(self, step: PlannedStep) -> None:
        channel, user = self._channel(step), step.pick(0, self.environment.users)
        if user not in self.environment.sandbox.workspace.find_channel(channel).members:
            self.environment.sandbox.actor.join(user, channel)

    def _leave(self, step: PlannedStep) -> None:
        channel = self._channel(step)
        self.environment.sandbox.actor.leave(self._member(step, channel), channel)

    def _line(self, step: PlannedStep) -> None:
        channel, token = self._channel(step), f"t{step.n:05d}"
        line = step.pick(2, _LINES).format(token=token, other=step.pick(3, self.environment.users))
        delivery = self.environment.sandbox.actor.slash(self._member(step, channel), channel, COMMAND, line)
        self._record(token, line.split()[0], delivery)

    def _ask(self, step: PlannedStep) -> None:
        channel = self._channel(step)
        line = step.pick(2, _QUERIES)
        self.environment.sandbox.actor.slash(self._member(step, channel), channel, COMMAND, line)

    def _form(self, step: PlannedStep) -> None:
        channel, token = self._channel(step), f"t{step.n:05d}"
        user = self._member(step, channel)
        view = self.environment.sandbox.actor.slash(user, channel, COMMAND, "note").view(_FORM_TIMEOUT_S)
        self._record(token, "note", self._submit(user, view.id, {"text": f"{token} from a form"}))

    def _declare(self, step: PlannedStep) -> None:
        user, token = step.pick(0, self.environment.users), f"t{step.n:05d}"
        view = self.environment.sandbox.actor.slash(user, LOBBY, COMMAND, "declare").view(_FORM_TIMEOUT_S)
        self._record(token, "declare", self._submit(user, view.id, {"title": f"{token} fails", "service": "checkout"}))

    def _press(self, step: PlannedStep) -> None:
        channel = self._channel(step)
        buttons = list(self._buttons(channel))
        if not buttons:
            raise LookupError("there is nothing to press")
        ts, block, action, value = step.pick(2, buttons)
        user = self._member(step, channel)
        self.environment.sandbox.actor.press(user, channel, ts, action, block, value=value)
        for open_view in self.environment.sandbox.workspace.stack(user):
            self.environment.sandbox.actor.close(user, open_view.id)

    def _buttons(self, channel: str) -> list[tuple[str, str | None, str, str | None]]:
        with self.environment.sandbox.workspace.lock:
            blocks = [
                (message.ts, block)
                for message in self.environment.sandbox.workspace.find_channel(channel).messages.values()
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
        """Return channel, ts and author of a message that is not deleted."""
        channel = self._channel(step)
        ts = step.pick(4, self.ledger.present_messages(channel) or [""])
        message = self.environment.sandbox.workspace.find_channel(channel).messages[ts]
        return channel, ts, message.user

    def _submit(self, user: str, view: str, values: dict[str, Any]) -> Delivery:
        delivery = self.environment.sandbox.actor.submit(user, view, values)
        for open_view in self.environment.sandbox.workspace.stack(user):
            self.environment.sandbox.actor.close(user, open_view.id)
        return delivery

    def _record(self, token: str, verb: str, delivery: Delivery) -> None:
        delivery.wait()
        reply = str((delivery.payload or {}).get("text", "")) if delivery.acked and delivery.error is None else None
        self.ledger.count("acknowledged" if reply is not None else "unanswered")
        if verb in _TRACKED_VERBS:
            opened_form = verb != "declare" and bool(delivery.opened)
            self.ledger.add(LedgerEntry(token, verb, reply, opened_form=opened_form))


QUICK: Final = frozenset({"say", "reply", "share", "edit", "delete", "mark", "unmark", "join", "leave"})
SLOW: Final = frozenset({"line", "ask", "form", "declare", "press"})
