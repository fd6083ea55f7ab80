"""What a provider knows of a page that it took: repeated, acknowledged there, stopped, never delivered."""

from __future__ import annotations

from datetime import UTC, datetime
from xml.etree import ElementTree

from pydantic import SecretStr

from bot.clock import SetClock
from bot.notify.channel import Acknowledged, Expired, Page, Unacknowledged
from bot.notify.channels.jsm_alerts import JsmAlerts, jsm
from bot.notify.channels.ntfy import ntfy
from bot.notify.channels.pagerduty_events import pagerduty
from bot.notify.channels.pushover import Pushover, pushover
from bot.notify.channels.twilio_api import twilio
from bot.notify.channels.twilio_sms import TwilioSms
from bot.notify.channels.twilio_voice import TwilioVoice, call_script, closing_script
from bot.worker.port import Delivered, Unknown
from incident.medium import Medium
from incident.model.contact_method import ContactMethod
from tests.support import paging_providers as known
from tests.support.paging_providers import PagingProviders

PAGERDUTY = ContactMethod(medium=Medium.PAGERDUTY, address=known.INTEGRATION_KEY)
JSM = ContactMethod(medium=Medium.JSM, address="ada@example.org")
PUSHOVER = ContactMethod(medium=Medium.PUSHOVER, address=known.USER_KEY)
NTFY = ContactMethod(medium=Medium.NTFY, address=known.TOPIC)
MOBILE = ContactMethod(medium=Medium.VOICE, address=known.MOBILE)


def jsm_alerts(providers: PagingProviders, clock: SetClock) -> JsmAlerts:
    return jsm(SecretStr(known.GENIE_KEY), clock, providers.url)


def emergency(providers: PagingProviders, clock: SetClock) -> Pushover:
    return pushover(SecretStr(known.APP_TOKEN), clock, providers.url)


def test_the_same_page_twice_is_one_alert(providers: PagingProviders, clock: SetClock, page: Page) -> None:
    for _ in range(2):
        pagerduty(clock, providers.url).send(page, PAGERDUTY)
        jsm_alerts(providers, clock).send(page, JSM)

    assert providers.alerts == {page.key: "triggered"}
    assert list(providers.jsm_alerts) == [page.key]


def test_an_alert_of_pagerduty_is_acknowledged_and_resolved_from_here(
    providers: PagingProviders, clock: SetClock, page: Page
) -> None:
    channel = pagerduty(clock, providers.url)
    sent = channel.send(page, PAGERDUTY)
    assert isinstance(sent, Delivered)

    channel.acknowledge(sent.ref, PAGERDUTY)
    assert providers.alerts == {page.key: "acknowledged"}

    channel.stop(sent.ref, PAGERDUTY)
    assert providers.alerts == {page.key: "resolved"}


def test_an_alert_of_jsm_is_read_until_it_is_acknowledged(
    providers: PagingProviders, clock: SetClock, page: Page
) -> None:
    channel = jsm_alerts(providers, clock)
    channel.send(page, JSM)
    assert channel.acknowledged(page.key, JSM) == Unacknowledged()

    report = {"acknowledgedBy": "Ada"}
    providers.jsm_alerts[page.key] |= {
        "acknowledged": True,
        "report": report,
        "updatedAt": "2026-01-05T09:03:00+00:00",
    }

    assert channel.acknowledged(page.key, JSM) == Acknowledged("Ada", datetime(2026, 1, 5, 9, 3, tzinfo=UTC))


def test_an_alert_that_jsm_took_and_never_made_is_unknown(
    providers: PagingProviders, clock: SetClock, page: Page
) -> None:
    providers.works_queue = False
    channel = jsm_alerts(providers, clock)

    assert isinstance(channel.send(page, JSM), Delivered)

    assert isinstance(channel.acknowledged(page.key, JSM), Unknown)


def test_closing_an_alert_that_is_gone_succeeds(providers: PagingProviders, clock: SetClock, page: Page) -> None:
    channel = jsm_alerts(providers, clock)
    channel.send(page, JSM)

    assert channel.stop(page.key, JSM) == Delivered(page.key)
    assert channel.acknowledged(page.key, JSM) == Expired()
    assert channel.stop("another", JSM) == Delivered("another")


def test_a_receipt_is_polled_until_the_person_acknowledges(
    providers: PagingProviders, clock: SetClock, page: Page
) -> None:
    channel = emergency(providers, clock)
    sent = channel.send(page, PUSHOVER)
    assert isinstance(sent, Delivered)
    assert channel.acknowledged(sent.ref, PUSHOVER) == Unacknowledged()

    providers.receipts[sent.ref] |= {
        "acknowledged": 1,
        "acknowledged_at": 1767603780,
        "acknowledged_by_device": "phone",
    }

    assert channel.acknowledged(sent.ref, PUSHOVER) == Acknowledged("phone", datetime(2026, 1, 5, 9, 3, tzinfo=UTC))


