"""Acknowledgements at a provider: PagerDuty, Jira Service Management, Pushover. Each takes the page for who acknowledged it.

Providers deliver at least once and in any order, and again after 503. A delivery that answers nothing is accepted all the same,
so that no provider switches its webhook off.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from pydantic import SecretStr

from bot.notify.answers.answer_address import CallReference
from bot.notify.answers.answer_words import ACCEPTED
from bot.notify.answers.call_answers import CallAnswers, ProviderEvent
from bot.notify.answers.page_key import call_of_key
from bot.notify.answers.provider_accounts import ProviderAccounts
from bot.notify.answers.providers import jsm_webhook, pagerduty_webhook
from bot.notify.answers.providers.pushover_callback import pushover_acknowledgement
from bot.notify.answers.trial_answers import TrialAnswers
from bot.web.answer_routes import Posted, WebReply
from incident.medium import Medium
from storage.errors import Unavailable

_ACCEPTED: Final = WebReply(204)
_UNAUTHORISED: Final = WebReply(401)
_NOT_FOUND: Final = WebReply(404)
_UNAVAILABLE: Final = WebReply(503, headers={"Retry-After": "30"})


@dataclass(frozen=True)
class WebhookAnswers:
    """Takes acknowledgements. Without its secret an address does not exist. `accounts` finds who acknowledged."""

    answers: CallAnswers
    pagerduty_secret: SecretStr | None
    jsm_secret: SecretStr | None
    accounts: ProviderAccounts
    trials: TrialAnswers | None = None

    def pagerduty(self, posted: Posted) -> WebReply:
        """Take a webhook of PagerDuty (version 3), signed over its body."""
        if self.pagerduty_secret is None:
            return _NOT_FOUND
        signatures = posted.headers.get(pagerduty_webhook.SIGNATURE_HEADER.lower(), "")
        if not pagerduty_webhook.is_signed(posted.body, signatures, self.pagerduty_secret):
            return _UNAUTHORISED
        found = pagerduty_webhook.acknowledgement(posted.body)
        call = call_of_key(found.page_key, self.answers.team) if found else None
        if found is not None and call is None:
            return self._tried(found.page_key, Medium.PAGERDUTY)
        if found is None or call is None:
            return _ACCEPTED
        return self._acknowledged(call, Medium.PAGERDUTY, ProviderEvent(found.delivery, _time(found.at)), found.by)

    def jsm(self, posted: Posted) -> WebReply:
        """Take a webhook of Jira Service Management or Opsgenie, with the secret in its header."""
        if self.jsm_secret is None:
            return _NOT_FOUND
        if not jsm_webhook.is_authorised(posted.headers.get(jsm_webhook.AUTHORISATION.lower(), ""), self.jsm_secret):
            return _UNAUTHORISED
        found = jsm_webhook.jsm_acknowledgement(posted.body)
        call = call_of_key(found.page_key, self.answers.team) if found else None
        if found is not None and call is None:
            return self._tried(found.page_key, Medium.JSM)
        if found is None or call is None:
            return _ACCEPTED
        return self._acknowledged(call, Medium.JSM, ProviderEvent(found.id, found.at), found.by)

    def pushover(self, call: CallReference, posted: Posted) -> WebReply:
        """Take a callback of Pushover, which arrives at the page's own address."""
        found = pushover_acknowledgement(posted.form)
        if found is None:
            return _ACCEPTED
        return self._acknowledged(call, Medium.PUSHOVER, ProviderEvent(found.receipt, found.at))

    def _tried(self, key: str, medium: Medium) -> WebReply:
        """Take the acknowledgement of a test page, if the key is of one."""
        try:
            trial = self.trials.of_key(key, medium) if self.trials else None
            if trial is not None and self.trials is not None:
                self.trials.confirm(trial)
        except Unavailable:
            return _UNAVAILABLE
        return _ACCEPTED

    def _acknowledged(self, call: CallReference, medium: Medium, event: ProviderEvent, by: str = "") -> WebReply:
        try:
            self.answers.answer(call, ACCEPTED, medium, replace(event, by=self.accounts.acknowledger(by)))
        except Unavailable:
            return _UNAVAILABLE
        return _ACCEPTED


def _time(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None
