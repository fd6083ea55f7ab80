"""Calls by telephone. A mailbox that picks up presses no key, so only a key takes the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import Element, SubElement, tostring

from bot.notify.channel import Page
from bot.notify.channels.twilio_api import TwilioAccount
from bot.worker.port import Result
from incident.model.contact_method import ContactMethod

_REPETITIONS: Final = 3
_LONGEST_SPOKEN: Final = 900
_KEY_SECONDS: Final = "8"
# Most mailboxes pick up after half a minute.
_RING_SECONDS: Final = "25"


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
