"""The telephones of the workspace's people, by number and topic: what reached each, and what a person presses."""

import hmac
import threading
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Callable, Mapping
from hashlib import sha1
from itertools import count
from typing import Any
from urllib.parse import urlencode

from sandbox.phones.phone_event import CALL, ENDED, PUSH, RINGS, TEXT, PhoneEvent, spoken
from sandbox.state.workspace_clock import Clock
from sandbox.workspace_errors import NotPossibleError

ACCOUNT = "AC00000000000000000000000000000042"
TOKEN = "opens-the-pretend-telephones"  # noqa: S105 - signs what this pretend provider posts
NUMBER = "+15005550006"
MOST_SHOWN = 6
_TIMEOUT_S = 10
_SIGNATURE = "X-Twilio-Signature"
_FORM = "application/x-www-form-urlencoded"


class Phones:
    """Every telephone. What it posts goes to the app's public address, which a reverse proxy would pass on."""

    def __init__(self, clock: Clock, changed: Callable[[], None]) -> None:
        self._clock, self._changed = clock, changed
        self._lock = threading.Lock()
        self._rings: dict[str, PhoneEvent] = {}
        self._owners: dict[str, str] = {}
        self._ids = count(1)
        self._public, self._reached_at = "", ""

    def connect(self, user: str, *addresses: str) -> None:
        """Connect the telephone of a person: its number, and the topics that it listens to."""
        self._owners |= dict.fromkeys(addresses, user)

    def answer_to(self, public: str, reached_at: str) -> None:
        """Say where the app takes answers: its public address, and where that is reached on this machine."""
        self._public, self._reached_at = public, reached_at

    def call(self, form: Mapping[str, str]) -> str:
        """Start a call, and return its id."""
        lines, action = spoken(form.get("Twiml", "<Response/>"))
        return self._add("CA", form["To"], CALL, lines, action=action, status_at=form.get("StatusCallback", ""))

    def text(self, form: Mapping[str, str]) -> str:
        """Deliver a text message, and return its id."""
        return self._add("SM", form["To"], TEXT, [form.get("Body", "")], status="delivered")

    def push(self, message: Mapping[str, Any]) -> str:
        """Deliver a push message, and return its id."""
        buttons = {str(one["label"]): str(one["url"]) for one in message.get("actions", ())}
        lines = [str(message.get("title", "")), str(message.get("message", ""))]
        return self._add("m", str(message["topic"]), PUSH, lines, buttons=buttons)

    def hang_up(self, ring: str) -> bool:
        """End a call because the app says so; False for one that has ended."""
        with self._lock:
            found = self._rings.get(ring)
            is_open = found is not None and found.state == RINGS
            if found is not None and is_open:
                found.state, found.status = ENDED, "completed"
        self._changed()
        return is_open

    def status(self, ring: str) -> str | None:
        """Return what Twilio says of a call or a message, None for one that it does not know."""
        found = self._rings.get(ring)
        return found.status if found else None

    def of(self, user: str) -> list[dict[str, Any]]:
        """Return what reached a person's telephone, the latest first."""
        with self._lock:
            own = [one.shown() for one in self._rings.values() if one.user == user]
        return own[::-1][:MOST_SHOWN]

    def rings_at(self) -> list[str]:
        """Return whose telephones ring now."""
        with self._lock:
            return list(
                dict.fromkeys(one.user for one in self._rings.values() if one.state == RINGS and one.kind == CALL)
            )

    def press(self, user: str, ring: str, key: str) -> None:
        """Press a key, or write a reply, as the person whose telephone it is. NotPossibleError says why it cannot be."""
        with self._lock:
            found = self._rings.get(ring)
            if found is None or found.user != user or key not in [one["key"] for one in found.keys]:
                raise NotPossibleError("Nothing on this telephone takes that key any more.")
        try:
            {CALL: self._press_in_call, TEXT: self._reply, PUSH: self._tap}[found.kind](found, key)
        except OSError as error:
            raise NotPossibleError(f"The app does not answer at its public address: {error}") from None
        self._changed()

    def _press_in_call(self, ring: PhoneEvent, key: str) -> None:
        if key == "no-answer":
            self._end(ring, key)
            return
        form = {"CallSid": ring.id, "CallStatus": "in-progress", "Digits": key}
        lines, action = spoken(self._post(ring.action, form) or "<Response/>")
        with self._lock:
            ring.lines += lines
            ring.action = action
        if not action:
            self._end(ring, "completed")

    def _end(self, ring: PhoneEvent, status: str) -> None:
        with self._lock:
            ring.state, ring.status = ENDED, status
        if ring.status_at:
            self._post(ring.status_at, {"CallSid": ring.id, "CallStatus": status})

    def _reply(self, ring: PhoneEvent, key: str) -> None:
        sender = next(
            address for address, user in self._owners.items() if user == ring.user and address.startswith("+")
        )
        written = ring.reply(key)
        form = {"MessageSid": f"{ring.id}R{next(self._ids)}", "From": sender, "To": NUMBER, "Body": written}
        lines, _ = spoken(self._post(f"{self._public}/answer/sms", form) or "<Response/>")
        with self._lock:
            ring.lines += [f"You: {written}", *lines]
            ring.state = ENDED

    def _tap(self, ring: PhoneEvent, label: str) -> None:
        self._post(ring.buttons[label], {})
        with self._lock:
            ring.lines.append(f"You: {label}")
            ring.state = ENDED

    def _add(self, prefix: str, address: str, kind: str, lines: list[str], **more: Any) -> str:
        with self._lock:
            id_ = f"{prefix}{next(self._ids):032}"
            user = self._owners.get(address, "")
            self._rings[id_] = PhoneEvent(id_, user, kind, self._clock.now().isoformat(), lines, **more)
        self._changed()
        return id_

    def _post(self, url: str, form: Mapping[str, str]) -> str:
        """Post a form, signed as Twilio signs, and return what was answered."""
        signed = url + "".join(f"{name}{form[name]}" for name in sorted(form))
        signature = b64encode(hmac.new(TOKEN.encode(), signed.encode(), sha1).digest()).decode()
        address = url.replace(self._public, self._reached_at, 1) if self._public else url
        headers = {_SIGNATURE: signature, "Content-Type": _FORM}
        request = urllib.request.Request(address, urlencode(form).encode(), headers, method="POST")  # noqa: S310 - loopback
        try:
            with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as answered:  # noqa: S310 - loopback
                return str(answered.read().decode())
        except urllib.error.HTTPError as refused:
            raise OSError(f"it answers {refused.code}") from None
