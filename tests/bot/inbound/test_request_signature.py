"""A request proves that it is from its source by an HMAC of the raw body or a token, and not by one recorded earlier."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import timedelta

import pytest
from pydantic import SecretStr

from bot.inbound.request_signature import Presented, Replayed, is_signed_by
from tests.support.clock import T0

SECRET, BODY = "correct horse battery", b'{"a": 1}'


def mac(message: bytes, key: str = SECRET) -> str:
    return hmac.new(key.encode(), message, hashlib.sha256).hexdigest()


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


NOW = str(int(T0.timestamp()))
GENUINE = [
    ("alertmanager", {"authorization": f"Bearer {SECRET}"}, {}),
    ("alertmanager", {"authorization": basic("muster", SECRET)}, {}),
    ("zabbix", {"x-muster-token": SECRET}, {}),
    ("azure", {}, {"token": SECRET}),
    ("opsgenie", {"authorization": f"GenieKey {SECRET}"}, {}),
    ("grafana", {"x-grafana-alerting-signature": mac(BODY)}, {}),
    (
        "grafana",
        {
            "x-grafana-alerting-signature": mac(f"{NOW}:".encode() + BODY),
            "x-grafana-alerting-timestamp": NOW,
        },
        {},
    ),
    ("pagerduty", {"x-pagerduty-signature": f"v1={'0' * 64}, v1={mac(BODY)}"}, {}),
    ("sentry", {"sentry-hook-signature": mac(BODY)}, {}),
    ("generic", {"x-muster-signature": f"sha256={mac(BODY)}"}, {}),
    ("generic", {"x-muster-signature": mac(f"{NOW}.".encode() + BODY), "x-muster-timestamp": NOW}, {}),
]


def is_taken(form, headers, query, body=BODY, secret=SECRET, at=T0) -> bool:
    return is_signed_by(form, Presented(headers, query, body), SecretStr(secret), at)


@pytest.mark.parametrize(("form", "headers", "query"), GENUINE)
def test_a_genuine_request_is_taken_and_not_one_with_another_secret(form, headers, query):
    assert is_taken(form, headers, query)
    assert not is_taken(form, headers, query, secret="another one")
    assert not is_taken(form, {}, {})


@pytest.mark.parametrize(
    ("form", "headers", "query"), [one for one in GENUINE if any("signature" in h for h in one[1])]
)
def test_a_signature_is_of_the_raw_body(form, headers, query):
    assert not is_taken(form, headers, query, body=BODY.replace(b" ", b""))


@pytest.mark.parametrize("seconds", [-301, 301])
@pytest.mark.parametrize("name", ["grafana", "generic"])
def test_a_signed_request_that_is_sent_again_later_is_a_replay(name, seconds):
    form, headers, query = next(one for one in GENUINE if one[0] == name and any("timestamp" in h for h in one[1]))

    with pytest.raises(Replayed):
        is_taken(form, headers, query, at=T0 + timedelta(seconds=seconds))


def test_a_time_that_was_changed_or_left_out_breaks_the_signature():
    stamped = {"x-muster-signature": mac(f"{NOW}.".encode() + BODY), "x-muster-timestamp": NOW}

    assert not is_taken("generic", {**stamped, "x-muster-timestamp": str(int(NOW) + 1)}, {})
    assert not is_taken("generic", {"x-muster-signature": stamped["x-muster-signature"]}, {})
    assert not is_taken("generic", {**stamped, "x-muster-timestamp": "soon"}, {})


@pytest.mark.parametrize("form", ["pagerduty", "sentry"])
def test_who_signs_by_contract_cannot_give_the_secret_itself(form):
    assert not is_taken(form, {"authorization": f"Bearer {SECRET}"}, {"token": SECRET})


@pytest.mark.parametrize("given", ["Basic ?", "Basic " + base64.b64encode(b"\xff\xfe").decode(), "Bearer", "\udcff"])
def test_nonsense_in_a_header_is_no_token(given):
    assert not is_taken("alertmanager", {"authorization": given}, {"token": "\udcff"})


def test_neither_body_nor_headers_show_in_a_representation():
    assert SECRET not in repr(Presented({"authorization": SECRET}, {"token": SECRET}, SECRET.encode()))
