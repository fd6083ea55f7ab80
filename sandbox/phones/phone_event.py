"""What reached a telephone: a call, a text message or a push message, and what can be pressed for it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree

CALL, TEXT, PUSH = "call", "text", "push"
RINGS, ENDED = "rings", "ended"
_CODE = re.compile(r"Reply 4 (?P<code>\S+) if")


@dataclass
class PhoneEvent:
    """What reached the telephone of `user`. `lines` is what was read out or written, in order.

    `action` is the address that takes a key, `status_at` the one that learns how a call ended. `buttons` are the labels
    and addresses of a push message. `status` is what Twilio would say.
    """

    id: str
    user: str
    kind: str
    at: str
    lines: list[str]
    action: str = ""
    status_at: str = ""
    buttons: dict[str, str] = field(default_factory=dict)
    state: str = RINGS
    status: str = "ringing"

    @property
    def keys(self) -> list[dict[str, str]]:
        """What can be pressed now, each with its label."""
        return [{"key": key, "label": label} for key, label in self._keys()]

    def shown(self) -> dict[str, Any]:
        """Return it as the page shows it."""
        known = {name: getattr(self, name) for name in ("id", "kind", "at", "lines", "state", "status")}
        return {**known, "keys": self.keys}

    def reply(self, digit: str) -> str:
        """Return the text message that a person would write, with the code if the message asks for one."""
        found = _CODE.search(self.lines[0])
        return f"{digit} {found['code']}" if found else digit

    def _keys(self) -> Iterator[tuple[str, str]]:
        if self.state != RINGS:
            return
        if self.kind == PUSH:
            yield from ((label, label) for label in self.buttons)
        elif self.kind == TEXT:
            yield from (("4", f"Reply {self.reply('4')}"), ("6", f"Reply {self.reply('6')}"))
        else:
            if self.action:
                yield from (("4", "Press 4"), ("6", "Press 6"), ("*", "Press *"))
            yield "no-answer", "Let it ring"


def spoken(script: str) -> tuple[list[str], str]:
    """Return what a script of Twilio reads out, each sentence once, and the address that takes a key; empty if it takes none."""
    nodes = list(ElementTree.fromstring(script).iter())  # noqa: S314 - the app's own script, on this machine
    texts = [one.text for one in nodes if one.tag in ("Say", "Message") and one.text]
    return list(dict.fromkeys(texts)), next((one.attrib["action"] for one in nodes if "action" in one.attrib), "")
