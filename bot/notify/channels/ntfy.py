"""ntfy, a push service that people can run themselves, at the highest priority, with buttons that answer the page.

The address of a contact method is a topic of the configured server, or the whole address of a topic elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from pydantic import SecretStr

from bot.clock import Clock
from bot.notify.answers.answer_words import ACCEPTED, DECLINED, answer_address
from bot.notify.channel import Page
from bot.notify.provider_api import CallFailed, ProviderApi
from bot.worker.port import Delivered, Result
from incident.model.contact_method import ContactMethod

URL: Final = "https://ntfy.sh"
_HIGHEST: Final = 5
_HIGH: Final = 4
_LONGEST_MESSAGE: Final = 4000
_LONGEST_TITLE: Final = 250
_BUTTONS: Final = ((ACCEPTED, "I have it"), (DECLINED, "I cannot"))
_RECEIPT: Final[tuple[tuple[Literal["seen"], str], ...]] = (("seen", "I have seen it"),)


@dataclass(frozen=True)
class Ntfy:
    """Publishes messages. The token goes to the configured server only."""

    api: ProviderApi

    def send(self, page: Page, to: ContactMethod) -> Result:
        """Publish to the topic of the person. Its name is as good as a password, so no reason shows it."""
        server, _, topic = to.address.rpartition("/")
        message: dict[str, Any] = {
            "topic": topic,
            "title": page.subject[:_LONGEST_TITLE],
            "message": page.text[:_LONGEST_MESSAGE],
            "priority": _HIGHEST if page.is_call else _HIGH,
            "tags": ["rotating_light"] if page.is_call else ["loudspeaker"],
            "actions": list(_actions(page)),
            **({"click": page.link} if page.link else {}),
        }
        try:
            published = self._api(server).post("/", message, to.address, topic)
        except CallFailed as failed:
            return failed.result
        return Delivered(str(published.get("id") or ""))

    def check(self) -> Result:
        """Read the account of the token; without a token, ask whether the server is well."""
        try:
            self.api.get("/v1/account" if self.api.headers else "/v1/health")
        except CallFailed as failed:
            return failed.result
        return Delivered()

    def _api(self, server: str) -> ProviderApi:
        return self.api if server in ("", self.api.url.rstrip("/")) else replace(self.api, url=server, headers={})


def _actions(page: Page) -> Iterator[dict[str, Any]]:
    if page.answer_url:
        for answer, label in _BUTTONS if page.is_call else _RECEIPT:
            address = answer_address(page.answer_url, answer)
            yield {"action": "http", "label": label, "url": address, "method": "POST", "clear": True}


def ntfy(token: SecretStr | None, clock: Clock, url: str = URL) -> Ntfy:
    """Return the channel of a server, with an access token where it needs one."""
    secret = token.get_secret_value() if token else ""
    headers = {"Authorization": f"Bearer {secret}"} if secret else {}
    return Ntfy(ProviderApi("ntfy", url, "the token in MUSTER_NTFY_TOKEN", clock, headers, (secret,)))
