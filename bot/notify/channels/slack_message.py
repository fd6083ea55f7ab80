"""A direct message of Slack, without buttons: for test pages. Pages of incidents are sent by the worker, with buttons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from http.client import HTTPException

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.clock import Clock
from bot.notify.channel import Page
from bot.worker.port import Delivered, RateLimited, Refused, Result, Unknown
from incident.medium import slack_ref
from incident.model.contact_method import ContactMethod


@dataclass(frozen=True)
class SlackMessage:
    """Sends direct messages to one person, `user`."""

    client: WebClient
    user: str
    clock: Clock

    def send(self, page: Page, to: ContactMethod) -> Result:
        """Send the page as text that mentions no one."""
        try:
            sent = self.client.chat_postMessage(channel=self.user, text=page.text, mrkdwn=False, parse="none")
        except SlackApiError as refused:
            error = str(refused.response.get("error"))
            if error == "ratelimited":
                pause = int(refused.response.headers.get("Retry-After", 30))
                return RateLimited(self.clock.now() + timedelta(seconds=pause))
            return Refused(f"Slack refuses the message: {error}.")
        except (SlackClientError, OSError, HTTPException):
            return Unknown("Slack does not answer.")
        return Delivered(slack_ref(str(sent["channel"]), str(sent["ts"])))
