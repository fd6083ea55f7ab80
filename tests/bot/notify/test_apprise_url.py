"""Apprise: one address for each call, never marked optional; loaded only when it is used."""

from __future__ import annotations

import subprocess
import sys

import pytest

from bot.notify.channel import Page
from bot.notify.channels.apprise_url import AppriseUrl
from bot.worker.port import Delivered, Refused, Unknown
from incident.medium import Medium
from incident.model.contact_method import ContactMethod
from tests.support.http_double import BROKEN, HANGS, Called, HttpDouble

# Its services import what later Pythons lack.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


class Receiver(HttpDouble):
    """Takes what Apprise posts as JSON."""

    def play(self, call: Called) -> tuple[int, dict[str, str]]:
        return 200, {}


@pytest.fixture
def receiver():
    double = Receiver()
    yield double
    double.close()


def method(double: HttpDouble, query: str = "") -> ContactMethod:
    return ContactMethod(medium=Medium.APPRISE, address=f"{double.url.replace('http', 'json')}/pages{query}")


def test_a_page_reaches_the_one_address(receiver: Receiver, page: Page) -> None:
    assert AppriseUrl().send(page, method(receiver)) == Delivered()

    [call] = receiver.calls
    assert call.json["title"] == page.subject
    assert "Payments fail" in call.json["message"]


def test_a_service_that_did_not_take_the_page_is_tried_again(receiver: Receiver, page: Page) -> None:
    receiver.faults = [BROKEN]

    result = AppriseUrl().send(page, method(receiver))

    assert result == Refused("The service behind Apprise did not take the page.", permanent=False)


def test_a_service_that_does_not_answer_in_time_may_have_taken_the_page(receiver: Receiver, page: Page) -> None:
    receiver.faults = [HANGS]

    result = AppriseUrl(timeout=0.3).send(page, method(receiver))

    assert result == Unknown("The service behind Apprise does not answer.")


@pytest.mark.parametrize("query", ["?optional=yes", "?a=b&Optional=no", "?optional"])
def test_an_address_that_hides_failures_is_refused(query: str, receiver: Receiver, page: Page) -> None:
    result = AppriseUrl().send(page, method(receiver, query))

    assert isinstance(result, Refused)
    assert result.permanent
    assert receiver.calls == []


@pytest.mark.parametrize("address", ["nonsense://host", "no address", "", "tgram://"])
def test_an_address_that_apprise_does_not_know_is_a_wrong_contact_method(address: str, page: Page) -> None:
    result = AppriseUrl().send(page, ContactMethod(medium=Medium.APPRISE, address=address))

    assert result == Refused("Apprise does not know the address of the contact method.")


def test_two_addresses_in_one_contact_method_are_called_as_one(receiver: Receiver, page: Page) -> None:
    one = method(receiver).address

    AppriseUrl().send(page, ContactMethod(medium=Medium.APPRISE, address=f"{one},{one}"))

    assert len(receiver.calls) == 1


def test_apprise_logs_no_address(receiver: Receiver, page: Page, caplog: pytest.LogCaptureFixture) -> None:
    receiver.faults = [BROKEN]

    AppriseUrl().send(page, method(receiver))
    AppriseUrl().send(page, ContactMethod(medium=Medium.APPRISE, address="nonsense://s3cret"))

    assert caplog.text == ""


def test_importing_the_channels_loads_no_apprise() -> None:
    script = "import sys, bot.notify.channels.apprise_url; sys.exit('apprise' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", script], timeout=60).returncode == 0
