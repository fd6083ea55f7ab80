"""A worker that pages people by doubles of the providers, and the public address at which they answer, over one record.

A person acts with what reached them: the address in the call's own script, the button of a push message, a callback.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from bot.bootstrap.public_address import public_answers
from bot.slack.user_directory import UserDirectory
from bot.web.http_app import web_app
from bot.web.http_server import WebServer
from incident.entries.role_holders import EscalationAnswered
from incident.entry import Entry, IncidentKey
from tests.support.answer_env import BASE, Reply, asked, settings_of, signed_form
from tests.support.paging_env import PagingEnv
from tests.support.provider_posts import press_key


class AnsweredNight:
    """Both ends of a page."""

    def __init__(self, night: PagingEnv) -> None:
        self.night, self.rig, self.providers = night, night.rig, night.providers
        people = UserDirectory(self.rig.team, lambda _: None)
        people.refresh(self.rig.slack.client, self.rig.policy)
        endpoints = public_answers(settings_of(self.rig.sandbox), self.rig.store, self.rig.adapter.record, people)
        assert endpoints is not None
        night.addresses = endpoints.addresses
        night.use()
        self.server = WebServer(web_app(lambda: True, answers=endpoints), port=0)
        self.server.start()
        self.url = f"http://127.0.0.1:{self.server.port}"

    def close(self) -> None:
        self.server.stop()

    def ringing(self, sid: str | None = None) -> tuple[str, dict[str, str]]:
        """Return a call or a message of Twilio, the last one unless its SID is given."""
        found = sid or list(self.providers.telephone)[-1]
        return found, self.providers.telephone[found]

    def press_key(self, digits: str, sid: str | None = None) -> Reply:
        """Press a key in a telephone call."""
        return press_key(self.url, self.providers, digits, sid)

    def end(self, status: str, sid: str | None = None) -> Reply:
        """Let a call or a message end, of which Twilio sends the status."""
        sid, sent = self.ringing(sid)
        sent["Status"] = status
        kind = "Call" if "Twiml" in sent else "Message"
        form = {f"{kind}Sid": sid, f"{kind}Status": status}
        return signed_form(self.url, sent["StatusCallback"].removeprefix(BASE), form)

    def tap(self, label: str) -> Reply:
        """Tap a button of the last push message of ntfy."""
        actions: list[dict[str, Any]] = self.providers.published[-1]["actions"]
        address = next(one["url"] for one in actions if one["label"] == label)
        return asked(f"{self.url}{address.removeprefix(BASE)}", b"")

    def acknowledge_pushover(self) -> Reply:
        """Acknowledge the last emergency message of Pushover, which calls back at once."""
        [sent] = [one.form for one in self.providers.calls if one.path == "/1/messages.json"][-1:]
        receipt = list(self.providers.receipts)[-1]
        at = str(int(self.rig.clock.now().timestamp()))
        body = urlencode({"receipt": receipt, "acknowledged": "1", "acknowledged_at": at}).encode()
        return asked(f"{self.url}{sent['callback'].removeprefix(BASE)}", body)

    def answers(self, key: IncidentKey) -> list[Entry]:
        """Every answer on the record of an incident."""
        return self.rig.entries(key, EscalationAnswered.kind)
