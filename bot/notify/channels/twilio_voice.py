"""Calls by telephone. A mailbox that picks up presses no key, so only a key takes the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import Element, SubElement, tostring

from bot.notify.channel import Acknowledgement, Expired, Page, Unacknowledged
from bot.notify.channels.twilio_api import TwilioAccount
from bot.worker.port import Refused, Result
from incident.model.contact_method import ContactMethod

_REPETITIONS: Final = 3
_LONGEST_SPOKEN: Final = 900
_KEY_SECONDS: Final = "8"
# Most mailboxes pick up after half a minute.
_RING_SECONDS: Final = "25"
_ENDED: Final = "completed"
_UNREACHED: Final = {
    "busy": "The line was busy.",
    "no-answer": "No one picked up.",
    "failed": "The call did not get through.",
    "canceled": "The call was cancelled.",
}


@dataclass(frozen=True)
class TwilioVoice:
    """Calls a number and reads the page out; the reference is the SID of the call."""

    account: TwilioAccount

    def send(self, page: Page, to: ContactMethod) -> Result:
        """Start the call. Its status, and the pressed key, are posted to the page's own address."""
        callback = {"StatusCallback": page.answer_url, "StatusCallbackEvent": "completed"} if page.answer_url else {}
        fields = {"Twiml": call_script(page.spoken, page.answer_url), "Timeout": _RING_SECONDS, **callback}
        return self.account.create("Calls", fields, to.address)

    def stop(self, ref: str, to: ContactMethod) -> Result:
        """Hang up, whether it rings or is talking."""
        return self.account.update("Calls", ref, {"Status": "completed"}, to.address)

    def outcome(self, ref: str, to: ContactMethod) -> Acknowledgement:
        """Ask how the call went. One that was picked up and took no key has ended unanswered: a mailbox presses none."""
        status = self.account.status("Calls", ref, to.address)
        if not isinstance(status, str):
            return status
        if status in _UNREACHED:
            return Refused(_UNREACHED[status])
        return Expired() if status == _ENDED else Unacknowledged()

    def check(self) -> Result:
        """Read the account."""
        return self.account.check()


def call_script(spoken: str, answer_url: str) -> str:
    """Return the TwiML of a call: it reads the page three times and takes one key, where there is an address for it."""
    response = Element("Response")
    for _ in range(_REPETITIONS):
        parent = response
        if answer_url:
            gather = {
                "input": "dtmf",
                "numDigits": "1",
                "timeout": _KEY_SECONDS,
                "action": answer_url,
                "method": "POST",
            }
            parent = SubElement(response, "Gather", gather)
        SubElement(parent, "Say").text = spoken[:_LONGEST_SPOKEN]
        SubElement(response, "Pause", {"length": "1"})
    return tostring(response, encoding="unicode")


def closing_script(spoken: str) -> str:
    """Return the TwiML that answers a pressed key: one sentence, then the call ends."""
    response = Element("Response")
    SubElement(response, "Say").text = spoken[:_LONGEST_SPOKEN]
    SubElement(response, "Hangup")
    return tostring(response, encoding="unicode")
