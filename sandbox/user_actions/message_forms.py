"""What people have chosen and typed into the inputs of messages, each person for themselves.

Slack sends it with every action on the message, and keeps it over an update where the input stays.
"""

from sandbox.state.entities import Block, Ephemeral, Message, View
from sandbox.state.form_values import keep_typed_values

MAX_REMEMBERED = 5000


class MessageForms:
    """The forms, each as a view that is on no stack; the latest 5,000."""

    def __init__(self) -> None:
        self._forms: dict[tuple[str, str, str], View] = {}

    def form_of(self, user: str, message: Message | Ephemeral) -> View:
        """Return a person's form of a message as the message is now."""
        key, blocks = (user, message.channel, message.ts), shown_blocks(message)
        form = self._forms.pop(key, None) or View("", user, "message", blocks, "")
        form.blocks, form.values = blocks, keep_typed_values(form.values, blocks)
        self._forms[key] = form
        if len(self._forms) > MAX_REMEMBERED:
            del self._forms[next(iter(self._forms))]
        return form


def shown_blocks(message: Message | Ephemeral) -> list[Block]:
    """Return the blocks of a message, with those of its attachments."""
    return [*message.blocks, *(block for one in message.attachments for block in one.get("blocks") or [])]