def test_a_cancelled_emergency_rings_no_longer(providers: PagingProviders, clock: SetClock, page: Page) -> None:
    channel = emergency(providers, clock)
    sent = channel.send(page, PUSHOVER)
    assert isinstance(sent, Delivered)

    assert channel.stop(sent.ref, PUSHOVER) == sent

    assert channel.acknowledged(sent.ref, PUSHOVER) == Expired()


def test_an_emergency_without_a_receipt_is_unknown(providers: PagingProviders, clock: SetClock, page: Page) -> None:
    providers.gives_receipts = False

    assert emergency(providers, clock).send(page, PUSHOVER) == Unknown("Pushover gave no receipt.")


def test_a_reference_cannot_name_another_path(providers: PagingProviders, clock: SetClock) -> None:
    emergency(providers, clock).stop("../../messages", PUSHOVER)

    assert providers.calls[0].path == "/1/receipts/..%2F..%2Fmessages/cancel.json"


def test_the_buttons_of_ntfy_post_the_answer_to_the_page_s_own_address(
    providers: PagingProviders, clock: SetClock, page: Page
) -> None:
    ntfy(SecretStr(known.NTFY_TOKEN), clock, providers.url).send(page, NTFY)

    [published] = providers.published
    assert published["priority"] == 5
    assert [(one["label"], one["method"], one["url"]) for one in published["actions"]] == [
        ("I have it", "POST", f"{page.answer_url}?answer=accepted"),
        ("I cannot", "POST", f"{page.answer_url}?answer=declined"),
    ]


def test_the_token_of_ntfy_goes_to_no_other_server(providers: PagingProviders, clock: SetClock, page: Page) -> None:
    elsewhere = NTFY.model_copy(update={"address": f"{providers.url}/{known.TOPIC}"})

    ntfy(SecretStr(known.NTFY_TOKEN), clock, "https://ntfy.example.org").send(page, elsewhere)

    assert "Authorization" not in providers.calls[0].headers


def test_a_call_asks_for_a_key_so_that_a_mailbox_takes_no_page(
    providers: PagingProviders, clock: SetClock, page: Page
) -> None:
    account = twilio(known.TWILIO_SID, SecretStr(known.TWILIO_TOKEN), known.NUMBER, clock, providers.url)

    sent = TwilioVoice(account).send(page, MOBILE)

    assert isinstance(sent, Delivered)
    call = providers.telephone[sent.ref]
    script = ElementTree.fromstring(call["Twiml"])
    gathers = [one for one in script if "action" in one.attrib]
    assert [one.attrib["action"] for one in gathers] == [page.answer_url] * 3
    assert {one.findtext("Say") for one in gathers} == {page.spoken}
    assert call["StatusCallback"] == page.answer_url


def test_a_call_can_be_hung_up(providers: PagingProviders, clock: SetClock, page: Page) -> None:
    account = twilio(known.TWILIO_SID, SecretStr(known.TWILIO_TOKEN), known.NUMBER, clock, providers.url)
    sent = TwilioVoice(account).send(page, MOBILE)
    assert isinstance(sent, Delivered)

    assert TwilioVoice(account).stop(sent.ref, MOBILE) == sent

    assert providers.telephone[sent.ref]["Status"] == "completed"
    assert TwilioVoice(account).stop(sent.ref, MOBILE) == sent


def test_a_text_message_is_the_short_form(providers: PagingProviders, clock: SetClock, page: Page) -> None:
    account = twilio(known.TWILIO_SID, SecretStr(known.TWILIO_TOKEN), known.NUMBER, clock, providers.url)

    TwilioSms(account).send(page, MOBILE)

    [message] = providers.telephone.values()
    assert message["Body"] == page.short
    assert message["From"] == known.NUMBER


def test_what_people_wrote_is_spoken_and_is_no_markup() -> None:
    hostile = "</Say><Dial>+19005550000</Dial><Say>"

    for script in (call_script(hostile, "https://a/?b=1&c=2"), call_script(hostile, ""), closing_script(hostile)):
        tags = {one.tag for one in ElementTree.fromstring(script).iter()}
        assert "Dial" not in tags


def test_the_script_of_a_long_page_is_as_long_as_twilio_takes() -> None:
    assert len(call_script("é" * 5000, "https://example.org/" + "a" * 200)) < 4000
