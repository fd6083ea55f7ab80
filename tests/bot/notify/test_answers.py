"""Answers from outside Slack: which keys and words count, and that only the provider can have sent them."""

from __future__ import annotations

import hmac
import json
from base64 import b64encode
from hashlib import sha1, sha256

import pytest
from pydantic import SecretStr

from bot.notify.answers.answer_words import TextReply, answer_address, answer_of_digits, read_reply
from bot.notify.answers.providers import pagerduty_webhook, twilio_callback
from bot.notify.answers.providers.pagerduty_webhook import PagerDutyAcknowledgement

SECRET = SecretStr("the-secret")


@pytest.mark.parametrize(
    ("digits", "answer"),
    [("4", "accepted"), ("6", "declined"), ("*", None), ("", None), ("44", None), ("1", None)],
)
def test_four_takes_a_page_six_gives_it_back_and_silence_answers_nothing(digits: str, answer: str | None) -> None:
    assert answer_of_digits(digits) == answer


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("4", TextReply("accepted")),
        (" 6 ", TextReply("declined")),
        ("Yes!", TextReply("accepted")),
        ("ACK 17", TextReply("accepted", "17")),
        ("4 #42-17", TextReply("accepted", "42-17")),
        ("no 3.", TextReply("declined", "3")),
    ],
)
def test_a_text_message_that_is_an_answer_is_one(text: str, reply: TextReply) -> None:
    assert read_reply(text) == reply


@pytest.mark.parametrize(
    "text",
    ["", "417", "yes I saw it but cannot come", "no idea", "4 people are affected", "STOP", "maybe", "4\n6", "٤"],
)
def test_any_other_text_answers_nothing(text: str) -> None:
    assert read_reply(text) is None


def test_the_address_of_a_button_keeps_what_it_has() -> None:
    assert answer_address("https://a.b/c?d=e", "accepted") == "https://a.b/c?d=e&answer=accepted"


def event(**changes: object) -> bytes:
    """Return a delivery of PagerDuty."""
    data = {"id": "P1", "incident_key": "muster-T1-INC-2026-0042-17"}
    agent = {"summary": "Ada Low", "type": "user_reference"}
    acked = {
        "id": "01D",
        "event_type": "incident.acknowledged",
        "occurred_at": "2026-01-05T09:03:00Z",
        "agent": agent,
        "data": data,
    }
    return json.dumps({"event": acked | changes}).encode()


def signature(body: bytes, secret: str = "the-secret") -> str:
    return f"v1={hmac.new(secret.encode(), body, sha256).hexdigest()}"


def test_a_delivery_is_signed_by_one_of_several_secrets_over_its_very_bytes() -> None:
    body = event()

    assert pagerduty_webhook.is_signed(body, signature(body), SECRET)
    assert pagerduty_webhook.is_signed(body, f"{signature(body, 'old')}, {signature(body)}", SECRET)
    for forged in ("", "v1=", signature(body, "old"), signature(body)[3:], signature(body) + "0", "v1=ü"):
        assert not pagerduty_webhook.is_signed(body, forged, SECRET)
    assert not pagerduty_webhook.is_signed(body + b" ", signature(body), SECRET)


def test_an_acknowledgement_names_page_person_time_and_delivery() -> None:
    expected = PagerDutyAcknowledgement("muster-T1-INC-2026-0042-17", "Ada Low", "2026-01-05T09:03:00Z", "01D")

    assert pagerduty_webhook.acknowledgement(event()) == expected


def test_a_repeated_delivery_has_the_same_id() -> None:
    first, second = (pagerduty_webhook.acknowledgement(event()) for _ in range(2))

    assert first is not None
    assert second is not None
    assert first.delivery == second.delivery


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        b'{"event": 7}',
        event(event_type="incident.triggered"),
        event(data={}),
        event(data=None),
        event(data={"incident_key": 7}),
    ],
)
def test_a_body_that_is_no_acknowledgement_answers_nothing(body: bytes) -> None:
    assert pagerduty_webhook.acknowledgement(body) is None


# The example in Twilio's own manual, with its token and its signature.
TWILIO_TOKEN = SecretStr("12345")
TWILIO_URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
TWILIO_FIELDS = {
    "CallSid": "CA1234567890ABCDE",
    "Caller": "+14158675309",
    "Digits": "1234",
    "From": "+14158675309",
    "To": "+18005551212",
}
TWILIO_SIGNATURE = "RSOYDt4T1cUTdK1PDd93/VVr8B8="


def test_the_signature_is_the_one_of_twilio_s_manual() -> None:
    assert twilio_callback.is_signed(TWILIO_URL, TWILIO_FIELDS, TWILIO_SIGNATURE, TWILIO_TOKEN)


@pytest.mark.parametrize("port", ["", ":443", ":8443"])
def test_a_signature_may_be_made_with_the_port_or_without(port: str) -> None:
    ours = f"https://mycompany.com{port or ':443'}/myapp.php?foo=1&bar=2"
    form = "".join(f"{name}{TWILIO_FIELDS[name]}" for name in sorted(TWILIO_FIELDS))

    for theirs in (TWILIO_URL, ours):
        made = b64encode(hmac.new(b"12345", f"{theirs}{form}".encode(), sha1).digest()).decode()
        assert twilio_callback.is_signed(ours, TWILIO_FIELDS, made, TWILIO_TOKEN)


@pytest.mark.parametrize(
    ("url", "fields", "given"),
    [
        (TWILIO_URL + "3", TWILIO_FIELDS, TWILIO_SIGNATURE),
        (TWILIO_URL, TWILIO_FIELDS | {"Digits": "4"}, TWILIO_SIGNATURE),
        (TWILIO_URL, {}, TWILIO_SIGNATURE),
        (TWILIO_URL, TWILIO_FIELDS, ""),
        (TWILIO_URL, TWILIO_FIELDS, "ü"),
        (TWILIO_URL, TWILIO_FIELDS, b64encode(hmac.new(b"54321", b"", sha1).digest()).decode()),
    ],
)
def test_a_request_that_twilio_did_not_sign_is_not_its_own(url: str, fields: dict[str, str], given: str) -> None:
    assert not twilio_callback.is_signed(url, fields, given, TWILIO_TOKEN)


@pytest.mark.parametrize(
    ("fields", "outcome"),
    [
        ({"CallStatus": "ringing"}, "under_way"),
        ({"CallStatus": "completed"}, "reached"),
        ({"CallStatus": "no-answer"}, "failed"),
        ({"MessageStatus": "sent"}, "under_way"),
        ({"MessageStatus": "delivered"}, "reached"),
        ({"MessageStatus": "undelivered"}, "failed"),
        ({}, "under_way"),
    ],
)
def test_a_status_says_what_became_of_a_page(fields: dict[str, str], outcome: str) -> None:
    assert twilio_callback.outcome(fields) == outcome
