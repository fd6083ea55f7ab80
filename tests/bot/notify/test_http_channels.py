"""Every channel over HTTP: what it sends, and each failure of its provider as one of the worker's four results."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import pytest
from pydantic import SecretStr

from bot.clock import Clock, SetClock
from bot.notify.channel import Channel, CheckedChannel, Page
from bot.notify.channels.jsm_alerts import jsm
from bot.notify.channels.ntfy import ntfy
from bot.notify.channels.pagerduty_events import pagerduty
from bot.notify.channels.pushover import pushover
from bot.notify.channels.twilio_api import TwilioAccount, twilio
from bot.notify.channels.twilio_sms import TwilioSms
from bot.notify.channels.twilio_voice import TwilioVoice
from bot.worker.port import Delivered, RateLimited, Refused, Unknown
from incident.medium import Medium
from incident.model.contact_method import ContactMethod
from tests.support import paging_providers as known
from tests.support.clock import T0
from tests.support.http_double import BROKEN, BUSY, HANGS, LOSES_REPLY, REDIRECTS
from tests.support.paging_providers import PagingProviders

SHORT: Final = 0.3
WRONG: Final = "wr0ngwr0ngwr0ngwr0ngwr0ngwr0ngwr"
ADDRESSES: Final = {
    Medium.PAGERDUTY: known.INTEGRATION_KEY,
    Medium.JSM: "ada@example.org",
    Medium.PUSHOVER: known.USER_KEY,
    Medium.NTFY: known.TOPIC,
    Medium.VOICE: known.MOBILE,
    Medium.SMS: known.MOBILE,
}
SECRETS: Final = {
    Medium.JSM: known.GENIE_KEY,
    Medium.PUSHOVER: known.APP_TOKEN,
    Medium.NTFY: known.NTFY_TOKEN,
    Medium.VOICE: known.TWILIO_TOKEN,
    Medium.SMS: known.TWILIO_TOKEN,
}


def account(url: str, clock: Clock, secret: str) -> TwilioAccount:
    return twilio(known.TWILIO_SID, SecretStr(secret), known.NUMBER, clock, url)


MAKERS: Final[Mapping[Medium, Callable[[str, Clock, str], Any]]] = {
    Medium.PAGERDUTY: lambda url, clock, _: pagerduty(clock, url),
    Medium.JSM: lambda url, clock, secret: jsm(SecretStr(secret), clock, url),
    Medium.PUSHOVER: lambda url, clock, secret: pushover(SecretStr(secret), clock, url),
    Medium.NTFY: lambda url, clock, secret: ntfy(SecretStr(secret), clock, url),
    Medium.VOICE: lambda url, clock, secret: TwilioVoice(account(url, clock, secret)),
    Medium.SMS: lambda url, clock, secret: TwilioSms(account(url, clock, secret)),
}
EVERY: Final = pytest.mark.parametrize("medium", list(MAKERS))


def channel(medium: Medium, url: str, clock: Clock, secret: str | None = None, timeout: float = SHORT) -> Channel:
    """Return a channel that waits only shortly for its provider."""
    made = MAKERS[medium](url, clock, SECRETS.get(medium, "") if secret is None else secret)
    if hasattr(made, "account"):
        return replace(made, account=replace(made.account, api=replace(made.account.api, timeout=timeout)))
    return replace(made, api=replace(made.api, timeout=timeout))


def method(medium: Medium, address: str | None = None) -> ContactMethod:
    return ContactMethod(medium=medium, address=address or ADDRESSES[medium])


def arrived(providers: PagingProviders) -> int:
    """Return how many pages reached a person."""
    return sum(
        len(one)
        for one in (
            providers.alerts,
            providers.jsm_alerts,
            providers.receipts,
            providers.published,
            providers.telephone,
        )
    )


@EVERY
def test_a_page_arrives_and_its_reference_comes_back(
    medium: Medium, providers: PagingProviders, clock: SetClock, page: Page
) -> None:
    result = channel(medium, providers.url, clock).send(page, method(medium))

    assert isinstance(result, Delivered)
    assert result.ref
    assert arrived(providers) == 1


@EVERY
def test_a_busy_provider_says_when_to_call_again(
    medium: Medium, providers: PagingProviders, clock: SetClock, page: Page
) -> None:
    providers.faults = [BUSY]

    result = channel(medium, providers.url, clock).send(page, method(medium))

    if medium is Medium.PUSHOVER:
        assert result == Refused("Pushover has used up the messages of this month, or was called too often.")
    else:
        assert result == RateLimited(T0 + timedelta(seconds=7))
    assert arrived(providers) == 0


@EVERY
@pytest.mark.parametrize("fault", [BROKEN, HANGS, LOSES_REPLY])
def test_a_page_that_may_have_arrived_is_unknown(
    medium: Medium, fault: str, providers: PagingProviders, clock: SetClock, page: Page
) -> None:
    providers.faults = [fault]

    result = channel(medium, providers.url, clock).send(page, method(medium))

    assert isinstance(result, Unknown)
    assert arrived(providers) == (fault == LOSES_REPLY)


@EVERY
def test_a_provider_that_cannot_be_reached_has_nothing_and_is_tried_again(
    medium: Medium, clock: SetClock, page: Page
) -> None:
    result = channel(medium, "http://127.0.0.1:9", clock).send(page, method(medium))

    assert isinstance(result, Refused)
    assert not result.permanent
    assert "cannot be reached" in result.why


@EVERY
def test_a_wrong_credential_is_refused_for_good_and_named_without_being_shown(
    medium: Medium, providers: PagingProviders, clock: SetClock, page: Page
) -> None:
    to = method(medium, WRONG if medium is Medium.PAGERDUTY else None)

    result = channel(medium, providers.url, clock, WRONG).send(page, to)

    assert isinstance(result, Refused)
    assert result.permanent
    assert "routing key" in result.why or "MUSTER_" in result.why
    assert WRONG not in repr(result)
    assert arrived(providers) == 0


@EVERY
def test_no_credential_follows_a_redirect(
    medium: Medium, providers: PagingProviders, clock: SetClock, page: Page
) -> None:
    providers.faults = [REDIRECTS]

    result = channel(medium, providers.url, clock).send(page, method(medium))

    assert isinstance(result, Refused)
    assert len(providers.calls) == 1


@EVERY
def test_neither_a_channel_nor_a_contact_method_prints_a_secret(medium: Medium, clock: SetClock) -> None:
    to = method(medium)
    text = repr(channel(medium, "https://example.org", clock)) + repr(to) + to.masked_address

    assert [one for one in (SECRETS.get(medium), to.address) if one and one in text] == []


@pytest.mark.parametrize("medium", [one for one in MAKERS if one is not Medium.PAGERDUTY])
def test_credentials_are_checked_without_a_page(medium: Medium, providers: PagingProviders, clock: SetClock) -> None:
    good, bad = channel(medium, providers.url, clock), channel(medium, providers.url, clock, WRONG)
    assert isinstance(good, CheckedChannel)
    assert isinstance(bad, CheckedChannel)

    assert isinstance(good.check(), Delivered)
    refused = bad.check()

    assert isinstance(refused, Refused)
    assert "MUSTER_" in refused.why
    assert arrived(providers) == 0


@pytest.mark.parametrize("medium", [Medium.VOICE, Medium.PUSHOVER])
def test_the_reason_of_a_provider_is_repeated_without_the_address(
    medium: Medium, providers: PagingProviders, clock: SetClock, page: Page
) -> None:
    result = channel(medium, providers.url, clock).send(page, method(medium, "nonsense-address"))

    assert isinstance(result, Refused)
    assert "[hidden]" in result.why
    assert "nonsense-address" not in result.why


@pytest.mark.parametrize(
    ("given", "seconds"),
    [("", 30), ("0", 1), ("5", 5), ("99999999", 900), ("soon", 30), ("Thu, 01 Jan 1970 00:00:00 GMT", 1), ("²", 30)],
)
def test_a_pause_is_between_a_second_and_a_quarter_of_an_hour(
    given: str, seconds: int, providers: PagingProviders, clock: SetClock, page: Page
) -> None:
    providers.faults, providers.retry_after = [BUSY], given.encode("utf-8").decode("latin-1")

    result = channel(Medium.NTFY, providers.url, clock).send(page, method(Medium.NTFY))

    assert result == RateLimited(T0 + timedelta(seconds=seconds))
