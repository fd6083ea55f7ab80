"""The reason that a provider gives is repeated without any address, however the provider writes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from bot.clock import SetClock
from bot.notify.provider_api import CallFailed, ProviderApi, _parsed
from bot.worker.port import Refused
from tests.support.http_double import Called, HttpDouble

NUMBER, MAIL = "+491701234567", "Ada.Lovelace@Example.org"


class Refusing(HttpDouble):
    """A provider that refuses everything, for a reason that a test sets."""

    reason: Any = ""

    def play(self, call: Called) -> tuple[int, Mapping[str, Any]]:
        return 400, {"message": self.reason}


@pytest.fixture
def provider() -> Iterator[Refusing]:
    double = Refusing()
    yield double
    double.close()


def reason_of(provider: Refusing, clock: SetClock) -> str:
    """Return the result's reason after a call about a number and an address."""
    with pytest.raises(CallFailed) as failed:
        ProviderApi("Provider", provider.url, "the token", clock, secrets=("s3cret-Token",)).post("/", {}, NUMBER, MAIL)
    assert isinstance(failed.value.result, Refused)
    return failed.value.result.why


@pytest.mark.parametrize(
    "written",
    [
        NUMBER,
        "491701234567",
        "+49 170 1234567",
        "+49 (170) 123-45.67",
        "+4917012XXXX",
        "+49170****567",
        MAIL,
        MAIL.lower(),
        "ada.lovelace+oncall@example.org",
        "S3CRET-TOKEN",
    ],
)
def test_an_address_and_a_credential_are_hidden_however_they_are_written(
    written: str, provider: Refusing, clock: SetClock
) -> None:
    provider.reason = f"The recipient {written} is not valid"

    assert reason_of(provider, clock) == "Provider refuses the page (400): The recipient [hidden] is not valid."


def test_what_is_no_address_stays(provider: Refusing, clock: SetClock) -> None:
    provider.reason = "Error 21211: the limit of 1024 characters, see /docs/errors"

    assert provider.reason in reason_of(provider, clock)


def test_a_reason_of_any_size_is_one_short_line(provider: Refusing, clock: SetClock) -> None:
    provider.reason = "a" * 200_000

    assert len(reason_of(provider, clock)) < 300


def test_a_reply_that_is_nested_too_deep_is_empty() -> None:
    assert _parsed(b"[" * 100_000) == {}
