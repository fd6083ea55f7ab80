"""Text messages by telephone; a reply of one digit answers the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import Element, SubElement, tostring

from bot.notify.channel import Acknowledgement, Arrived, Page, Unacknowledged
from bot.notify.channels.twilio_api import TwilioAccount
from bot.worker.port import Refused, Result
from incident.model.contact_method import ContactMethod

# Two text messages in the seven-bit alphabet, two and a bit in any other.
_LONGEST_TEXT: Final = 306
_ARRIVED: Final = ("delivered", "read")
_UNDELIVERED: Final = ("undelivered", "failed")


@dataclass(frozen=True)
class TwilioSms:
    """Sends text messages; the reference is the SID of the message."""

    account: TwilioAccount

    def send(self, page: Page, to: ContactMethod) -> Result:
        """Send the short form of the page."""
        callback = {"StatusCallback": page.answer_url} if page.answer_url else {}
        return self.account.create("Messages", {"Body": page.short[:_LONGEST_TEXT], **callback}, to.address)

    def outcome(self, ref: str, to: ContactMethod) -> Acknowledgement:
        """Ask whether the message arrived."""
        status = self.account.status("Messages", ref, to.address)
        if not isinstance(status, str):
            return status
        if status in _ARRIVED:
            return Arrived()
        return Refused("The text message was not delivered.") if status in _UNDELIVERED else Unacknowledged()

    def check(self) -> Result:
        """Read the account."""
        return self.account.check()


def reply_script(text: str) -> str:
    """Return the TwiML that answers a text message; with an empty text nothing is sent."""
    response = Element("Response")
    if text:
        SubElement(response, "Message").text = text[:_LONGEST_TEXT]
    return tostring(response, encoding="unicode")
