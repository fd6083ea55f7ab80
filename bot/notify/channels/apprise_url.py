"""Apprise, for every other service that can ring: one of its addresses for each contact method, one call for each.

Apprise is optional and loaded when it is first used. It answers True, False when the service did not take the page, and
None when it does not know the address. An address marked `optional` reports success whatever happens, so it is refused.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from bot.call_deadline import run_within
from bot.notify.channel import Page
from bot.worker.port import Delivered, Refused, Result, Unknown
from incident.model.contact_method import ContactMethod

_NOT_INSTALLED: Final = "Apprise is not installed: pip install 'muster[apprise]'."
_NO_ADDRESS: Final = "Apprise does not know the address of the contact method."
_OPTIONAL: Final = "The Apprise address is marked optional, which hides failures: remove `optional` from it."
_TIMEOUT_SECONDS: Final = 10.0
_NO_ANSWER: Final = "The service behind Apprise does not answer."
_NOT_TAKEN: Final = "The service behind Apprise did not take the page."


@dataclass(frozen=True)
class AppriseUrl:
    """Sends a page to one Apprise address. There is no reference: Apprise returns none."""

    timeout: float = _TIMEOUT_SECONDS

    def send(self, page: Page, to: ContactMethod) -> Result:
        """Send the page. False may mean that it was sent, so it is tried again."""
        if _is_optional(to.address):
            return Refused(_OPTIONAL)
        try:
            import apprise
        except ImportError:
            return Refused(_NOT_INSTALLED)
        # It logs addresses, which hold tokens.
        logging.getLogger("apprise").disabled = True
        # Apprise itself would split an address with a comma into several.
        one = apprise.Apprise.instantiate(to.address)
        if one is None:
            return Refused(_NO_ADDRESS)
        service = apprise.Apprise(one)
        body = "\n\n".join(part for part in (page.text, page.answer_line) if part)
        kind = apprise.NotifyType.FAILURE if page.is_call else apprise.NotifyType.INFO
        try:
            taken = run_within(self.timeout, lambda: service.notify(title=page.subject, body=body, notify_type=kind))
        except TimeoutError:
            return Unknown(_NO_ANSWER)
        return _result(taken)


def _is_optional(address: str) -> bool:
    """True if the address tells Apprise to report failures as success."""
    return any(name.lower() == "optional" for name, _ in parse_qsl(urlsplit(address).query, keep_blank_values=True))


def _result(taken: Any) -> Result:
    if taken is None:
        return Refused(_NO_ADDRESS)
    return Delivered() if taken else Refused(_NOT_TAKEN, permanent=False)
